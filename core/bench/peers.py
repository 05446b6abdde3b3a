"""Times other quantizers on the weights of a file, on one thread, and writes seconds per element as JSON.

    peers.py WEIGHTS.f32 RESULT.json NAME...

A name is a peer and what it is asked for, as cases.json spells them: "ggml Q4_0", "compressed-tensors W4A16". A peer that
is missing, or has nothing of that name, is reported and left out.
"""
import ctypes
import glob
import importlib.util
import json
import os
import statistics
import sys
import time

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np

ROWS, COLUMNS = 512, 4096
SECONDS = float(os.environ.get("BENCH_SECONDS", "1"))
GGML_TYPES = {
    "Q4_0": 2, "Q4_1": 3, "Q5_0": 6, "Q5_1": 7, "Q8_0": 8, "Q2_K": 10, "Q3_K": 11, "Q4_K": 12, "Q5_K": 13, "Q6_K": 14,
    "IQ4_NL": 20, "IQ4_XS": 23, "TQ1_0": 34, "TQ2_0": 35, "MXFP4": 39, "NVFP4": 40,
}


def middle(run):
    """The middle one of all runs within some seconds."""
    run()
    times = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def numpy_integers(name, weights):
    """What everybody writes by hand: float32 weights, whole array operations."""
    symmetric = name == "int4(symmetric=true)"
    bits = 8 if name.startswith("int8") else 4
    steps = 2**bits - 1
    groups = weights.reshape(ROWS, -1) if bits == 8 else weights.reshape(-1, 128)

    def run():
        if symmetric:
            scale = np.abs(groups).max(1, keepdims=True) / 7
            codes = (np.clip(np.rint(groups / scale), -7, 7) + 8).astype(np.uint8)
        else:
            low = np.minimum(groups.min(1, keepdims=True), 0)
            high = np.maximum(groups.max(1, keepdims=True), 0)
            scale = (high - low) / steps
            zero = np.rint(-low / scale)
            codes = np.clip(np.rint(groups / scale) + zero, 0, steps).astype(np.uint8)
        return codes if bits == 8 else codes.reshape(-1)[::2] | codes.reshape(-1)[1::2] << 4

    return run


def compressed_tensors(name, weights):
    """The reference's own compression of a module, scales included."""
    import torch
    from compressed_tensors.compressors import pack_quantized
    from compressed_tensors.quantization import preset_name_to_scheme
    from compressed_tensors.quantization.lifecycle.forward import quantize
    from compressed_tensors.quantization.utils import calculate_qparams, generate_gparam

    torch.set_num_threads(1)
    args = preset_name_to_scheme(name, ["Linear"]).weights
    tensor = torch.from_numpy(weights.reshape(ROWS, COLUMNS)).to(torch.bfloat16)
    pack = getattr(pack_quantized, "pack_to_int32", None)
    if pack is None:
        from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32 as pack
    is_float = str(args.type).lower().endswith("float")

    def run():
        shape = (ROWS, -1, args.group_size) if args.group_size else (ROWS, 1, COLUMNS)
        low, high = torch.aminmax(tensor.reshape(shape), dim=-1)
        global_scale = generate_gparam(low.min(), high.max()) if name.startswith("NVFP4") else None
        scale, zero = calculate_qparams(low, high, args, global_scale=global_scale)
        codes = quantize(tensor, scale, zero, args, global_scale=global_scale)
        if name.startswith("W") and name != "W8A8":
            return pack(codes.to(torch.int8), args.num_bits)
        if is_float and args.num_bits == 4:
            from compressed_tensors.compressors.nvfp4.helpers import pack_fp4_to_uint8
            return pack_fp4_to_uint8(codes)
        return codes.to(torch.float8_e4m3fn if is_float else torch.int8)

    return run


def bitsandbytes(name, weights):
    import torch
    from bitsandbytes.functional import quantize_4bit

    torch.set_num_threads(1)
    tensor = torch.from_numpy(weights).to(torch.bfloat16)
    return lambda: quantize_4bit(tensor, blocksize=64, quant_type=name)


def ggml(name, weights):
    """ggml's C code, as a wheel of llama.cpp brings it."""
    directory = os.path.dirname(importlib.util.find_spec("xllamacpp").origin)
    library = ctypes.CDLL(glob.glob(os.path.join(directory, "xllamacpp*.so"))[0])
    quantize = library.ggml_quantize_chunk
    quantize.restype = ctypes.c_size_t
    quantize.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + 3 * [ctypes.c_int64] + [ctypes.c_void_p]
    library.ggml_quantize_init(ctypes.c_int(GGML_TYPES[name]))
    target = np.empty(weights.nbytes, np.uint8)
    return lambda: quantize(
        GGML_TYPES[name], weights.ctypes.data, target.ctypes.data, 0, ROWS, COLUMNS, None
    )


PEERS = {
    "numpy": numpy_integers,
    "compressed-tensors": compressed_tensors,
    "bitsandbytes": bitsandbytes,
    "ggml": ggml,
}


def main(weights_file, result_file, *names):
    weights = np.fromfile(weights_file, "<f4")
    seconds = {}
    for name in names:
        peer, kernel = name.split(" ", 1)
        try:
            seconds[name] = middle(PEERS[peer](kernel, weights)) / weights.size
            print(f"{name}: {1e9 * seconds[name]:.3f} ns an element", flush=True)
        except Exception as problem:  # the others can still be measured
            print(f"{name}: left out ({type(problem).__name__}: {problem})", flush=True)
    with open(result_file, "w", encoding="utf-8") as out:
        json.dump(seconds, out, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])

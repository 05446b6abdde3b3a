#!/usr/bin/env python3
"""Quantization in the Python process, beside numpy and, where it is installed, torch: medians of one run.

    PYTHONPATH=spark-plugin/python integration-tests/bench/local.py [--quick]

Prints a table; see BENCHMARKS.md for one and for what the figures should be. A miss is shown and fails nothing.
"""

from __future__ import annotations

import gc
import importlib
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from arrowquant_spark.local import ArrowQuantV2, QuantConfig

MEGABYTE = 1 << 20
QUICK = "--quick" in sys.argv


def median_ms(call: Callable[[], object], runs: int, warm: int) -> float:
    """The median of several runs, after others that warm the compilers up."""
    for _ in range(warm // 4 if QUICK else warm):
        call()
    times = []
    for _ in range(max(3, runs // 4) if QUICK else runs):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3


def numpy_per_tensor_int8(weights: np.ndarray) -> np.ndarray:
    """What one would write by hand."""
    low, high = weights.min(), weights.max()
    scale = (high - low) / 255
    return np.clip(np.round((weights - low) / scale), 0, 255).astype(np.uint8)


def torch_per_tensor_int8(torch: object, weights: np.ndarray) -> Callable[[], object]:
    """The quantizer of torch, on as many threads as it likes."""
    tensor = torch.from_numpy(weights)
    low, high = float(tensor.min()), float(tensor.max())
    scale = (high - low) / 255
    return lambda: torch.quantize_per_tensor(tensor, scale, int(round(-low / scale)), torch.quint8)


def one_layer(weights: np.ndarray) -> pa.Table:
    """A table of one row whose weights are those of the array."""
    lists = pa.ListArray.from_arrays(pa.array([0, weights.size], pa.int32()), pa.array(weights))
    return pa.table({"layer_name": ["layer"], "weights": lists})


def ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def status(field: str) -> float:
    """Megabytes of this process, as the kernel counts them."""
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def forget_peak() -> None:
    """Has the peak begin at what is resident now."""
    with open("/proc/self/clear_refs", "w", encoding="ascii") as refs:
        refs.write("5")


def import_ms(q: ArrowQuantV2, call: Callable[[], object], runs: int) -> float:
    """The time of the stage that reads what is handed over, as the JVM measures it."""
    for _ in range(runs):
        call()
    times = []
    for _ in range(runs):
        before = q.metrics()["stage_ms"]["import"]
        call()
        times.append(q.metrics()["stage_ms"]["import"] - before)
    return statistics.median(times)


def row(what: str, ours: float, limit: float | None = None, others: str = "") -> None:
    wanted = "" if limit is None else f"at most {limit:g}: {'yes' if ours <= limit else 'NO'}"
    print(f"| {what} | {ours:.3f} | {wanted} | {others} |", flush=True)


def main() -> None:
    rng = np.random.default_rng(0)
    weights = rng.standard_normal(MEGABYTE).astype(np.float32)
    layers = {f"layer.{i}": rng.standard_normal(MEGABYTE).astype(np.float32) for i in range(100)}
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        torch = None

    with ArrowQuantV2(config=QuantConfig(group_size=128)) as q:
        print("| what | ms | wanted | others, in the same run |\n|---|---|---|---|")
        table = one_layer(weights)
        by_hand = median_ms(lambda: numpy_per_tensor_int8(weights), 30, 5)
        others = f"numpy per-tensor int8 {by_hand:.2f}"
        if torch is not None:
            others += f", torch per-tensor int8 {median_ms(torch_per_tensor_int8(torch, weights), 30, 5):.2f}"
        row("4 MB layer, int4, table", median_ms(lambda: q.quantize_arrow(table, bit_width=4), 200, 600), 1.5, others)
        row("4 MB layer, int4, array", median_ms(lambda: q.quantize_numpy(weights, bit_width=4), 200, 100))
        row("4 MB layer, int8, array", median_ms(lambda: q.quantize_numpy(weights, bit_width=8), 200, 200))
        row("4 MB layer, int2, array", median_ms(lambda: q.quantize_numpy(weights, bit_width=2), 200, 200))

        # Before any of them was quantized: memory of a result that was dropped is used again.
        before = status("VmRSS")
        forget_peak()
        result = q.quantize_batch(layers, bit_width=4)
        extra = status("VmHWM") - before - result.result.table.nbytes / MEGABYTE
        row("100 layers of 4 MB: peak memory beside the output, MB", extra, 16)
        del result
        hundred = median_ms(lambda: [numpy_per_tensor_int8(one) for one in layers.values()], 3, 1)
        many = median_ms(lambda: q.quantize_batch(layers, bit_width=4), 10, 5)
        row("100 layers of 4 MB, int4", many, 80, f"numpy per-tensor int8 {hundred:.0f}")

        small = one_layer(weights[:256])
        row("1 KB layer, table: the whole call", median_ms(lambda: q.quantize_arrow(small, 4), 2000, 6000), 0.2)
        row("1 KB layer, array: the whole call", median_ms(lambda: q.quantize_numpy(weights[:256], bit_width=4), 2000, 2000))

        for size, limit in ((0.5, 10), (5, 50), (50, 200)):
            batch = one_layer(np.resize(weights, int(size * MEGABYTE / 4)))
            data = ipc(batch)
            direct = import_ms(q, lambda batch=batch: q.quantize_arrow(batch, bit_width=4), 20)
            copied = import_ms(q, lambda data=data: q.quantize_ipc(data, bit_width=4), 10)
            row(f"import of {size:g} MB by C Data", direct, 1)
            row(f"import of {size:g} MB by IPC", copied, limit)


if __name__ == "__main__":
    main()

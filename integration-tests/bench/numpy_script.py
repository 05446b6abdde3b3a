"""What a numpy script makes of a model: W4A16, as plainly as it can be done fast, a process for each half of the shards.

    numpy_script.py MODEL OUTPUT
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from pathlib import Path

import numpy as np

_GROUP = 128
_ELEMENTS = 1 << 16


def main(model: Path, output: Path) -> None:
    output.mkdir()
    shards = sorted(model.glob("*.safetensors"))
    with multiprocessing.Pool(2) as pool:
        pool.starmap(_quantize_shard, [(shard, output / shard.name) for shard in shards], chunksize=1)


def _quantize_shard(source: Path, target: Path) -> None:
    weights = np.memmap(source, np.uint8, "r")
    begin = 8 + int.from_bytes(weights[:8].tobytes(), "little")
    header = json.loads(weights[8:begin].tobytes())
    header.pop("__metadata__", None)
    layout: dict[str, object] = {}
    at = 0
    for name, tensor in header.items():
        for part, dtype, shape, size in _parts(name, tensor):
            layout[part] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
            at += size
    text = json.dumps(layout).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb", buffering=0) as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for name, tensor in header.items():
            first, last = tensor["data_offsets"]
            stored = weights[begin + first : begin + last]
            if _is_quantized(name, tensor):
                _quantize(stored.view(np.uint16), out)
                out.write(np.array(tensor["shape"], np.int64))
            else:
                out.write(stored)


def _is_quantized(name: str, tensor: dict) -> bool:
    return len(tensor["shape"]) == 2 and "embed_tokens" not in name


def _parts(name: str, tensor: dict) -> list[tuple[str, str, list[int], int]]:
    first, last = tensor["data_offsets"]
    if not _is_quantized(name, tensor):
        return [(name, tensor["dtype"], tensor["shape"], last - first)]
    rows, columns = tensor["shape"]
    return [
        (name + "_packed", "I32", [rows, columns // 8], rows * columns // 2),
        (name + "_scale", "BF16", [rows, columns // _GROUP], rows * columns // _GROUP * 2),
        (name + "_shape", "I64", [2], 16),
    ]


def _quantize(stored: np.ndarray, out) -> None:
    """In pieces that stay in the cache, without new arrays for any of them."""
    scales = np.empty(stored.size // _GROUP, np.uint16)
    bits = np.empty(_ELEMENTS, np.uint32)
    values = bits.view(np.float32)
    magnitudes = np.empty(_ELEMENTS, np.float32)
    codes = np.empty(_ELEMENTS, np.uint8)
    pairs = codes.view(np.uint16)
    high = np.empty(_ELEMENTS // 2, np.uint16)
    packed = np.empty(stored.size // 2, np.uint8)
    for at in range(0, stored.size, _ELEMENTS):
        count = min(_ELEMENTS, stored.size - at)
        np.left_shift(stored[at : at + count], 16, out=bits[:count], dtype=np.uint32)
        np.abs(values[:count], out=magnitudes[:count])
        scale = magnitudes[:count].reshape(-1, _GROUP).max(axis=1) / np.float32(7.5)
        rounded = (scale.view(np.uint32) + 0x7FFF + ((scale.view(np.uint32) >> 16) & 1)) >> 16
        scales[at // _GROUP : (at + count) // _GROUP] = rounded
        divisors = (rounded << 16).astype(np.uint32).view(np.float32)
        grouped = values[:count].reshape(-1, _GROUP)
        np.multiply(grouped, (1 / np.maximum(divisors, np.float32(1e-30)))[:, None], out=grouped)
        np.rint(values[:count], out=values[:count])
        np.clip(values[:count], -8, 7, out=values[:count])
        np.add(values[:count], 8, out=values[:count])
        codes[:count] = values[:count]
        np.right_shift(pairs[: count // 2], 4, out=high[: count // 2])
        np.bitwise_or(pairs[: count // 2], high[: count // 2], out=high[: count // 2])
        packed[at // 2 : (at + count) // 2] = high[: count // 2]
    out.write(packed)
    out.write(scales)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

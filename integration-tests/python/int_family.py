"""The integer schemes in numpy, written from their definition alone: the judge of the plugin's bytes.

All arithmetic is float32; groups run along the flattened tensor and the last one may be short.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SMALLEST_NORMAL = np.float32(2.0**-126)
SMALLEST = 2.0**-149
LARGEST = np.finfo(np.float32).max


class Quantized(NamedTuple):
    data: bytes
    scales: np.ndarray
    zero_points: np.ndarray


def quantize(values, bits: int, group: int, symmetric: bool = False) -> Quantized:
    """Codes, scales and zero points of a whole tensor."""
    x = np.asarray(values, dtype=np.float32).ravel()
    groups = [_group(x[at : at + group], bits, symmetric) for at in range(0, x.size, group)]
    codes = np.concatenate([codes for codes, _, _ in groups]) if groups else np.zeros(0, dtype=np.uint8)
    scales = np.array([scale for _, scale, _ in groups], dtype=np.float32)
    zero_points = np.array([zero for _, _, zero in groups], dtype=np.float32)
    return Quantized(pack(codes, bits), scales, zero_points)


def dequantize(quantized: Quantized, bits: int, group: int, count: int) -> np.ndarray:
    """The values that codes stand for."""
    codes = unpack(quantized.data, bits, count).astype(np.float32)
    index = np.arange(count) // group
    with np.errstate(over="ignore"):
        values = (codes - quantized.zero_points[index]) * quantized.scales[index]
    return np.clip(values, -LARGEST, LARGEST)


def _group(x: np.ndarray, bits: int, symmetric: bool):
    top = np.float32(2**bits - 1)
    if symmetric:
        middle = np.float32(2 ** (bits - 1))
        most = middle - np.float32(1)
        largest = np.abs(x).max()
        scale = _recoverable(largest / most, float(largest) / float(most), largest == 0)
        codes = np.clip(_rounded(x, scale), -most, most) + middle
        return codes.astype(np.uint8), scale, middle
    low, high = min(x.min(), np.float32(0)), max(x.max(), np.float32(0))
    exact = (float(high) - float(low)) / float(top)
    scale = _recoverable(high / top - low / top, exact, low == 0 and high == 0)
    zero = np.clip(_rounded(-low, scale), np.float32(0), top) + np.float32(0)
    codes = np.clip(_rounded(x, scale) + zero, np.float32(0), top)
    return codes.astype(np.uint8), scale, zero


def _recoverable(scale: np.float32, exact: float, all_zero: bool) -> np.float32:
    if all_zero:
        return np.float32(1)
    return scale if scale >= SMALLEST_NORMAL else np.float32(np.ceil(exact / SMALLEST) * SMALLEST)


def _rounded(x, scale: np.float32):
    return np.rint((x / scale).astype(np.float32))


def pack(codes: np.ndarray, bits: int) -> bytes:
    """One little-endian bit stream, element 0 in the lowest bits of byte 0."""
    stream = (codes[:, None] >> np.arange(bits, dtype=np.uint8)) & 1
    return np.packbits(stream.astype(np.uint8).ravel(), bitorder="little").tobytes()


def unpack(data: bytes, bits: int, count: int) -> np.ndarray:
    """The codes of a bit stream."""
    stream = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")[: count * bits]
    return (stream.reshape(count, bits) << np.arange(bits, dtype=np.uint8)).sum(axis=1).astype(np.uint8)


def bfloat16(values) -> bytes:
    """The bytes of values that BF16 holds exactly."""
    words = np.asarray(values, dtype="<f4").view("<u4")
    assert not (words & 0xFFFF).any()
    return (words >> 16).astype("<u2").tobytes()

"""Small model directories, written here byte by byte so that no code of ours has a hand in them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import int_family
import numpy as np


def tensor(values, dtype: str = "F32") -> tuple[str, list[int], bytes]:
    """A tensor as a file holds it: type, shape, bytes."""
    array = np.asarray(values)
    if dtype == "BF16":
        return dtype, list(array.shape), int_family.bfloat16(array.astype(np.float32))
    kinds = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8", "BOOL": "?"}
    return dtype, list(array.shape), array.astype(kinds[dtype]).tobytes()


def write_file(path: Path, tensors: Mapping[str, tuple[str, list[int], bytes]]) -> None:
    """One safetensors file: the length of the header, the header, the tensors one after the other."""
    header, at = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def write_model(directory: Path, *shards: Mapping[str, tuple[str, list[int], bytes]]) -> str:
    """A sharded model directory with its index."""
    directory.mkdir(parents=True)
    names = [f"model-{i + 1:05}-of-{len(shards):05}.safetensors" for i in range(len(shards))]
    for name, shard in zip(names, shards, strict=True):
        write_file(directory / name, shard)
    where = {tensor: name for name, shard in zip(names, shards, strict=True) for tensor in shard}
    size = sum(len(data) for shard in shards for _, _, data in shard.values())
    index = {"metadata": {"total_size": size}, "weight_map": where}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index))
    (directory / "config.json").write_text(json.dumps({"model_type": "llama", "torch_dtype": "bfloat16"}))
    return str(directory)


def rounded(values) -> np.ndarray:
    """Values that BF16 holds exactly."""
    words = np.asarray(values, dtype=np.float32).view(np.uint32)
    return (words & np.uint32(0xFFFF0000)).view(np.float32)

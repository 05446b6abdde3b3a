"""Model files: which files a model consists of, and their headers, everything checked that could lead out of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from arrowquant_spark.errors import MalformedFileError, ValidationError

__all__ = ["NUMPY_TYPES", "model_directory", "read_header", "shard_names"]

_INDEX = ".safetensors.index.json"
_LARGEST_HEADER = 100_000_000
#: The types of tensors that numpy has, too.
NUMPY_TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}


def model_directory(path: str) -> str:
    """The directory of the model when the path names its index; any other path as it is.

    >>> model_directory("model.safetensors.index.json"), model_directory("a/b.safetensors")
    ('.', 'a/b.safetensors')
    """
    return os.path.dirname(path) or "." if path.endswith(_INDEX) else path


def shard_names(path: Path) -> list[str]:
    """The files of a model, by their names in its directory."""
    if path.is_dir():
        indexes = sorted(path.glob(f"*{_INDEX}"))
        if indexes:
            return shard_names(indexes[0])
        files = sorted(file.name for file in path.glob("*.safetensors"))
        if not files:
            raise ValidationError(f"'{path}' holds no .safetensors file", file=str(path))
        return files
    if not path.is_file():
        raise ValidationError(f"Nothing exists at '{path}'. Check the path", file=str(path), remedy="Check the path")
    if path.name.endswith(_INDEX):
        try:
            named = json.loads(path.read_text(encoding="utf-8"))["weight_map"].values()
            files = sorted(set(named))
        except (ValueError, KeyError, AttributeError, TypeError) as malformed:
            raise MalformedFileError(f"Malformed file {path}: no index of a model", file=str(path)) from malformed
        bad = [file for file in files if not isinstance(file, str) or Path(file).name != file]
        if bad:
            raise MalformedFileError(f"Malformed file {path}: it leads out of its directory, to {bad[0]!r}", file=str(path))
        return files
    if path.suffix != ".safetensors":
        raise ValidationError(f"'{path}' is not a safetensors file or index", file=str(path))
    return [path.name]


def read_header(path: Path) -> dict[str, Any]:
    """The tensors and metadata of a file, everything checked that could lead out of it."""
    try:
        size = path.stat().st_size
        with open(path, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > min(size - 8, _LARGEST_HEADER):
                raise MalformedFileError(f"Malformed file {path}: a header of {length} bytes", file=str(path), index=0)
            header = json.loads(file.read(length))
    except OSError as unreadable:
        raise ValidationError(f"Cannot read {path}: {unreadable.strerror}", file=str(path)) from unreadable
    except ValueError as malformed:
        if isinstance(malformed, MalformedFileError):
            raise
        raise MalformedFileError(f"Malformed file {path}: the header is no JSON", file=str(path), index=8) from malformed
    metadata = header.pop("__metadata__", {}) if isinstance(header, dict) else {}
    start = 8 + length
    for name, info in header.items():
        _check_tensor(path, name, info, size - start)
    return {"metadata": metadata, "tensors": header, "start": start}


def _check_tensor(path: Path, name: str, info: Any, room: int) -> None:
    try:
        begin, end = info["data_offsets"]
        sound = 0 <= begin <= end <= room and all(length >= 0 for length in info["shape"])
        width = {"BF16": 2, "BOOL": 1}.get(info["dtype"])
        if width is None and info["dtype"] in NUMPY_TYPES:
            width = int(NUMPY_TYPES[info["dtype"]].strip("<fiu?") or 1)
        if width is not None:
            elements = 1
            for length in info["shape"]:
                elements *= length
            sound = sound and elements * width == end - begin
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise MalformedFileError(f"Malformed file {path}, tensor '{name}': its place is impossible", layer=name, file=str(path))



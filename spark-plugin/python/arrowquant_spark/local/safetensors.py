"""Model files: the conversion of whole ones, and a loader that reads single tensors."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arrowquant_spark.errors import MalformedFileError, ValidationError
from arrowquant_spark.local.results import QualityReport

if TYPE_CHECKING:
    import numpy as np

    from arrowquant_spark.local.config import QuantConfig
    from arrowquant_spark.local.quantizer import ArrowQuantV2, Request

__all__ = ["ShardedSafeTensorsLoader", "quantize_files", "validate"]

_INDEX = ".safetensors.index.json"
_METADATA = "arrowquant"
_LARGEST_HEADER = 100_000_000
_NUMPY = {
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


class ShardedSafeTensorsLoader:
    """The tensors of a model in several files, each read when it is asked for.

    Files are mapped, not read: a tensor costs memory only once it is used.

    Args:
        index_path: A ``.safetensors.index.json``, a directory, or a single ``.safetensors`` file.

    >>> loader = ShardedSafeTensorsLoader(model)
    >>> loader.tensor_names()
    ['w.weight']
    >>> loader.get_tensor("w.weight").shape
    (16, 32)
    """

    def __init__(self, index_path: str | os.PathLike[str]) -> None:
        self._files = _shards(Path(index_path))
        self._root = Path(index_path) if Path(index_path).is_dir() else Path(index_path).parent
        self._headers: dict[str, dict[str, Any]] = {}
        self._where: dict[str, str] = {}
        self._maps: dict[str, mmap.mmap] = {}
        for file in self._files:
            self._headers[file] = _header(self._root / file)
            for name in self._headers[file]["tensors"]:
                if name in self._where:
                    raise MalformedFileError(f"Tensor '{name}' is in {self._where[name]} and in {file}")
                self._where[name] = file

    def tensor_names(self) -> list[str]:
        """The names of all tensors."""
        return list(self._where)

    def get_shard_for_tensor(self, tensor_name: str) -> str | None:
        """The file that holds a tensor, or None."""
        return self._where.get(tensor_name)

    def get_tensor(self, name: str) -> np.ndarray[Any, Any]:
        """A tensor as an array that looks at the file; bfloat16 and 8-bit floats come as float32."""
        import numpy as np

        info, file = self.info(name), self._where[name]
        begin, end = info["data_offsets"]
        start = int(self._headers[file]["start"])
        data = memoryview(self._mapped(file))[start + begin : start + end]
        dtype, shape = info["dtype"], info["shape"]
        if dtype in _NUMPY:
            return np.frombuffer(data, _NUMPY[dtype]).reshape(shape)
        if dtype == "BF16":
            words = np.frombuffer(data, "<u2").astype(np.uint32) << 16
            return words.view(np.float32).reshape(shape)
        raise ValidationError(f"Tensor '{name}' of type {dtype} has no numpy type", layer=name)

    def raw(self, name: str) -> bytes:
        """The stored bytes of a tensor."""
        info, file = self.info(name), self._where[name]
        begin, end = info["data_offsets"]
        start = int(self._headers[file]["start"])
        return bytes(memoryview(self._mapped(file))[start + begin : start + end])

    def info(self, name: str) -> dict[str, Any]:
        """What the header says of a tensor."""
        if name not in self._where:
            raise KeyError(name)
        found: dict[str, Any] = self._headers[self._where[name]]["tensors"][name]
        return found

    def get_all_tensors(self) -> dict[str, np.ndarray[Any, Any]]:
        """All tensors by name."""
        return {name: self.get_tensor(name) for name in self._where}

    def __iter__(self) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
        return ((name, self.get_tensor(name)) for name in self._where)

    def __len__(self) -> int:
        return len(self._where)

    def get_total_size(self) -> int:
        """Bytes of all tensors."""
        ends = (self.info(name)["data_offsets"] for name in self._where)
        return sum(end - begin for begin, end in ends)

    def num_shards(self) -> int:
        """How many files there are."""
        return len(self._files)

    def shard_files(self) -> list[str]:
        """The names of the files."""
        return list(self._files)

    def metadata(self) -> dict[str, str]:
        """The metadata of all files together."""
        return {key: value for file in self._files for key, value in self._headers[file]["metadata"].items()}

    def quantized(self) -> dict[str, dict[str, Any]]:
        """How tensors were made that this package quantized: scheme, dtype, shape, and the names of their parts."""
        made: dict[str, dict[str, Any]] = {}
        for file in self._files:
            made.update(json.loads(self._headers[file]["metadata"].get(_METADATA, "{}")))
        return made

    def detect_modality(self) -> str | None:
        """What the metadata says of the kind of model, or None."""
        return self.metadata().get("modality")

    def clear_cache(self) -> None:
        """Forgets the mapped files; arrays that were handed out stay valid."""
        self._maps.clear()

    def cache_memory_usage(self) -> int:
        """Bytes of address space of the mapped files."""
        return sum(len(mapped) for mapped in self._maps.values())

    def _mapped(self, file: str) -> mmap.mmap:
        if file not in self._maps:
            with open(self._root / file, "rb") as opened:
                self._maps[file] = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        return self._maps[file]


def _shards(path: Path) -> list[str]:
    """The files of a model, by their names in its directory."""
    if path.is_dir():
        indexes = sorted(path.glob(f"*{_INDEX}"))
        if indexes:
            return _shards(indexes[0])
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


def _header(path: Path) -> dict[str, Any]:
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
        if width is None and info["dtype"] in _NUMPY:
            width = int(_NUMPY[info["dtype"]].strip("<fiu?") or 1)
        if width is not None:
            elements = 1
            for length in info["shape"]:
                elements *= length
            sound = sound and elements * width == end - begin
    except (KeyError, TypeError, ValueError):
        sound = False
    if not sound:
        raise MalformedFileError(f"Malformed file {path}, tensor '{name}': its place is impossible", layer=name, file=str(path))


def quantize_files(
    quantizer: ArrowQuantV2,
    source: str,
    target: str,
    request: Request,
    config: QuantConfig,
    progress: Callable[[str, float], object] | None,
    overwrite: bool,
) -> dict[str, Any]:
    """What :meth:`ArrowQuantV2.quantize_from_safetensors` does."""
    if source.endswith(_INDEX):
        source = os.path.dirname(source) or "."
    settings = {
        **request.settings,
        "input": source,
        "output": target,
        "overwrite": overwrite,
        "skip_sensitive_layers": config.skip_sensitive_layers or config.defaults is not False,
    }
    names = ShardedSafeTensorsLoader(source).tensor_names() if progress is not None else []
    report, seconds = quantizer.call_files(json.dumps(settings), names, progress)
    tensors, scheme = report["tensors"], request.settings["scheme"].lower()
    cosines = {one["layer"]: float(one["cosine"]) for one in tensors if "cosine" in one}
    return {
        "quantized_path": target,
        "compression_ratio": report["bytes_in"] / report["bytes_out"] if report["bytes_out"] else 1.0,
        "cosine_similarity": sum(cosines.values()) / len(cosines) if cosines else 1.0,
        "per_layer_accuracy": cosines,
        "model_size_mb": report["bytes_out"] / 1e6,
        "modality": None,
        "bit_width": next((width for width in (2, 4, 8) if scheme.startswith(f"int{width}")), config.bit_width),
        "scheme": request.settings["scheme"],
        "schemes": {one["layer"]: one["scheme"] for one in tensors if one["scheme"] is not None},
        "kept": [one["layer"] for one in tensors if one["scheme"] is None],
        "tensors": len(tensors),
        "quantization_time_s": seconds,
    }


def validate(
    quantizer: ArrowQuantV2, original: str | os.PathLike[str], result: Any, threshold: float
) -> QualityReport:
    """How far a quantized model is from the original, tensor by tensor."""
    before, after = ShardedSafeTensorsLoader(original), ShardedSafeTensorsLoader(result)
    layers: dict[str, Mapping[str, float]] = {}
    for name, made in after.quantized().items():
        if name not in before.tensor_names():
            raise ValidationError(f"Tensor '{name}' is not in the original model", layer=name)
        table = _stored_result(name, made, after)
        report = quantizer.validate_quality({name: before.get_tensor(name)}, table, threshold)
        layers.update(report["layers"])
    return QualityReport(layers, before.get_total_size(), after.get_total_size(), threshold)


def _stored_result(name: str, made: Mapping[str, Any], loader: ShardedSafeTensorsLoader) -> Any:
    """A quantized tensor of a file as a row of a result."""
    from arrowquant_spark.local import interchange, jvm

    pa = jvm.pyarrow()
    parts = [loader.get_tensor(part) if loader.info(part)["dtype"] in _NUMPY else None for part in made["tensors"]]
    raw = [loader.raw(part) for part in made["tensors"]]
    suffixes = made["suffixes"]
    simple = suffixes[1:] == ["scales", "zero_points"]
    row = {
        "layer_name": name,
        "quantized_data": raw[0],
        "scales": parts[1] if simple else None,
        "zero_points": parts[2] if simple else None,
        "shape": made["shape"],
        "bit_width": 0,
        "scheme": made["scheme"],
        "group_size": 0,
        "parts": None if simple else [*zip(suffixes[1:], raw[1:], strict=True), ("dtype", made["dtype"].encode())],
    }
    return pa.Table.from_pylist([row], schema=interchange.result_schema(True, True))

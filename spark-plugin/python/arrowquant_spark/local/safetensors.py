"""``ShardedSafeTensorsLoader``: reads single tensors of model files."""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arrowquant_spark.errors import MalformedFileError, ValidationError
from arrowquant_spark.local.safetensors_files import NUMPY_TYPES, read_header, shard_names

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ShardedSafeTensorsLoader"]

_METADATA = "arrowquant"


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
        self._files = shard_names(Path(index_path))
        self._root = Path(index_path) if Path(index_path).is_dir() else Path(index_path).parent
        self._headers: dict[str, dict[str, Any]] = {}
        self._where: dict[str, str] = {}
        self._maps: dict[str, mmap.mmap] = {}
        for file in self._files:
            self._headers[file] = read_header(self._root / file)
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
        if dtype in NUMPY_TYPES:
            return np.frombuffer(data, NUMPY_TYPES[dtype]).reshape(shape)
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

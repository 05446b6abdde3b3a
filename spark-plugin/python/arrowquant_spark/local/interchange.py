"""What goes over the boundary: addresses of Arrow structs and of arrays, never the data."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local import jvm

__all__ = ["ArrayInput", "Layers", "StreamInput", "arrow_input", "layers_input", "result_schema", "stream_input"]

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]

_CPU = 1
#: Where a device array says on which device it is, after the array itself.
_DEVICE_TYPE = 88

_OFFERS = "__arrow_c_array__, __arrow_c_stream__ or __arrow_c_device_array__"


@dataclass(frozen=True)
class ArrayInput:
    """A record batch: the addresses of its two structs, and what owns them."""

    schema: int
    array: int
    owners: tuple[Any, ...]


@dataclass(frozen=True)
class StreamInput:
    """A stream of record batches: the address of its struct, and what owns it.

    ``in_groups`` tells that the batches may come from elsewhere as they are asked for, so that not all should be in
    memory at once.
    """

    stream: int
    in_groups: bool
    owners: tuple[Any, ...]


def arrow_input(data: Any) -> ArrayInput | StreamInput:
    """Any object that offers the Arrow PyCapsule interface."""
    if hasattr(data, "__arrow_c_stream__"):
        return stream_input(data)
    if hasattr(data, "__arrow_c_array__"):
        return _array(data.__arrow_c_array__(), b"arrow_array", data)
    if hasattr(data, "__arrow_c_device_array__"):
        capsules = data.__arrow_c_device_array__()
        found = _array(capsules, b"arrow_device_array", data)
        device = ctypes.c_int32.from_address(found.array + _DEVICE_TYPE).value
        if device != _CPU:
            raise ValidationError(
                f"The data is on a device of type {device}. Copy it to the CPU first", remedy="Copy it to the CPU first"
            )
        return found
    raise ValidationError(
        f"{type(data).__name__} is no Arrow data. Pass a pyarrow.Table, or anything that offers {_OFFERS}",
        remedy=f"Pass a pyarrow.Table, or anything that offers {_OFFERS}",
    )


def stream_input(data: Any) -> StreamInput:
    """A table, a batch or a reader, as a stream."""
    pa = jvm.pyarrow()
    in_memory = isinstance(data, pa.Table)
    if not hasattr(data, "__arrow_c_stream__"):
        if not hasattr(data, "__arrow_c_array__"):
            raise ValidationError(f"{type(data).__name__} is no Arrow data. Pass anything that offers {_OFFERS}")
        data = pa.Table.from_batches([pa.record_batch(data)])
        in_memory = True
    capsule = data.__arrow_c_stream__()
    return StreamInput(_pointer(capsule, b"arrow_array_stream"), not in_memory, (capsule, data))


def _array(capsules: tuple[Any, Any], name: bytes, owner: Any) -> ArrayInput:
    schema, array = capsules
    return ArrayInput(_pointer(schema, b"arrow_schema"), _pointer(array, name), (schema, array, owner))


@dataclass
class Layers:
    """Arrays by name: where they lie, and the arrays themselves, to keep them alive.

    Attributes:
        text: What the JVM reads.
        owners: The arrays that lie there.
        copied: Names of arrays that had to be copied first.
        byte_length: Bytes of all arrays.
        rows: Their places in what was handed in, when some of that was left out.
    """

    names: list[str] = field(default_factory=list)
    text: str = ""
    owners: list[Any] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    byte_length: int = 0
    rows: list[int] = field(default_factory=list)


_TYPES = {"float32": "F32", "float64": "F64", "float16": "F16", "bfloat16": "BF16"}


def layers_input(weights: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Layers:
    """Arrays as they are, where that is possible: of floats, in one piece, in the byte order of this machine.

    >>> import numpy as np
    >>> layers_input({"a": np.zeros((2, 3), np.float32)}).copied
    []
    """
    import numpy as np

    layers = Layers()
    described = []
    pairs = weights.items() if isinstance(weights, Mapping) else weights
    for name, value in pairs:
        if not isinstance(name, str):
            raise ValidationError(f"The name of a layer must be a string, not {name!r}")
        array = _as_array(np, name, value)
        if not isinstance(value, np.ndarray) and not _shares_memory(np, array, value):
            layers.copied.append(name)
        if array.dtype.name not in _TYPES:
            raise ValidationError(
                f"Layer '{name}' has dtype {array.dtype}. Must be float32, float64, float16 or bfloat16", layer=name
            )
        if not array.flags.c_contiguous or not array.dtype.isnative:
            array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
            layers.copied.append(name)
        layers.names.append(name)
        layers.owners.append(array)
        layers.byte_length += array.nbytes
        described.append(
            {
                "name": name,
                "dtype": _TYPES[array.dtype.name],
                "address": array.ctypes.data,
                "count": array.size,
                "shape": list(array.shape),
            }
        )
    layers.text = json.dumps(described)
    return layers


def _as_array(np: Any, name: str, value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value
    if value is None:
        raise ValidationError(f"Layer '{name}' is null", layer=name)
    try:
        if isinstance(value, list | tuple):
            return np.asarray(value, dtype=np.float32)
        return np.asarray(value)
    except (TypeError, ValueError) as bad:
        raise ValidationError(f"Layer '{name}' is no array of numbers: {bad}", layer=name) from bad


def _shares_memory(np: Any, array: Any, value: Any) -> bool:
    """True for arrays of others that numpy sees without a copy."""
    if isinstance(value, list | tuple):
        return False
    try:
        return bool(np.shares_memory(array, np.asarray(value)))
    except (TypeError, ValueError):
        return False


_schemas: dict[tuple[bool, bool], Any] = {}


def result_schema(large: bool = False, parts: bool = False) -> Any:
    """The schema of results; ``large`` when their data is more than 2 GiB, ``parts`` for schemes that make more."""
    key = (large, parts)
    if key not in _schemas:
        pa = jvm.pyarrow()
        fields = [
            ("layer_name", pa.string()),
            ("quantized_data", pa.large_binary() if large else pa.binary()),
            ("scales", pa.list_(pa.float32())),
            ("zero_points", pa.list_(pa.float32())),
            ("shape", pa.list_(pa.int64())),
            ("bit_width", pa.uint8()),
            ("scheme", pa.string()),
            ("group_size", pa.int32()),
        ]
        if parts:
            fields.append(("parts", pa.map_(pa.string(), pa.binary())))
        _schemas[key] = pa.schema(fields)
    return _schemas[key]

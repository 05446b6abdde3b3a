"""Results that are stored in model files, as tables again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arrowquant_spark.local import interchange, jvm
from arrowquant_spark.local.arrow_types import Table
from arrowquant_spark.local.safetensors import ShardedSafeTensorsLoader
from arrowquant_spark.local.safetensors_files import NUMPY_TYPES

__all__ = ["stored_result"]


def stored_result(name: str, made: Mapping[str, Any], loader: ShardedSafeTensorsLoader) -> Table:
    """A quantized tensor of a file as a row of a result."""
    pa = jvm.pyarrow()
    parts = [loader.get_tensor(part) if loader.info(part)["dtype"] in NUMPY_TYPES else None for part in made["tensors"]]
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

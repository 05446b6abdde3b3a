"""Tables on their way in and out: from arrays and IPC data, and back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local import interchange, jvm
from arrowquant_spark.local.results import BatchResult, LayerResult, QuantizationResult

__all__ = ["arrays_table", "ipc_bytes", "ipc_of", "joined", "narrow_list", "sound_layers", "table_of", "with_views"]


def joined(pa: Any, batches: list[Any]) -> Any:
    """One table; batches may differ in what they need columns for."""
    if not batches:
        return interchange.result_schema().empty_table()
    if len(batches) == 1 or len({batch.schema for batch in batches}) == 1:
        return pa.Table.from_batches(batches)
    tables = [pa.Table.from_batches([batch]) for batch in batches]
    return pa.concat_tables(tables, promote_options="permissive")


def sound_layers(
    weights: Mapping[str, Any], continue_on_error: bool
) -> tuple[interchange.Layers, list[dict[str, Any]], ValidationError | None]:
    """The arrays that are any, what is wrong with the others, and the error that comes when those before it are fine."""
    try:
        return interchange.layers_input(weights), [], None
    except ValidationError:
        sound, failures = [], []
    for row, (name, value) in enumerate(weights.items()):
        try:
            interchange.layers_input({name: value})
            sound.append((row, name, value))
        except ValidationError as bad:
            if not continue_on_error:
                return interchange.layers_input((pair[1:] for pair in sound)), [], bad
            failures.append(
                {
                    "layer": name if isinstance(name, str) else repr(name),
                    "kind": "validation",
                    "message": str(bad),
                    "reason": bad.reason,
                    "remedy": bad.remedy,
                    "row": row,
                }
            )
    layers = interchange.layers_input((pair[1:] for pair in sound))
    layers.rows = [row for row, _, _ in sound]
    return layers, failures, None


def ipc_bytes(source: Any) -> Any:
    """The bytes of IPC data that is given as bytes, a path (mapped, not read) or an open file."""
    if isinstance(source, str | os.PathLike):
        try:
            return jvm.pyarrow().memory_map(os.fspath(source)).read_buffer()
        except OSError as missing:
            raise ValidationError(f"Cannot read {os.fspath(source)}: {missing}") from missing
    if hasattr(source, "read"):
        return source.read()
    try:
        memoryview(source)
    except TypeError as wrong:
        raise ValidationError(f"quantize_ipc takes bytes, a path or a file, not {type(source).__name__}") from wrong
    return source


def with_views(pa: Any, buffer: Any) -> Any:
    """The table in IPC data that has columns of views, which Arrow Java cannot check; None for any other data."""
    try:
        is_file = buffer.size >= 8 and buffer.slice(0, 6).to_pybytes() == b"ARROW1"
        reader = pa.ipc.open_file(buffer) if is_file else pa.ipc.open_stream(buffer)
        if not any("view" in str(field.type) for field in reader.schema):
            return None
        table = reader.read_all()
        table.validate(full=True)
        return table
    except (pa.ArrowInvalid, OSError):
        return None  # The other way says what is wrong with it.


def ipc_of(pa: Any, table: Any) -> bytes:
    """A table as a stream of IPC."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def table_of(data: Any) -> Any:
    """The table of a result."""
    if isinstance(data, BatchResult):
        return data.result.table
    if isinstance(data, QuantizationResult | LayerResult):
        return data.table
    return data


def arrays_table(arrays: Mapping[str, Any]) -> Any:
    """Arrays as a table, one batch for each so that none is copied."""
    pa = jvm.pyarrow()
    layers = interchange.layers_input(arrays)
    batches: list[Any] = []
    for name, array in zip(layers.names, layers.owners, strict=True):
        values = pa.array(array.reshape(-1).astype("float32", copy=False))
        weights = pa.LargeListArray.from_arrays(pa.array([0, array.size], pa.int64()), values)
        columns = [pa.array([name]), weights, pa.array([list(array.shape)], pa.list_(pa.int64()))]
        batches.append(pa.RecordBatch.from_arrays(columns, ["layer_name", "weights", "shape"]))
    if not batches:
        types = [("layer_name", pa.string()), ("weights", pa.large_list(pa.float32()))]
        return pa.schema(types).empty_table()
    return pa.Table.from_batches(batches)


def narrow_list(pa: Any, lists: Any) -> Any:
    """Lists with offsets of 32 bits; the values stay where they are."""
    offsets = lists.offsets.cast(pa.int32())
    return pa.ListArray.from_arrays(offsets, lists.values)

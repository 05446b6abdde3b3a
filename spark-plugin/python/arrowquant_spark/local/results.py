"""What calls return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from arrowquant_spark.local import jvm
from arrowquant_spark.local.arrow_types import Table
from arrowquant_spark.local.errors import LayerError

__all__ = ["BatchResult", "LayerResult", "QualityReport", "QuantizationResult"]


class LayerResult(Mapping[str, Any]):
    """One quantized layer, as a mapping and as attributes of the same names.

    ``quantized_data``, ``scales``, ``zero_points``, ``shape``, ``bit_width``, ``scheme``, ``group_size`` and
    ``layer_name``; for schemes that make more, ``parts`` by name. As ``python`` values the data is ``bytes`` and the rest
    are lists; as ``numpy`` values they are arrays that look at the memory of the result, without a copy.
    """

    def __init__(self, table: Any, row: int, values: str = "python") -> None:
        self._table = table
        self._row = row
        self._numpy = values == "numpy"
        self._found: dict[str, Any] = {}

    @property
    def table(self) -> Table:
        """The layer as a table of one row."""
        return self._table.slice(self._row, 1)

    def __getitem__(self, key: str) -> Any:
        if key not in self._found:
            if key not in self:
                raise KeyError(key)
            self._found[key] = self._as_numpy(key) if self._numpy else self._table.column(key)[self._row].as_py()
            if key == "parts":
                self._found[key] = dict(self._found[key] or ())
        return self._found[key]

    def _as_numpy(self, key: str) -> Any:
        if key == "quantized_data":
            return _bytes_of(self._table.column(key), self._row)
        scalar = self._table.column(key)[self._row]
        if key in ("scales", "zero_points"):
            return None if scalar.values is None else scalar.values.to_numpy(zero_copy_only=True)
        return tuple(scalar.as_py()) if key == "shape" else scalar.as_py()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self:
            raise AttributeError(name)
        return self[name]

    def __contains__(self, key: object) -> bool:
        return key in self._table.column_names

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.column_names)

    def __len__(self) -> int:
        return int(self._table.num_columns)

    def __repr__(self) -> str:
        return f"LayerResult({self['layer_name']!r}, scheme={self['scheme']!r}, shape={self['shape']!r})"


def _bytes_of(column: Any, row: int) -> Any:
    """The bytes of a row where they lie; a scalar of pyarrow would be a copy."""
    import numpy as np

    for chunk in column.chunks:
        if row < len(chunk):
            _, offsets, data = chunk.buffers()
            wide = "large" in str(chunk.type)
            ends = np.frombuffer(offsets, np.int64 if wide else np.int32)[chunk.offset + row : chunk.offset + row + 2]
            return np.frombuffer(data, np.uint8)[int(ends[0]) : int(ends[1])]
        row -= len(chunk)
    raise IndexError(row)


class QuantizationResult:
    """A table of quantized layers, with what happened on the way. It offers all that the table does.

    Attributes:
        table: The quantized layers, in the order of the input.
        errors: Layers that are not in it, and why.
        attempts: The most schemes that were tried for a layer.
        latency_ms: How long the call took.
        bytes_in: Bytes of the weights.
        bytes_out: Bytes of the result.
        cosine: Of each layer, by name, when it was measured.
        quality: Of each layer, by name, when it was measured: cosine, mse, max_abs_error and snr_db.
    """

    def __init__(self, table: Any, report: Mapping[str, Any], latency_ms: float, copies: int = 0) -> None:
        self.table: Table = table
        self.latency_ms = latency_ms
        self.copies = copies
        self.errors = [LayerError.of(failure) for failure in report.get("failures", ())]
        self.bytes_in = int(report.get("bytes_in", 0))
        self.bytes_out = int(report.get("bytes_out", 0))
        self.replaced = int(report.get("replaced", 0))
        self._measured = report.get("measured", ())
        self.attempts = max((one["attempts"] for one in self._measured), default=1)

    @property
    def success(self) -> bool:
        """True when every layer is in the table."""
        return not self.errors

    @property
    def successful_rows(self) -> int:
        """Layers in the table."""
        return int(self.table.num_rows)

    @property
    def failed_rows(self) -> int:
        """Layers that are not in it."""
        return len(self.errors)

    @property
    def quality(self) -> dict[str, dict[str, float]]:
        """How far each layer is from the original."""
        figures = ("cosine", "mse", "max_abs_error", "snr_db")
        return {one["layer"]: {name: float(one[name]) for name in figures} for one in self._measured}

    @property
    def cosine(self) -> dict[str, float]:
        """Of each layer, by name."""
        return {one["layer"]: float(one["cosine"]) for one in self._measured}

    @property
    def layer_attempts(self) -> dict[str, int]:
        """How many schemes were tried for each layer that was measured."""
        return {one["layer"]: int(one["attempts"]) for one in self._measured}

    @property
    def quarantined(self) -> Table:
        """The layers that are not in the table, as one with the columns row, layer_name, kind, index and error."""
        pa = jvm.pyarrow()
        schema = pa.schema(
            [
                ("row", pa.int64()),
                ("layer_name", pa.string()),
                ("kind", pa.string()),
                ("index", pa.int64()),
                ("error", pa.string()),
            ]
        )
        rows = [
            {
                "row": error.row,
                "layer_name": error.layer,
                "kind": error.kind,
                "index": error.index,
                "error": error.message,
            }
            for error in self.errors
        ]
        return pa.Table.from_pylist(rows, schema=schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "table":
            raise AttributeError(name)
        return getattr(self.table, name)

    def __getitem__(self, key: Any) -> Any:
        return self.table[key]

    def __len__(self) -> int:
        return self.successful_rows

    def __repr__(self) -> str:
        return (
            f"QuantizationResult({self.successful_rows} layers, {self.failed_rows} errors, "
            f"{self.bytes_in} -> {self.bytes_out} bytes, {self.latency_ms:.1f} ms)"
        )


class BatchResult(dict[str, LayerResult]):
    """Quantized layers by name, with what happened on the way: all attributes of :class:`QuantizationResult`."""

    def __init__(self, result: QuantizationResult, values: str = "python") -> None:
        names = result.table.column("layer_name").to_pylist()
        super().__init__((name, LayerResult(result.table, row, values)) for row, name in enumerate(names))
        self.result = result

    @property
    def errors(self) -> list[LayerError]:
        """Layers that are not here, and why."""
        return self.result.errors

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "result":
            raise AttributeError(name)
        return getattr(self.result, name)


class QualityReport(dict[str, Any]):
    """How far results are from the original layers.

    ``cosine_similarity`` (the mean over layers), ``per_layer_accuracy`` (the cosine of each), ``layers`` (cosine, mse,
    max_abs_error and snr_db of each), ``compression_ratio``, ``model_size_mb`` and ``passed`` (no cosine is below the
    threshold).
    """

    def __init__(
        self, layers: Mapping[str, Mapping[str, float]], bytes_in: int, bytes_out: int, threshold: float
    ) -> None:
        cosines = {name: float(figures["cosine"]) for name, figures in layers.items()}
        super().__init__(
            cosine_similarity=sum(cosines.values()) / len(cosines) if cosines else 1.0,
            per_layer_accuracy=cosines,
            layers={name: {key: float(value) for key, value in one.items()} for name, one in layers.items()},
            compression_ratio=bytes_in / bytes_out if bytes_out else 1.0,
            model_size_mb=bytes_out / 1e6,
            passed=all(cosine >= threshold for cosine in cosines.values()),
        )

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

"""Doors for Arrow tables and record batches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, overload

from arrowquant_spark.local import interchange, jvm
from arrowquant_spark.local.arrow_types import RecordBatch, Table
from arrowquant_spark.local.errors import raise_failure
from arrowquant_spark.local.quantizer.base import QuantizerBase
from arrowquant_spark.local.results import QuantizationResult

__all__ = ["TableDoors"]


class TableDoors(QuantizerBase):
    """Takes tables and record batches where they lie."""

    @overload
    def quantize_arrow(
        self,
        weights_table: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: Literal[False] = False,
        **options: Any,
    ) -> Table: ...

    @overload
    def quantize_arrow(
        self,
        weights_table: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: bool,
        **options: Any,
    ) -> QuantizationResult: ...

    def quantize_arrow(
        self,
        weights_table: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: bool = False,
        **options: Any,
    ) -> Table | QuantizationResult:
        """Quantizes a table with the columns ``layer_name``, ``weights`` and, if there is one, ``shape``.

        ``weights`` are lists of float32, float64 or float16 of any kind, or bytes with the type of their elements, such
        as ``BF16``, in a column ``dtype``. Everything that offers the Arrow PyCapsule interface is a table: those of
        pyarrow, polars and nanoarrow, results of DuckDB, and readers, which are read batch by batch.

        Args:
            weights_table: The table.
            bit_width: 2, 4 or 8: the same as scheme ``int2``, ``int4`` or ``int8``.
            scheme: Any scheme of the catalog, such as ``"nf4"`` or ``"W4A16(strategy=channel)"``.
            continue_on_error: Leave layers out that cannot be quantized. Then the result is a
                :class:`QuantizationResult`: the table, and ``errors``.
            **options: Any setting of :class:`QuantConfig` for this call, and parameters of the scheme.

        Raises:
            ValidationError: A column is missing or of another type, or a layer's name, weights and shape do not fit.
            QuantizationError: A layer has NaN, infinities or nulls, or comes out too far from the original.

        >>> table = pa.table({"layer_name": ["a", "b"], "weights": [[1.0, 2.0], [3.0, float("nan")]]})
        >>> q.quantize_arrow(table, bit_width=4)
        Traceback (most recent call last):
            ...
        arrowquant_spark.errors.QuantizationError: Layer 'b' contains NaN at index 1. Use on_non_finite=clamp to replace such values, or skip the layer
        >>> result = q.quantize_arrow(table, bit_width=4, continue_on_error=True)
        >>> result.num_rows, result.errors[0].layer
        (1, 'b')
        """
        request = self._requests.of(self.config, bit_width, scheme, continue_on_error, options)
        result = self._quantize(interchange.arrow_input(weights_table), request, "quantize_arrow")
        return result if continue_on_error else result.table

    def quantize_arrow_batch(
        self,
        record_batch: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: bool = False,
        **options: Any,
    ) -> RecordBatch:
        """Quantizes a record batch into a record batch; see :meth:`quantize_arrow`.

        With ``continue_on_error`` what went wrong is in :attr:`last_result`.

        >>> batch = pa.record_batch({"layer_name": ["a"], "weights": pa.array([[0.0, 15.0]], pa.list_(pa.float32()))})
        >>> q.quantize_arrow_batch(batch, bit_width=4).column("quantized_data").to_pylist()
        [b'\\xf0']
        """
        request = self._requests.of(self.config, bit_width, scheme, continue_on_error, options)
        result = self._quantize(interchange.arrow_input(record_batch), request, "quantize_arrow_batch")
        batches = result.table.combine_chunks().to_batches()
        if batches:
            return batches[0]
        return jvm.pyarrow().RecordBatch.from_pylist([], schema=result.table.schema)

    def weights_addresses(self, data: Any) -> list[int]:
        """Where the JVM reads the weights of each layer: the addresses of the producer's own buffers.

        >>> values = pa.array([1.0, 2.0], pa.float32())
        >>> weights = pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), values)
        >>> q.weights_addresses(pa.table({"layer_name": ["a"], "weights": weights})) == [values.buffers()[1].address]
        True
        """
        if isinstance(data, Mapping):
            return [array.ctypes.data for array in interchange.layers_input(data).owners]
        stream = interchange.stream_input(data)
        session = self._session()
        report = json.loads(str(session.addresses(stream.stream)))
        self._meter.crossing()
        raise_failure(report)
        return [int(address) for address in report["addresses"]]

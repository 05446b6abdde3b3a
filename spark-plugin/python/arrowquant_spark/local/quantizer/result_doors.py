"""Doors for results: back into weights, and beside the original."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local import interchange, jvm, tables
from arrowquant_spark.local.arrow_types import Table
from arrowquant_spark.local.quantizer.base import QuantizerBase
from arrowquant_spark.local.quantizer.stored_results import stored_result
from arrowquant_spark.local.results import QualityReport
from arrowquant_spark.local.safetensors import ShardedSafeTensorsLoader

__all__ = ["ResultDoors"]


class ResultDoors(QuantizerBase):
    """Takes what calls have made."""

    def dequantize_arrow(self, result: Any) -> Table:
        """Turns a result back into weights: a table of ``layer_name``, ``weights`` and ``shape``.

        >>> table = pa.table({"layer_name": ["a"], "weights": [[0.0, 1.0, 3.0]]})
        >>> q.dequantize_arrow(q.quantize_arrow(table, bit_width=2)).column("weights").to_pylist()
        [[0.0, 1.0, 3.0]]
        """
        pa = jvm.pyarrow()
        stream = interchange.stream_input(tables.table_of(result))
        session = self._session()
        threads = self.config.threads()
        report, _ = self._call("dequantize_arrow", lambda _: session.dequantize(stream.stream, threads))
        types = [("layer_name", pa.string()), ("weights", pa.large_list(pa.float32())), ("shape", pa.list_(pa.int64()))]
        batch = pa.RecordBatch._import_from_c(report["address"], pa.schema(types))
        table = pa.Table.from_batches([batch])
        narrow = batch.num_rows == 0 or batch.column(1).offsets[-1].as_py() < 2**31
        if narrow:
            return table.set_column(1, "weights", [tables.narrow_list(pa, batch.column(1))])
        return table

    def validate_quality(self, original: Any, result: Any, threshold: float | None = None) -> QualityReport:
        """Tells how far a result is from the original layers.

        Args:
            original: The table that was quantized, or a dict of arrays, or the path of a model.
            result: What a call made of it: a table, or the path of a quantized model.
            threshold: ``passed`` says whether no layer has a lower cosine; default ``min_cosine``, then 0.7.

        >>> report = q.validate_quality(table, q.quantize_arrow(table, bit_width=8))
        >>> report["passed"], sorted(report["per_layer_accuracy"])
        (True, ['a'])
        """
        if threshold is None:
            threshold = 0.7 if self.config.min_cosine is None else self.config.min_cosine
        if isinstance(original, str | os.PathLike):
            return self._validate_files(original, result, threshold)
        source = tables.arrays_table(original) if isinstance(original, Mapping) else tables.table_of(original)
        table = tables.table_of(result)
        before, after = interchange.stream_input(source), interchange.stream_input(table)
        session = self._session()
        threads = self.config.threads()
        report, _ = self._call("validate_quality", lambda _: session.compare(before.stream, after.stream, threads))
        bytes_in = getattr(source, "nbytes", 0)
        return QualityReport(report["compared"], bytes_in, getattr(table, "nbytes", 0), threshold)

    def _validate_files(self, original: str | os.PathLike[str], result: Any, threshold: float) -> QualityReport:
        """How far a quantized model is from the original, tensor by tensor."""
        before, after = ShardedSafeTensorsLoader(original), ShardedSafeTensorsLoader(result)
        layers: dict[str, Mapping[str, float]] = {}
        for name, made in after.quantized().items():
            if name not in before.tensor_names():
                raise ValidationError(f"Tensor '{name}' is not in the original model", layer=name)
            table = stored_result(name, made, after)
            report = self.validate_quality({name: before.get_tensor(name)}, table, threshold)
            layers.update(report["layers"])
        return QualityReport(layers, before.get_total_size(), after.get_total_size(), threshold)

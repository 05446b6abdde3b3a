"""Doors that the old library has, too, under its names."""

from __future__ import annotations

from typing import Any

from arrowquant_spark.local.arrow_types import Table
from arrowquant_spark.local.quantizer.file_doors import FileDoors
from arrowquant_spark.local.quantizer.table_doors import TableDoors
from arrowquant_spark.local.results import QuantizationResult

__all__ = ["OldDoors"]


class OldDoors(TableDoors, FileDoors):
    """Other names of doors, and one that leads nowhere."""

    quantize_diffusion_model = FileDoors.quantize_from_safetensors

    def quantize_batch_arrow(
        self, weights_table: Any, bit_width: int | None = None, continue_on_error: bool | None = None
    ) -> Table | QuantizationResult:
        """What the old library calls :meth:`quantize_arrow` with ``continue_on_error``.

        >>> q.quantize_batch_arrow(pa.table({"layer_name": ["a"], "weights": [[1.0]]}), 8).num_rows
        1
        """
        return self.quantize_arrow(weights_table, bit_width, continue_on_error=bool(continue_on_error))

    def get_markov_metrics(self) -> None:
        """None, as in the old library when nothing was measured: nothing here depends on time steps.

        >>> q.get_markov_metrics()
        """

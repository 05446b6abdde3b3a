"""``ArrowQuantV2``: all doors in one class."""

from __future__ import annotations

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local.config import QuantConfig
from arrowquant_spark.local.metrics import Hook
from arrowquant_spark.local.quantizer.array_doors import ArrayDoors
from arrowquant_spark.local.quantizer.file_doors import FileDoors
from arrowquant_spark.local.quantizer.old_doors import OldDoors
from arrowquant_spark.local.quantizer.result_doors import ResultDoors
from arrowquant_spark.local.quantizer.stream_doors import StreamDoors
from arrowquant_spark.local.quantizer.table_doors import TableDoors

__all__ = ["ArrowQuantV2"]

_MODES = ("base", "diffusion", "time_aware")


class ArrowQuantV2(OldDoors, TableDoors, StreamDoors, ArrayDoors, FileDoors, ResultDoors):
    """Quantizes Arrow tables, numpy arrays and model files in this process, without a copy of the weights.

    The JVM starts with the first call. An instance can be used by any number of threads, and results outlive it.

    Args:
        mode: Accepted for callers of the old library: ``base``, ``diffusion`` or ``time_aware``, all the same here.
        config: The settings; see :class:`QuantConfig`.
        profile: ``edge``, ``local`` or ``cloud``: the settings when there is no ``config``.
        num_threads: Threads at most; default the setting, and then the cores.
        hook: Called after each call with what it did, in the form of a span of OpenTelemetry.

    >>> import pyarrow as pa
    >>> from arrowquant_spark.local import ArrowQuantV2
    >>> table = pa.table({"layer_name": ["a"], "weights": [[0.0, 1.0, 2.0, 3.0]]})
    >>> with ArrowQuantV2() as q:
    ...     result = q.quantize_arrow(table, bit_width=2)
    >>> result.column("quantized_data").to_pylist(), result.column("scales").to_pylist()
    ([b'\\xe4'], [[1.0]])
    """

    def __init__(
        self,
        mode: str = "base",
        *,
        config: QuantConfig | None = None,
        profile: str | None = None,
        num_threads: int | None = None,
        hook: Hook | None = None,
    ) -> None:
        if mode not in _MODES:
            raise ValidationError(f"Invalid mode: {mode}. Must be base, diffusion or time_aware")
        if config is not None and not isinstance(config, QuantConfig):
            raise ValidationError(f"config must be a QuantConfig, not {type(config).__name__}")
        if config is None:
            config = QuantConfig() if profile is None else QuantConfig.from_profile(profile)
        elif profile is not None:
            # For its check alone: what the config says counts.
            QuantConfig.from_profile(profile)
        if num_threads is not None:
            config = config.replace(num_threads=num_threads)
        super().__init__(config, hook)

    def __enter__(self) -> ArrowQuantV2:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

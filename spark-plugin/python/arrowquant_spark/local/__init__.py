"""Quantization in this process: Arrow tables and numpy arrays in and out without a copy, no Spark, no cluster.

A JVM runs inside the Python process, started once when it is first needed. Weights are read where they lie, and results
are memory of the JVM that pyarrow looks at. Install with ``pip install 'arrowquant-spark[local]'``, beside a JDK 17 or
newer.

>>> import pyarrow as pa
>>> from arrowquant_spark.local import ArrowQuantV2, QuantConfig
>>> table = pa.table({"layer_name": ["a"], "weights": [[0.0, 1.0, 2.0, 3.0]], "shape": [[2, 2]]})
>>> with ArrowQuantV2(config=QuantConfig(group_size=128)) as q:
...     result = q.quantize_arrow(table, bit_width=4)
...     back = q.dequantize_arrow(result)
>>> result.column_names[:4], back.column("weights").to_pylist()
(['layer_name', 'quantized_data', 'scales', 'zero_points'], [[0.0, 1.0, 2.0, 3.0]])
"""

from arrowquant_spark.local.aio import AsyncArrowQuantV2
from arrowquant_spark.local.config import DiffusionQuantConfig, QuantConfig
from arrowquant_spark.local.errors import (
    ArrowQuantError,
    InvalidRequestError,
    LayerError,
    MalformedFileError,
    QuantizationError,
    ResourceError,
    ValidationError,
)
from arrowquant_spark.local.quantizer import ArrowQuantV2
from arrowquant_spark.local.results import BatchResult, LayerResult, QualityReport, QuantizationResult
from arrowquant_spark.local.safetensors import ShardedSafeTensorsLoader

__all__ = [
    "ArrowQuantError",
    "ArrowQuantV2",
    "AsyncArrowQuantV2",
    "BatchResult",
    "DiffusionQuantConfig",
    "InvalidRequestError",
    "LayerError",
    "LayerResult",
    "MalformedFileError",
    "QualityReport",
    "QuantConfig",
    "QuantizationError",
    "QuantizationResult",
    "ResourceError",
    "ShardedSafeTensorsLoader",
    "ValidationError",
]

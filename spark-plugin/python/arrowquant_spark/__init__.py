"""Quantize the weights of open models with Apache Spark.

>>> from pyspark.sql import SparkSession
>>> from arrowquant_spark import configure, dequantize, quantize
>>> spark = configure(SparkSession.builder.master("local[2]")).getOrCreate()
>>> df = spark.createDataFrame([("a", [0.0, 1.0, 2.0, 3.0])], "layer_name string, weights array<float>")
>>> df.transform(quantize, scheme="int2").transform(dequantize).collect()
[Row(layer_name='a', weights=[0.0, 1.0, 2.0, 3.0], shape=[4])]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from arrowquant_spark.errors import ArrowQuantError, InvalidRequestError, PluginMissingError

if TYPE_CHECKING:
    from arrowquant_spark.checkpoint import quantize_checkpoint
    from arrowquant_spark.dequantization import dequantize
    from arrowquant_spark.metrics import partition_metrics
    from arrowquant_spark.quantization import quantize
    from arrowquant_spark.report import quantization_report
    from arrowquant_spark.session import configure, jar_path, jars

__version__ = "0.1.0"

__all__ = [
    "ArrowQuantError",
    "InvalidRequestError",
    "PluginMissingError",
    "__version__",
    "configure",
    "dequantize",
    "jar_path",
    "jars",
    "partition_metrics",
    "quantization_report",
    "quantize",
    "quantize_checkpoint",
]

# Found when they are asked for: all of them need PySpark, and arrowquant_spark.local does not.
_WHERE = {
    "configure": "session",
    "dequantize": "dequantization",
    "jar_path": "session",
    "jars": "session",
    "partition_metrics": "metrics",
    "quantization_report": "report",
    "quantize": "quantization",
    "quantize_checkpoint": "checkpoint",
}


def __getattr__(name: str) -> object:
    module = _WHERE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Quantize the weights of open models with Apache Spark.

>>> from pyspark.sql import SparkSession
>>> from arrowquant_spark import configure, dequantize, quantize
>>> spark = configure(SparkSession.builder.master("local[2]")).getOrCreate()
>>> df = spark.createDataFrame([("a", [0.0, 1.0, 2.0, 3.0])], "layer_name string, weights array<float>")
>>> df.transform(quantize, scheme="int2").transform(dequantize).collect()
[Row(layer_name='a', weights=[0.0, 1.0, 2.0, 3.0], shape=[4])]
"""

from arrowquant_spark.checkpoint import quantize_checkpoint
from arrowquant_spark.dequantization import dequantize
from arrowquant_spark.errors import ArrowQuantError, InvalidRequestError, PluginMissingError
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

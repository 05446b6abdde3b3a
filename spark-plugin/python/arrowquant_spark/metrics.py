"""``partition_metrics``: what each task of the session's queries did."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession

__all__ = ["partition_metrics"]


def partition_metrics(spark: SparkSession) -> DataFrame:
    """One row for each successful task that read, quantized or wrote tensors in this application.

    The columns are ``query_id``, ``stage``, ``stage_attempt``, ``partition``, ``attempt``, ``executor``, ``host``,
    ``tensors``, ``parameters``, ``bytes_read``, ``bytes_written``, ``read_ms``, ``quantize_ms``, ``write_ms``,
    ``total_ms``, ``peak_memory_bytes``, ``gc_ms``, ``non_finite`` and ``worst_cosine``, which is null unless quality was
    measured. A frame made earlier shows later queries as well.

    >>> from arrowquant_spark import partition_metrics, quantize
    >>> df = spark.createDataFrame([("a", [0.0, 1.0])], "layer_name string, weights array<float>").coalesce(1)
    >>> _ = df.transform(quantize, quality=True).collect()
    >>> partition_metrics(spark).orderBy("stage").select("tensors", "parameters", "worst_cosine").tail(1)
    [Row(tensors=1, parameters=2, worst_cosine=1.0)]
    """
    return spark.read.format("arrowquant-metrics").load()

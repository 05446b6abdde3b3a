"""``quantize_checkpoint``: the job that makes a quantized model directory from a model directory."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import DataFrame, SparkSession

__all__ = ["quantize_checkpoint"]


def quantize_checkpoint(
    spark: SparkSession,
    src: str,
    dst: str,
    scheme: str = "int4",
    *,
    skip: str | Iterable[str] = (),
    overwrite: bool = False,
    quality: bool = True,
) -> DataFrame:
    """Draft."""
    raise NotImplementedError

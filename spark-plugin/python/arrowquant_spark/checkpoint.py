"""``quantize_checkpoint``: the job that makes a quantized model directory from a model directory."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import DataFrame, SparkSession

from arrowquant_spark.errors import InvalidRequestError
from arrowquant_spark.frames import refused
from arrowquant_spark.requests import Layers, Rules, check_arguments
from arrowquant_spark.schemes import ParameterValue, SchemeText

__all__ = ["quantize_checkpoint"]

_ARGUMENTS = (
    "scheme",
    "layout",
    "skip",
    "layers",
    "defaults",
    "overwrite",
    "quality",
    "min_cosine",
    "on_non_finite",
    "max_shard_size",
)


def quantize_checkpoint(
    spark: SparkSession,
    src: str,
    dst: str,
    scheme: str = "int4",
    *,
    layout: str | None = None,
    skip: str | Iterable[str] = (),
    layers: Layers | None = None,
    defaults: bool = True,
    overwrite: bool = False,
    quality: bool = True,
    min_cosine: float | None = None,
    on_non_finite: str | None = None,
    max_shard_size: str | None = None,
    **params: ParameterValue,
) -> DataFrame:
    """Quantizes a model directory into another one, and returns the report, one row for each tensor.

    The report has the columns ``layer_name``, ``dtype``, ``shape``, ``scheme``, ``bytes_before``, ``bytes_after``,
    ``cosine``, ``mse``, ``max_abs_error``, ``snr_db``, ``reason`` (why a tensor was kept), ``crc32c`` and ``file``.

    The output appears whole or not at all. The scheme decides what it is: of ``int2``, ``int4`` and ``int8`` a Parquet
    table in the columns of :func:`quantize`, of others, such as ``W4A16``, ``FP8_DYNAMIC`` or ``nf4``, a model directory
    that vLLM or Transformers load. All other files of the model are beside it, and ``arrowquant.json``, which says where
    everything comes from. The report can be had again at any time with
    ``spark.read.format("arrowquant-report").load(dst)``.

    Unlike :func:`quantize`, which takes what it is given, the job keeps what quantization usually harms, such as norms,
    biases, embeddings and the output head; ``defaults=False`` turns that off.

    Args:
        spark: The session; its driver runs the job.
        src: The model directory, on any file system that Spark can read.
        dst: The output, which must not exist unless ``overwrite`` is set.
        scheme: As for :func:`quantize`.
        layout: How the output is laid out, where the scheme leaves a choice: ``parquet``, ``compressed-tensors``,
            ``bitsandbytes``, ``gptq``, ``awq`` or ``fp8``.
        skip: Patterns of tensors to keep, as for :func:`quantize`.
        layers: Schemes for single tensors, as for :func:`quantize`, except that ``skip`` says what is kept.
        defaults: Whether tensors are kept for what they are.
        overwrite: Replace an output that exists, once the new one is complete.
        quality: Measure the error of each tensor.
        min_cosine: Fail when a tensor comes out with a lower cosine.
        on_non_finite: As for :func:`quantize`.
        max_shard_size: Tensor bytes of a file of a model directory at most, such as ``"5GB"``.
        **params: Parameters of the scheme, such as ``group_size``.

    >>> from arrowquant_spark import quantize_checkpoint
    >>> report = quantize_checkpoint(spark, model, output, scheme="int8", group_size=64)
    >>> report.where("reason IS NULL").select("layer_name", "scheme", "bytes_before", "bytes_after").show()
    +----------+------+------------+-----------+
    |layer_name|scheme|bytes_before|bytes_after|
    +----------+------+------------+-----------+
    |  w.weight|  int8|         512|        288|
    +----------+------+------------+-----------+
    <BLANKLINE>
    """
    check_arguments(params, _ARGUMENTS)
    rules = Rules.of(scheme, None, params, layers, skip)
    options: dict[str, str | float | bool | None] = {
        "input": src,
        "output": dst,
        "scheme": rules.scheme.text(),
        "layout": layout,
        "skip": _lines("skip", rules.skip),
        "layers": _lines("layers", [_rule(pattern, own) for pattern, own in rules.layers]),
        "defaults": defaults,
        "overwrite": overwrite,
        "quality": quality,
        "minCosine": min_cosine,
        "onNonFinite": on_non_finite,
        "maxShardSize": max_shard_size,
    }
    given = {name: value for name, value in options.items() if value is not None}
    with refused():
        spark.range(0).write.format("arrowquant-job").options(**given).mode("append").save()
        return spark.read.format("arrowquant-report").load(dst)


def _rule(pattern: str, scheme: SchemeText) -> str:
    if scheme.is_keep():
        raise InvalidRequestError(f"layers['{pattern}'] is 'keep'. Name the tensors to be kept in skip")
    return f"{pattern}={scheme.text()}"


def _lines(argument: str, items: Iterable[str]) -> str:
    """A list as the job reads it."""
    listed = list(items)
    for item in listed:
        if "\n" in item:
            raise InvalidRequestError(f"{argument} has a pattern of several lines: {item!r}")
    return "".join(f"{item}\n" for item in listed)

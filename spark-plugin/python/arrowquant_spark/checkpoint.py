"""``quantize_checkpoint``: the job that makes a quantized model directory from a model directory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping

from pyspark.sql import DataFrame, SparkSession

from arrowquant_spark.errors import InvalidRequestError
from arrowquant_spark.frames import refused
from arrowquant_spark.patterns import as_list
from arrowquant_spark.requests import Layers, Rules, check_arguments
from arrowquant_spark.schemes import ParameterValue, SchemeText

__all__ = ["quantize_checkpoint"]

_ARGUMENTS = (
    "scheme",
    "bit_width",
    "recipe",
    "profile",
    "layout",
    "also",
    "skip",
    "layers",
    "defaults",
    "strict",
    "overwrite",
    "resume",
    "quality",
    "min_cosine",
    "target_size",
    "target_bpw",
    "candidates",
    "on_non_finite",
    "allow_requantize",
    "max_shard_size",
)

_DEFAULT_SCHEME = "int4"


def quantize_checkpoint(
    spark: SparkSession,
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    scheme: str | None = None,
    *,
    bit_width: int | None = None,
    recipe: str | os.PathLike[str] | Mapping[str, object] | None = None,
    profile: str | None = None,
    layout: str | None = None,
    also: Mapping[str | os.PathLike[str], str] | None = None,
    skip: str | Iterable[str] | None = (),
    layers: Layers | None = None,
    defaults: bool | None = None,
    strict: bool | None = None,
    overwrite: bool = False,
    resume: bool = False,
    quality: bool | None = None,
    min_cosine: float | None = None,
    target_size: int | str | None = None,
    target_bpw: float | None = None,
    candidates: str | Iterable[str] | None = (),
    on_non_finite: str | None = None,
    allow_requantize: bool | None = None,
    max_shard_size: int | str | None = None,
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
        scheme: As for :func:`quantize`; ``int4`` when nothing else names one.
        bit_width: 2, 4 or 8: the same as ``int2``, ``int4``, ``int8``.
        recipe: A file in YAML or JSON on any file system, or a dict with the same keys; arguments go before it.
        profile: ``edge``, ``local`` or ``cloud``.
        layout: How the output is laid out, where the scheme leaves a choice: ``parquet``, ``compressed-tensors``,
            ``bitsandbytes``, ``gptq``, ``awq`` or ``fp8``.
        also: More outputs of the same weights, which are read once for all: schemes by the path of their output.
        skip: Patterns of tensors to keep, as for :func:`quantize`.
        layers: Schemes for single tensors, as for :func:`quantize`, except that ``skip`` says what is kept.
        defaults: Whether tensors are kept for what they are; they are unless this, or the recipe, says ``False``.
        strict: Refuse patterns that match nothing, and tensors that do not fit.
        overwrite: Replace an output that exists, once the new one is complete.
        resume: Go on where a run to the same output stopped, and keep what is finished for the next if this one stops. An
            output that is complete already is left as it is.
        quality: Measure the error of each tensor; on unless this, or the recipe, says ``False``.
        min_cosine: Give tensors that would come out with a lower cosine more bits: 2, 4, 8, and at last keep them.
        target_size: Tensor bytes of the output at most: schemes are chosen for the least error. A number, or ``"4GB"``.
        target_bpw: The same in bits for each parameter.
        candidates: The schemes that may be chosen for a target.
        on_non_finite: As for :func:`quantize`.
        allow_requantize: Decode weights that are quantized already on the way.
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
    parameters: dict[str, ParameterValue] = {}
    if scheme is None and bit_width is None:
        # They are those of the scheme that another place names.
        parameters, params = params, {}
        if recipe is not None or profile is not None:
            _require_schemes(layers)
    rules = Rules.of(scheme, bit_width, params, layers, skip)
    options: dict[str, str | float | bool | None] = {
        "input": _path("src", src),
        "output": _path("dst", dst),
        "scheme": None if scheme is None and bit_width is None else rules.scheme.text(),
        "defaultScheme": _DEFAULT_SCHEME,
        "recipe": _recipe(recipe),
        "profile": profile,
        "layout": layout,
        "also": _lines("also", _also(also)),
        "skip": _lines("skip", rules.skip),
        "layers": _lines("layers", [_rule(pattern, own) for pattern, own in rules.layers]),
        "defaults": defaults,
        "strict": strict,
        "overwrite": overwrite,
        "resume": resume,
        "quality": quality,
        "minCosine": min_cosine,
        "targetSize": target_size,
        "targetBpw": target_bpw,
        "candidates": _lines("candidates", as_list("candidates", candidates)),
        "onNonFinite": on_non_finite,
        "allowRequantize": allow_requantize,
        "maxShardSize": max_shard_size,
        **parameters,
    }
    given = {name: value for name, value in options.items() if value is not None and value != ""}
    with refused():
        spark.range(0).write.format("arrowquant-job").options(**given).mode("append").save()
        return spark.read.format("arrowquant-report").load(_path("dst", dst))


def _path(argument: str, path: object) -> str:
    if isinstance(path, str | os.PathLike):
        text = os.fspath(path)
        if isinstance(text, str):
            return text
    raise InvalidRequestError(f"{argument} must be a path, not {path!r}")


def _recipe(recipe: object) -> str | None:
    """A path, or the text of a dict."""
    if recipe is None:
        return None
    if not isinstance(recipe, Mapping):
        return _path("recipe", recipe)
    try:
        return json.dumps(dict(recipe))
    except TypeError as unknown:
        raise InvalidRequestError(f"The recipe holds what recipes do not: {unknown}. Use lists, not sets") from unknown


def _also(also: object) -> list[str]:
    if also is not None and not isinstance(also, Mapping):
        raise InvalidRequestError(f"also must be a dict from paths to schemes, not {also!r}")
    return [f"{scheme}={_path('also', path)}" for path, scheme in (also or {}).items()]


def _require_schemes(layers: Layers | None) -> None:
    """Parameters alone change those of a scheme, and here only the job will know which that is."""
    for pattern, own in layers.items() if isinstance(layers, Mapping) else ():
        if isinstance(own, Mapping) and own.get("scheme") is None and own.get("bit_width") is None:
            raise InvalidRequestError(
                f"layers['{pattern}'] names no scheme, and neither does the call. Name the scheme in one of them"
            )


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

"""``quantization_report``: how far each layer would be from what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from arrowquant_spark import sql
from arrowquant_spark.frames import Columns, analyzed, checked_frame, named
from arrowquant_spark.requests import Layers, Rules, check_arguments, weights_arguments
from arrowquant_spark.schemes import ParameterValue, SchemeText

__all__ = ["quantization_report"]

_ARGUMENTS = ("scheme", "bit_width", "group_size", "symmetric", "strategy", "skip", "layers", "on_non_finite")
_DEFAULT_GROUP = 128
_INT_BITS = {"int2": 2, "int4": 4, "int8": 8}
_BITS_OF_SCALE_AND_ZERO_POINT = 64


def quantization_report(
    df: DataFrame,
    *,
    scheme: str | None = None,
    bit_width: int | None = None,
    group_size: int | None = None,
    symmetric: bool | None = None,
    strategy: str | None = None,
    skip: str | Iterable[str] = (),
    layers: Layers | None = None,
    on_non_finite: str | None = None,
    **params: ParameterValue,
) -> DataFrame:
    """Measures what :func:`quantize` with the same arguments would do to each layer, without keeping the result.

    One row for each layer, the worst first: ``layer_name``, ``scheme``, ``parameters``, ``bytes_before``,
    ``bytes_after``, ``bits_per_weight``, ``cosine``, ``mse``, ``max_abs_error``, ``snr_db``. The sizes after are null for
    schemes other than int2, int4 and int8. A layer that is kept has no error, and as its scheme ``keep``. A layer may lie
    in several rows.

    >>> from arrowquant_spark import quantization_report
    >>> df = spark.createDataFrame([("a", [0.0, 1.25, 3.0]), ("b", [0.0, 1.0])], "layer_name string, weights array<float>")
    >>> quantization_report(df, scheme="int2").select("layer_name", "parameters", "max_abs_error", "bytes_after").show()
    +----------+----------+-------------+-----------+
    |layer_name|parameters|max_abs_error|bytes_after|
    +----------+----------+-------------+-----------+
    |         a|         3|         0.25|          9|
    |         b|         2|          0.0|          9|
    +----------+----------+-------------+-----------+
    <BLANKLINE>
    """
    check_arguments(params, _ARGUMENTS)
    parameters = {**params, "group_size": group_size, "symmetric": symmetric, "strategy": strategy}
    rules = Rules.of(scheme, bit_width, parameters, layers, skip)
    columns = Columns(checked_frame("quantization_report", df))
    weights, arguments = weights_arguments(columns)
    if on_non_finite is not None:
        arguments["on_non_finite"] = sql.literal(str(on_non_finite))
    rules.check_schemes(df)

    layer = arguments["layer"]
    call = sql.call("quantization_error", weights, rules.scheme_sql(layer), **arguments)
    aggregates = {
        "error": call,
        "bits_before": f"first({_stored_bits(columns)}, true)",
        "shape": f"first({columns.sql('shape')}, true)" if columns.find("shape") else "CAST(NULL AS array<bigint>)",
    }
    outputs = {
        "layer_name": "layer_name",
        "scheme": rules.scheme_sql("layer_name"),
        "parameters": "error.count",
        "bytes_before": "(error.count * bits_before + 7) DIV 8",
        "bytes_after": _by_rule(rules, _bytes_after),
    }
    per_weight = {"bits_per_weight": "try_divide(bytes_after * 8.0D, parameters)"}
    errors = {name: f"error.{name}" for name in ("cosine", "mse", "max_abs_error", "snr_db")}
    return analyzed(
        lambda: _grouped(df, layer, aggregates)
        .selectExpr(*named(outputs), "error")
        .selectExpr(*outputs, *named(per_weight), *named(errors))
        .orderBy("cosine", "snr_db", "layer_name")
    )


def _grouped(df: DataFrame, layer: str, aggregates: dict[str, str]) -> DataFrame:
    calls = [F.expr(value).alias(name) for name, value in aggregates.items()]
    return df.groupBy(F.expr(layer).alias("layer_name")).agg(*calls)


def _stored_bits(columns: Columns) -> str:
    """How many bits an element takes before."""
    by_weights = "64" if columns.has("weights", "array<double>") else "32"
    if not columns.has("dtype", "string"):
        return by_weights
    dtype = columns.sql("dtype")
    bits = f"CAST(nullif(regexp_extract({dtype}, '^(?:BF|F|I|U|C)([0-9]+)', 1), '') AS int)"
    return sql.cases([(f"{dtype} IS NULL", by_weights), (f"{dtype} = 'BOOL'", "8")], bits)


def _by_rule(rules: Rules, value: Callable[[SchemeText], str]) -> str:
    """Something that depends on the scheme of a layer."""
    branches = [(condition, value(scheme)) for condition, scheme in rules.decisions("layer_name")]
    return sql.cases(branches, value(rules.scheme))


def _bytes_after(scheme: SchemeText) -> str:
    """Codes and, for each group, a scale and a zero point."""
    if scheme.is_keep():
        return "(error.count * bits_before + 7) DIV 8"
    bits = _INT_BITS.get(scheme.name.lower())
    if bits is None:
        return "CAST(NULL AS bigint)"
    parameters = dict(scheme.parameters)
    strategy = parameters.get("strategy", "group").lower()
    if strategy == "tensor":
        groups = "1"
    elif strategy == "channel":
        groups = "aggregate(slice(shape, 1, greatest(size(shape) - 1, 0)), 1L, (rows, length) -> rows * length)"
    else:
        size = parameters.get("group_size", str(_DEFAULT_GROUP))
        # Anything else Spark refuses when it looks at the scheme.
        groups = f"ceil(error.count / {size})" if size.isdecimal() else "0"
    return f"(error.count * {bits} + 7) DIV 8 + {_BITS_OF_SCALE_AND_ZERO_POINT // 8} * ({groups})"

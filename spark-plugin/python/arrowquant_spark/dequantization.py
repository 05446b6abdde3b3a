"""``dequantize``: the way back from what ``quantize`` made."""

from __future__ import annotations

from pyspark.sql import DataFrame

from arrowquant_spark import sql
from arrowquant_spark.frames import Columns, analyzed, checked_frame, named
from arrowquant_spark.quantization import RESULT_FIELDS

__all__ = ["dequantize"]

_TYPES = {
    "quantized_data": "binary",
    "scales": "array<float>",
    "zero_points": "array<float>",
    "shape": "array<bigint>",
    "bit_width": "int",
    "scheme": "string",
    "group_size": "int",
}
_RANGE = ("element_start", "element_count")
_PARTS = "map<string,binary>"
#: Stored types whose elements are no numbers, or share bytes with their neighbours. The reader gives none either.
_UNREADABLE = ("BOOL", "C64", "F4", "F6_E2M3", "F6_E3M2", "F8_E8M0")


def dequantize(df: DataFrame) -> DataFrame:
    """Turns the columns that :func:`quantize` made back into weights.

    The result has ``layer_name``, ``weights`` as ``array<float>``, ``shape``, the element range when the frame has one,
    then all other columns. A row that was quarantined has null weights, and so has one that was kept as a type without
    numbers, such as ``BOOL``. A frame that was written to Parquet or any other table in between is as good.

    >>> from arrowquant_spark import dequantize, quantize
    >>> df = spark.createDataFrame([("a", [0.0, 1.0, 2.5])], "layer_name string, weights array<float>")
    >>> df.transform(quantize, scheme="int2", group_size=2).transform(dequantize).show()
    +----------+---------------+-----+
    |layer_name|        weights|shape|
    +----------+---------------+-----+
    |         a|[0.0, 1.0, 2.5]|  [3]|
    +----------+---------------+-----+
    <BLANKLINE>
    """
    columns = Columns(checked_frame("dequantize", df))
    columns.require("layer_name", "string")
    for name, sql_type in _TYPES.items():
        columns.require(name, sql_type)
    arguments = {}
    for name in _RANGE:
        columns.check(name, "bigint", "int")
        if columns.find(name) is not None:
            arguments[name] = columns.sql(name)
    extra = ["parts"] if columns.has("parts", _PARTS) else []

    fields = ", ".join(f"'{name}', {columns.sql(name)}" for name in (*RESULT_FIELDS, *extra))
    scheme = columns.sql("scheme")
    unreadable = ", ".join(sql.literal(name) for name in _UNREADABLE)
    struct = sql.cases(
        [(f"{columns.sql('quantized_data')} IS NULL OR {scheme} IN ({unreadable})", "NULL")],
        f"named_struct({fields})",
    )
    outputs = {
        "layer_name": columns.sql("layer_name"),
        "weights": sql.call("dequantize", struct, **arguments),
        "shape": columns.sql("shape"),
        **arguments,
    }
    others = columns.others(["layer_name", *_TYPES, *_RANGE, *extra], outputs)
    return analyzed(lambda: df.selectExpr(*named(outputs), *others))

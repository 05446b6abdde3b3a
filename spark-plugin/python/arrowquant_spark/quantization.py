"""``quantize``: a frame of weights in, a frame of quantized weights out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import overload

from pyspark.sql import DataFrame

from arrowquant_spark import sql
from arrowquant_spark.frames import Columns, analyzed, checked_frame, named
from arrowquant_spark.patterns import as_list
from arrowquant_spark.requests import Layers, Rules, check_arguments, one_of, weights_arguments
from arrowquant_spark.schemes import ParameterValue

__all__ = ["RESULT_FIELDS", "quantize"]

#: The columns of the result between the layer's name and the element range.
RESULT_FIELDS = ("quantized_data", "scales", "zero_points", "shape", "bit_width", "scheme", "group_size")

_RANGE = ("element_start", "element_count")
_ERROR = "error"
_FAIL, _QUARANTINE = "fail", "quarantine"
_ARGUMENTS = (
    "scheme",
    "bit_width",
    "group_size",
    "symmetric",
    "strategy",
    "skip",
    "layers",
    "on_error",
    "on_non_finite",
    "keep",
    "quality",
)


@overload
def quantize(
    df: DataFrame,
    *,
    scheme: str | None = None,
    bit_width: int | None = None,
    group_size: int | None = None,
    symmetric: bool | None = None,
    strategy: str | None = None,
    skip: str | Iterable[str] | None = (),
    layers: Layers | None = None,
    on_error: str = _FAIL,
    on_non_finite: str | None = None,
    keep: str | Iterable[str] | None = (),
    quality: bool = False,
    **params: ParameterValue,
) -> DataFrame: ...


@overload
def quantize(
    df: None = None,
    *,
    scheme: str | None = None,
    bit_width: int | None = None,
    group_size: int | None = None,
    symmetric: bool | None = None,
    strategy: str | None = None,
    skip: str | Iterable[str] | None = (),
    layers: Layers | None = None,
    on_error: str = _FAIL,
    on_non_finite: str | None = None,
    keep: str | Iterable[str] | None = (),
    quality: bool = False,
    **params: ParameterValue,
) -> Callable[[DataFrame], DataFrame]: ...


def quantize(
    df: DataFrame | None = None,
    *,
    scheme: str | None = None,
    bit_width: int | None = None,
    group_size: int | None = None,
    symmetric: bool | None = None,
    strategy: str | None = None,
    skip: str | Iterable[str] | None = (),
    layers: Layers | None = None,
    on_error: str = _FAIL,
    on_non_finite: str | None = None,
    keep: str | Iterable[str] | None = (),
    quality: bool = False,
    **params: ParameterValue,
) -> DataFrame | Callable[[DataFrame], DataFrame]:
    """Quantizes the weights of every row.

    The frame needs the columns ``layer_name`` (string) and ``weights`` (``array<float>``, ``array<double>``, or binary
    with the type of its elements, such as ``BF16``, in the column ``dtype``). ``shape`` is that of the whole tensor;
    without it a row is a tensor of one dimension. Rows that hold a part of a tensor say where it begins in
    ``element_start``.

    The result has ``layer_name``, ``quantized_data``, ``scales``, ``zero_points``, ``shape``, ``bit_width``, ``scheme``,
    ``group_size``, the element range when the frame has one, ``error`` when rows are quarantined, then all other
    columns. ``weights``, and ``data`` when it is binary, are dropped.

    Args:
        df: The frame. Without it the result is a function that takes one, for ``df.transform(quantize(...))``.
        scheme: ``NAME`` or ``NAME(key=value, ...)``, such as ``int8`` or ``int4(group_size=64)``; default ``int4``.
        bit_width: 2, 4 or 8: the same as scheme ``int2``, ``int4`` or ``int8``.
        group_size: How many elements share a scale; default 128.
        symmetric: Zero in the middle of the codes instead of where each group needs it.
        strategy: What shares a scale: ``group``, ``channel`` (a row) or ``tensor``.
        skip: Patterns of layers that stay as they are: an exact name, a glob, or ``re:`` and a regular expression
            matched from the start. Each is tried on the name and on the name without ``.weight``. The bytes of such a
            layer come from the column ``data`` when the frame has it with ``dtype``, otherwise they are those of
            ``weights``; ``scheme`` is the stored type, and ``scales`` and ``zero_points`` are empty.
        layers: Schemes for single layers: patterns as in ``skip``, the first that matches counts. A scheme stands for
            itself; a dict of parameters changes those of the call, or those of the scheme it names. ``"keep"`` means
            the same as ``skip``, which is asked first.
        on_error: ``fail``, or ``quarantine`` to go on: a row that cannot be quantized has nulls and the reason in
            ``error``.
        on_non_finite: ``error``, or ``clamp`` to make infinities the largest finite value of their group and NaN zero.
        keep: Which of ``weights`` and ``data`` to keep.
        quality: Measure the errors on the way, for :func:`partition_metrics`.
        **params: Other parameters of the scheme.

    Raises:
        InvalidRequestError: The arguments or the columns do not fit. Errors in the rows themselves are Spark's to
            raise when the query runs; they name the layer.

    >>> from arrowquant_spark import quantize
    >>> df = spark.createDataFrame([("a", [0.0, 1.0, 2.0, 3.0]), ("norm", [1.0])], "layer_name string, weights array<float>")
    >>> df.transform(quantize, scheme="int2", skip="*norm*").select("layer_name", "quantized_data", "scales", "scheme").show()
    +----------+--------------+------+------+
    |layer_name|quantized_data|scales|scheme|
    +----------+--------------+------+------+
    |         a|          [E4]| [1.0]|  int2|
    |      norm| [00 00 80 3F]|    []|   F32|
    +----------+--------------+------+------+
    <BLANKLINE>
    >>> df.transform(quantize(bit_width=8, layers={"re:.*orm": "keep"})).collect()[0].zero_points
    [0.0]
    """
    check_arguments(params, _ARGUMENTS)
    one_of("on_error", on_error, (_FAIL, _QUARANTINE))
    parameters = {**params, "group_size": group_size, "symmetric": symmetric, "strategy": strategy}
    request = _Request(
        rules=Rules.of(scheme, bit_width, parameters, layers, skip),
        quarantine=on_error == _QUARANTINE,
        on_non_finite=on_non_finite,
        keep=as_list("keep", keep),
        quality=quality,
    )
    if df is None:
        return request.apply
    return request.apply(df)


@dataclass(frozen=True)
class _Request:
    rules: Rules
    quarantine: bool
    on_non_finite: str | None
    keep: tuple[str, ...]
    quality: bool

    def apply(self, df: DataFrame) -> DataFrame:
        """Three projections: the function, once for each row; the rows checked; the columns in their order."""
        columns = Columns(checked_frame("quantize", df))
        weights, arguments = weights_arguments(columns)
        columns.require_all_known("keep", self.keep)
        ranges = [name for name in _RANGE if columns.find(name) is not None]
        produced = ["layer_name", *RESULT_FIELDS, *ranges, *([_ERROR] if self.quarantine else [])]
        others = columns.others(self._consumed(columns), produced)
        quantized = sql.name_beside("_quantized", columns.names)
        checked = sql.name_beside("_checked", [*columns.names, quantized])

        scheme = self.rules.scheme_sql(arguments["layer"])
        call = sql.call("quantize", weights, scheme, **arguments, **self._options())
        rows = _Rows(columns, sql.identifier(quantized), self.rules)
        struct = rows.sound_or_null() if self.quarantine else rows.sound_or_failing()
        outputs = {"layer_name": columns.sql("layer_name")}
        outputs.update({field: f"{sql.identifier(checked)}.{field}" for field in RESULT_FIELDS})
        outputs.update({name: f"CAST({columns.sql(name)} AS bigint)" for name in ranges})
        if self.quarantine:
            outputs[_ERROR] = rows.error()

        self.rules.check_schemes(df)
        return analyzed(
            lambda: df.selectExpr("*", *named({quantized: call}))
            .selectExpr("*", *named({checked: struct}))
            .selectExpr(*named(outputs), *others)
        )

    def _options(self) -> dict[str, str]:
        options = {}
        if self.on_non_finite is not None:
            options["on_non_finite"] = sql.literal(str(self.on_non_finite))
        if self.quality:
            options["quality"] = "true"
        if self.quarantine:
            options["on_error"] = sql.literal(_QUARANTINE)
        return options

    def _consumed(self, columns: Columns) -> list[str]:
        """What does not pass through as it is."""
        dropped = ["weights"] + (["data"] if columns.has("data", "binary") else [])
        wanted = {columns.find(name) for name in self.keep}
        return ["layer_name", "shape", *_RANGE, *(name for name in dropped if columns.find(name) not in wanted)]


class _Rows:
    """What becomes of the rows once the function has run: SQL over the frame and the struct it returned."""

    def __init__(self, columns: Columns, quantized: str, rules: Rules) -> None:
        layer = columns.sql("layer_name")
        self._columns = columns
        self._quantized = quantized
        self._nameless = (f"{layer} IS NULL", sql.literal("Column 'layer_name' is null"))
        text = [sql.literal("Layer '"), layer, sql.literal("': column 'weights' is null. Skip the layer")]
        self._empty = (f"{quantized} IS NULL", sql.text(*text))
        # Rows to be kept whose stored bytes the frame has beside the weights.
        self._stored: str | None = None
        keeps = rules.keeps_sql(layer)
        if keeps is not None and columns.has("data", "binary") and columns.has("dtype", "string"):
            present = [f"{columns.sql(name)} IS NOT NULL" for name in ("data", "dtype")]
            self._stored = sql.all_of([*present, keeps])

    def sound_or_failing(self) -> str:
        """The struct of each row; a row without fails the query."""
        branches = [(condition, sql.call("raise_error", text)) for condition, text in (self._nameless, self._empty)]
        return sql.cases(self._with_stored(branches, self._stored_struct()), self._quantized)

    def sound_or_null(self) -> str:
        """The struct of each row, which has nulls for a row that failed."""
        return sql.cases(self._with_stored([(self._nameless[0], "NULL")], self._stored_struct()), self._quantized)

    def error(self) -> str:
        """Why a row has nulls, or null."""
        message = f"CAST({self._quantized}.parts['{_ERROR}'] AS string)"
        return sql.cases(self._with_stored([self._nameless, self._empty], "NULL"), message)

    def _with_stored(self, branches: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
        return branches if self._stored is None else [branches[0], (self._stored, value), *branches[1:]]

    def _stored_struct(self) -> str:
        if self._stored is None:
            return "NULL"
        dtype = self._columns.sql("dtype")
        shape = f"{self._quantized}.shape"
        if self._columns.find("shape") is not None:
            shape = f"coalesce({self._columns.sql('shape')}, {shape})"
        bits = f"CAST(nullif(regexp_extract({dtype}, '[0-9]+', 0), '') AS int)"
        fields = {
            "quantized_data": self._columns.sql("data"),
            "scales": "CAST(array() AS array<float>)",
            "zero_points": "CAST(array() AS array<float>)",
            "shape": f"CAST({shape} AS array<bigint>)",
            "bit_width": sql.cases([(f"{dtype} = 'BOOL'", "8")], bits),
            "scheme": dtype,
            "group_size": "0",
            "parts": "NULL",
        }
        return sql.call("named_struct", *(f"'{name}', {value}" for name, value in fields.items()))

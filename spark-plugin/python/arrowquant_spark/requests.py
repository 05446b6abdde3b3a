"""What a call of ``quantize`` or ``quantization_report`` asks for, checked as far as Python can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame

from arrowquant_spark import sql
from arrowquant_spark.errors import InvalidRequestError, nearest, unknown
from arrowquant_spark.frames import Columns, analyzed
from arrowquant_spark.patterns import any_matches, as_patterns, matches
from arrowquant_spark.schemes import KEEP, ParameterValue, SchemeText

__all__ = ["Layers", "Rules", "check_arguments", "one_of", "weights_arguments"]

Layers = Mapping[str, str | Mapping[str, ParameterValue]]

_LAYER_KEYS = ("scheme", "bit_width")


@dataclass(frozen=True)
class Rules:
    """Which layer gets which scheme."""

    scheme: SchemeText
    layers: tuple[tuple[str, SchemeText], ...]
    skip: tuple[str, ...]

    @classmethod
    def of(
        cls,
        scheme: str | None,
        bit_width: int | None,
        parameters: Mapping[str, ParameterValue | None],
        layers: Layers | None,
        skip: str | Iterable[str] | None,
    ) -> Rules:
        """The rules that the arguments of a call mean."""
        default = SchemeText.of(scheme, bit_width, parameters)
        if layers is not None and not isinstance(layers, Mapping):
            raise InvalidRequestError(f"layers must be a dict from patterns to schemes, not {layers!r}")
        patterns = as_patterns("layers", (layers or {}).keys())
        own = tuple((pattern, _layer_scheme(pattern, (layers or {})[pattern], default)) for pattern in patterns)
        return cls(default, own, as_patterns("skip", skip))

    def decisions(self, layer: str) -> list[tuple[str, SchemeText]]:
        """Conditions on the name in a column, in their order, with the scheme for names that meet them."""
        kept = [(any_matches(layer, self.skip), SchemeText(KEEP))] if self.skip else []
        return kept + [(matches(layer, pattern), scheme) for pattern, scheme in self.layers]

    def scheme_sql(self, layer: str) -> str:
        """An SQL expression: the scheme for the name in a column."""
        branches = [(condition, sql.literal(scheme.text())) for condition, scheme in self.decisions(layer)]
        return sql.cases(branches, sql.literal(self.scheme.text()))

    def keeps_sql(self, layer: str) -> str | None:
        """An SQL condition: the layer with the name in a column is kept. None when no layer is."""
        decisions = self.decisions(layer)
        if not any(scheme.is_keep() for _, scheme in [*decisions, ("", self.scheme)]):
            return None
        branches = [(condition, str(scheme.is_keep()).lower()) for condition, scheme in decisions]
        return sql.cases(branches, str(self.scheme.is_keep()).lower())

    def check_schemes(self, df: DataFrame) -> None:
        """Has Spark look at schemes that it would otherwise not see before it runs the query."""
        texts = {scheme.text() for _, scheme in self.layers if not scheme.is_keep()}
        if texts or self.skip:
            texts.add(self.scheme.text())
        if texts:
            calls = [sql.call("quantize", "array(0.0F)", sql.literal(text)) for text in sorted(texts)]
            analyzed(lambda: df.limit(0).selectExpr(*calls))


def _layer_scheme(
    pattern: str, wanted: str | Mapping[str, ParameterValue], default: SchemeText
) -> SchemeText:
    if isinstance(wanted, str):
        return SchemeText.parse(wanted)
    if not isinstance(wanted, Mapping):
        raise InvalidRequestError(
            f"layers['{pattern}'] must be a scheme such as 'int8', 'keep', or a dict of parameters, not {wanted!r}"
        )
    parameters = {key: value for key, value in wanted.items() if key not in _LAYER_KEYS}
    scheme, bit_width = wanted.get("scheme"), wanted.get("bit_width")
    if scheme is None and bit_width is None:
        return default.replacing(parameters)
    if scheme is not None and not isinstance(scheme, str):
        raise InvalidRequestError(f"layers['{pattern}'] has a scheme that is no string: {scheme!r}")
    # SchemeText.of says what is wrong with a width that is no integer.
    return SchemeText.of(scheme, bit_width, parameters)  # type: ignore[arg-type]


def check_arguments(parameters: Iterable[str], known: Iterable[str]) -> None:
    """Refuses what looks like an argument of ours spelled wrong; all else may be a parameter of a scheme."""
    for name in parameters:
        if nearest(name, known) is not None:
            raise unknown("argument", name, known)


def one_of(argument: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuses a word that is not among those that mean something."""
    if value not in choices:
        raise unknown(argument, value, choices)


def weights_arguments(columns: Columns) -> tuple[str, dict[str, str]]:
    """The weights column and the named arguments that say what it holds, for the plugin's SQL functions."""
    columns.require("layer_name", "string")
    columns.require("weights", "array<float>", "array<double>", "binary")
    columns.check("shape", "array<bigint>", "array<int>")
    columns.check("element_start", "bigint", "int")
    columns.check("element_count", "bigint", "int")
    arguments = {"layer": columns.sql("layer_name")}
    if columns.has("weights", "binary"):
        columns.require("dtype", "string", why=": weights is binary, and dtype tells the type of its elements")
        arguments["dtype"] = columns.sql("dtype")
    for name in ("shape", "element_start"):
        if columns.find(name) is not None:
            arguments[name] = columns.sql(name)
    return columns.sql("weights"), arguments

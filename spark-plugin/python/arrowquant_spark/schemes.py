"""Schemes as text: ``NAME`` or ``NAME(key=value, ...)``. What they mean is the plugin's business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from arrowquant_spark.errors import InvalidRequestError

__all__ = ["DEFAULT", "KEEP", "WIDTHS", "ParameterValue", "SchemeText"]

ParameterValue = str | int | float | bool

DEFAULT = "int4"
KEEP = "keep"

#: The widths that bit_width may be, short for int2, int4 and int8.
WIDTHS = (2, 4, 8)
_NAMES_BY_WIDTH = tuple(f"int{width}" for width in WIDTHS)
_FORM = re.compile(r"\s*([A-Za-z0-9_.+-]+)\s*(?:\(([^()]*)\))?\s*")
_ASSIGNMENT = re.compile(r"\s*([A-Za-z_]+)\s*=\s*([^\s,=]+)\s*")
_VALUE = re.compile(r"[^\s,=()]+")


class SchemeText(NamedTuple):
    """A scheme's name and parameters as they are written.

    >>> SchemeText.parse("int4(group_size=64)").with_parameters({"symmetric": True}).text()
    'int4(group_size=64,symmetric=true)'
    """

    name: str
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls, scheme: str | None, bit_width: int | None, parameters: Mapping[str, ParameterValue | None]
    ) -> SchemeText:
        """The scheme that the arguments of a call mean."""
        named = cls.parse(DEFAULT if scheme is None else scheme)
        if bit_width is not None:
            by_width = f"int{_checked_width(bit_width)}"
            if scheme is None:
                named = cls(by_width)
            elif named.name.lower() != by_width:
                raise InvalidRequestError(f"bit_width={bit_width} contradicts scheme='{scheme}'. Give one of them")
        return named.with_parameters(parameters)

    @classmethod
    def parse(cls, text: str) -> SchemeText:
        """Takes the text apart."""
        if not isinstance(text, str):
            raise InvalidRequestError(f"scheme must be a string such as 'int4', not {text!r}")
        form = _FORM.fullmatch(text)
        if form is None:
            raise _malformed(text)
        parameters: dict[str, str] = {}
        for item in form[2].split(",") if form[2] and form[2].strip() else []:
            assignment = _ASSIGNMENT.fullmatch(item)
            if assignment is None:
                raise _malformed(text)
            key = assignment[1].lower()
            if key in parameters:
                raise InvalidRequestError(f"Scheme '{text}' gives parameter '{key}' twice")
            parameters[key] = assignment[2]
        return cls(form[1], tuple(parameters.items()))

    def with_parameters(self, more: Mapping[str, ParameterValue | None]) -> SchemeText:
        """The same scheme with more parameters, which must not be given already with another value."""
        merged = dict(self.parameters)
        for key, value in more.items():
            if value is None:
                continue
            new = _value_text(key, value)
            old = merged.setdefault(key.lower(), new)
            if old.lower() != new.lower():
                raise InvalidRequestError(
                    f"Parameter '{key}' of scheme '{self.name}' is given as {old} and as {new}. Give it once"
                )
        return SchemeText(self.name, tuple(merged.items()))

    def replacing(self, more: Mapping[str, ParameterValue | None]) -> SchemeText:
        """The same scheme with some parameters given anew."""
        kept = tuple((key, value) for key, value in self.parameters if key not in more)
        return SchemeText(self.name, kept).with_parameters(more)

    def is_keep(self) -> bool:
        """True for the word that means: as it is stored."""
        return self.name.lower() == KEEP

    def is_by_width(self) -> bool:
        """True for the schemes that ``bit_width`` is short for.

        >>> SchemeText("INT4").is_by_width(), SchemeText("W4A16").is_by_width()
        (True, False)
        """
        return self.name.lower() in _NAMES_BY_WIDTH

    def text(self) -> str:
        """The scheme as the plugin reads it."""
        parameters = ",".join(f"{key}={value}" for key, value in self.parameters)
        return f"{self.name}({parameters})" if parameters else self.name


def _checked_width(bit_width: object) -> int:
    # True is 1 and 4.0 is 4, but neither is a width.
    if isinstance(bit_width, bool) or not isinstance(bit_width, int) or bit_width not in WIDTHS:
        raise InvalidRequestError(f"Invalid bit_width: {bit_width}. Must be 2, 4, or 8")
    return bit_width


def _value_text(key: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str) and _VALUE.fullmatch(str(value)):
        return str(value)
    raise InvalidRequestError(f"Invalid {key}: {value!r}. Must be a number, true or false, or a word")


def _malformed(text: str) -> InvalidRequestError:
    shown = text if len(text) <= 100 else text[:100] + "..."
    return InvalidRequestError(
        f"Cannot read scheme '{shown}'. Write NAME or NAME(key=value, ...), e.g. int4(group_size=64,symmetric=true)"
    )

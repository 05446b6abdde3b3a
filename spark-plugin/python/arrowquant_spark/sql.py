"""Pieces of Spark SQL. Everything this package asks of Spark is SQL text, because that reads the same on every client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# Sessions read escapes, and the quotes of raw strings, in one way or another, and put variables in place of ${...}.
_SPECIAL = re.compile(r"(['\\]|\$(?=\{))")
_SPELLED = {"'": "char(39)", "\\": "char(92)", "$": "char(36)"}

__all__ = ["all_of", "any_of", "call", "cases", "identifier", "literal", "name_beside", "text"]


def literal(value: str) -> str:
    """A string as an SQL expression that needs no escapes.

    >>> literal("int4")
    "'int4'"
    >>> literal("it's")
    "concat('it', char(39), 's')"
    """
    pieces = [_SPELLED.get(piece, f"'{piece}'") for piece in _SPECIAL.split(value) if piece]
    if len(pieces) > 1:
        return call("concat", *pieces)
    return pieces[0] if pieces else "''"


def text(*pieces: str) -> str:
    """One string from expressions."""
    return call("concat", *pieces)


def identifier(name: str) -> str:
    """A column's name as SQL.

    >>> identifier("a`b")
    '`a``b`'
    """
    return "`" + name.replace("`", "``") + "`"


def call(function: str, *arguments: str, **named: str) -> str:
    """A function call with positional and named arguments.

    >>> call("quantize", "weights", "'int4'", layer="layer_name")
    "quantize(weights, 'int4', layer => layer_name)"
    """
    return f"{function}({', '.join([*arguments, *(f'{key} => {value}' for key, value in named.items())])})"


def cases(branches: Sequence[tuple[str, str]], otherwise: str) -> str:
    """The value of the first condition that holds.

    >>> cases([("a > 1", "x")], "y")
    'CASE WHEN a > 1 THEN x ELSE y END'
    >>> cases([], "y")
    'y'
    """
    if not branches:
        return otherwise
    whens = " ".join(f"WHEN {condition} THEN {value}" for condition, value in branches)
    return f"CASE {whens} ELSE {otherwise} END"


def any_of(conditions: Iterable[str]) -> str:
    """True when one of the conditions holds; false when there are none."""
    return " OR ".join(f"({condition})" for condition in conditions) or "false"


def all_of(conditions: Iterable[str]) -> str:
    """True when all of the conditions hold."""
    return " AND ".join(f"({condition})" for condition in conditions) or "true"


def name_beside(wanted: str, taken: Iterable[str]) -> str:
    """A column name that is not taken, as Spark compares names.

    >>> name_beside("q", ["Q", "r"])
    'q_'
    """
    lower = {name.lower() for name in taken}
    name = wanted
    while name.lower() in lower:
        name += "_"
    return name

"""Patterns for tensor names, as conditions in SQL.

A pattern is an exact name, a glob (``*``, ``?``, ``[abc]``, ``[!abc]``), or ``re:`` and a regular expression that is
matched from the start of the name, as :func:`re.match` does. Each is tried on the name and on the name without
``.weight``.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

from arrowquant_spark import sql
from arrowquant_spark.errors import InvalidRequestError
from arrowquant_spark.regex import UnsupportedRegexError, to_java

__all__ = ["any_matches", "as_list", "as_patterns", "matches"]

_REGEX = "re:"
_LONGEST = 4096
_WEIGHT = ".weight"


def as_list(argument: str, items: str | Iterable[str] | None, item_kind: str = "an item") -> tuple[str, ...]:
    """The strings of an argument. A single one may come without a list, and None is none.

    >>> as_list("skip", "*norm*"), as_list("skip", None)
    (('*norm*',), ())
    """
    if items is None or isinstance(items, str):
        return () if items is None else (items,)
    if not isinstance(items, Iterable):
        raise InvalidRequestError(f"{argument} must be a string or a list of strings, not {items!r}")
    listed = tuple(items)
    for item in listed:
        if not isinstance(item, str):
            raise InvalidRequestError(f"{argument} has {item_kind} that is no string: {item!r}")
    return listed


def as_patterns(argument: str, patterns: str | Iterable[str] | None) -> tuple[str, ...]:
    """The patterns of an argument, checked.

    >>> as_patterns("skip", "*norm*")
    ('*norm*',)
    """
    listed = as_list(argument, patterns, "a pattern")
    for pattern in listed:
        matches("name", pattern)
    return listed


def any_matches(column: str, patterns: Iterable[str]) -> str:
    """An SQL condition: one of the patterns matches the name in a column."""
    return sql.any_of(matches(column, pattern) for pattern in patterns)


def matches(column: str, pattern: str) -> str:
    """An SQL condition: the pattern matches the name in a column.

    >>> matches("layer_name", "lm_head")
    "layer_name IN ('lm_head', 'lm_head.weight')"
    """
    if not 1 <= len(pattern) <= _LONGEST:
        raise InvalidRequestError(f"A name pattern must have 1 to {_LONGEST} characters")
    if pattern.startswith(_REGEX):
        return _matches_regex(column, pattern, pattern[len(_REGEX) :])
    exact = f"{column} IN ({sql.literal(pattern)}, {sql.literal(pattern + _WEIGHT)})"
    if not any(special in pattern for special in "*?["):
        return exact
    glob = _matches_regex(column, pattern, fnmatch.translate(pattern))
    # Names may have brackets too.
    return sql.any_of([exact, glob]) if "[" in pattern else glob


def _matches_regex(column: str, pattern: str, expression: str) -> str:
    try:
        java = sql.literal(to_java(expression))
    except (re.error, OverflowError, RecursionError, UnsupportedRegexError) as invalid:
        raise InvalidRequestError(
            f"Invalid pattern '{pattern}': {invalid}. "
            "Write an exact name, a glob such as *norm*, or re: and a regular expression"
        ) from invalid
    bare = f"IF(endswith({column}, '{_WEIGHT}'), left({column}, length({column}) - {len(_WEIGHT)}), {column})"
    return sql.any_of(f"{name} RLIKE {java}" for name in (column, bare))

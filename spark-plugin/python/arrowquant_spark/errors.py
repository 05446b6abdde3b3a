"""What this package raises itself.

Errors that Spark finds out about, when it analyses a query or in the middle of one, come as PySpark's own exceptions,
with the text of the plugin inside.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["ArrowQuantError", "InvalidRequestError", "PluginMissingError"]


class ArrowQuantError(Exception):
    """The base of what this package raises."""


class InvalidRequestError(ArrowQuantError, ValueError):
    """The request cannot be carried out as it stands: a missing column, an unknown argument, a malformed pattern.

    >>> from arrowquant_spark import quantize
    >>> quantize(bit_width=3)
    Traceback (most recent call last):
        ...
    arrowquant_spark.errors.InvalidRequestError: Invalid bit_width: 3. Must be 2, 4, or 8
    """


class PluginMissingError(ArrowQuantError):
    """Spark runs without the ArrowQuant jar."""


def unknown(what: str, given: object, known: Iterable[str]) -> InvalidRequestError:
    """The error of a name that does not exist, with the nearest of those that do."""
    names = list(known)
    near = nearest(given, names)
    suggestion = f"Did you mean '{near}'? " if near is not None else ""
    return InvalidRequestError(f"Unknown {what} '{given}'. {suggestion}Known: {', '.join(names)}")


def nearest(given: object, known: Iterable[str]) -> str | None:
    """The one of the names that looks most like what was given, if any does."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(str(given).lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[found[0]] if found else None

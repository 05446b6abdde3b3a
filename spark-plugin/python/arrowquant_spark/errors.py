"""What this package raises itself.

Errors that Spark finds out about, when it analyses a query or in the middle of one, come as PySpark's own exceptions,
with the text of the plugin inside.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ArrowQuantError",
    "InvalidRequestError",
    "MalformedFileError",
    "PluginMissingError",
    "QuantizationError",
    "ResourceError",
    "ValidationError",
]


class ArrowQuantError(Exception):
    """The base of what this package raises.

    Attributes:
        layer: The layer concerned, or None.
        index: The element in the layer, or the byte in the file, or None.
        row: The row of the layer in its table, or None.
        reason: What is wrong, without the layer and the remedy.
        remedy: What to do about it, or an empty string.
        file: The file concerned, or None.
    """

    layer: str | None
    index: int | None
    row: int | None
    file: str | None

    def __init__(
        self,
        message: str = "",
        *,
        layer: str | None = None,
        index: int | None = None,
        row: int | None = None,
        reason: str | None = None,
        remedy: str = "",
        file: str | None = None,
    ) -> None:
        super().__init__(message)
        self.layer = layer
        self.index = index
        self.row = row
        self.reason = message if reason is None else reason
        self.remedy = remedy
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return (_restored, (type(self), str(self), dict(self.__dict__)))


def _restored(kind: type[ArrowQuantError], message: str, attributes: dict[str, object]) -> ArrowQuantError:
    """An error that comes from another process, such as a worker of a pool."""
    error = kind(message)
    error.__dict__.update(attributes)
    return error


class InvalidRequestError(ArrowQuantError, ValueError):
    """The request cannot be carried out as it stands: a missing column, an unknown argument, a malformed pattern.

    >>> from arrowquant_spark import quantize
    >>> quantize(bit_width=3)
    Traceback (most recent call last):
        ...
    arrowquant_spark.errors.InvalidRequestError: Invalid bit_width: 3. Must be 2, 4, or 8
    """


class ValidationError(InvalidRequestError):
    """What was handed in is not what it must be: a column, a shape, a name, a setting."""


class MalformedFileError(ArrowQuantError, ValueError):
    """A file, or data in a file's format, breaks the rules of its format."""


# Older callers expect either of the two.
class QuantizationError(ArrowQuantError, ValueError, RuntimeError):
    """The values of a layer cannot be quantized as asked, such as NaN."""


class ResourceError(ArrowQuantError, RuntimeError):
    """Something that is needed is not there, or not enough of it: memory, a JVM, a jar."""


class PluginMissingError(ArrowQuantError):
    """Spark runs without the ArrowQuant jar."""


def unknown(
    what: str, given: object, known: Iterable[str], kind: type[InvalidRequestError] = InvalidRequestError
) -> InvalidRequestError:
    """The error of a name that does not exist, with the nearest of those that do."""
    names = list(known)
    near = nearest(given, names)
    suggestion = f"Did you mean '{near}'?" if near is not None else ""
    text = " ".join(filter(None, (f"Unknown {what} '{given}'.", suggestion, f"Known: {', '.join(names)}")))
    return kind(text, remedy=suggestion)


def nearest(given: object, known: Iterable[str]) -> str | None:
    """The one of the names that looks most like what was given, if any does."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(str(given).lower(), by_lower, n=1, cutoff=0.7)
    return by_lower[found[0]] if found else None

"""Errors of the JVM in this process, as errors of Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arrowquant_spark.errors import (
    ArrowQuantError,
    InvalidRequestError,
    MalformedFileError,
    QuantizationError,
    ResourceError,
    ValidationError,
)

__all__ = [
    "ArrowQuantError",
    "InvalidRequestError",
    "LayerError",
    "MalformedFileError",
    "QuantizationError",
    "ResourceError",
    "ValidationError",
    "from_failure",
    "raise_failure",
]

_KINDS: dict[str, type[ArrowQuantError]] = {
    "validation": ValidationError,
    "invalid_request": InvalidRequestError,
    "malformed_file": MalformedFileError,
    "quantization": QuantizationError,
    "resource": ResourceError,
}
#: Requests that are refused for the table that came with them.
_ABOUT_COLUMNS = ("Column '", "Missing required column '")


def from_failure(failure: Mapping[str, Any]) -> BaseException:
    """The error that a report of the JVM describes.

    >>> error = from_failure({"kind": "quantization", "message": "Layer 'a' contains NaN at index 1", "index": 1})
    >>> type(error).__name__, error.index
    ('QuantizationError', 1)
    """
    if failure["kind"] == "cancelled":
        return KeyboardInterrupt()
    kind = _KINDS[failure["kind"]]
    if kind is InvalidRequestError and failure["message"].startswith(_ABOUT_COLUMNS):
        kind = ValidationError
    return kind(
        failure["message"],
        layer=failure.get("layer"),
        index=_known(failure.get("index")),
        row=_known(failure.get("row")),
        reason=failure.get("reason"),
        remedy=failure.get("remedy") or "",
        file=failure.get("file"),
    )


def raise_failure(report: Mapping[str, Any]) -> None:
    """Raises the error that a report of the JVM ends with, if there is one."""
    if "error" in report:
        raise from_failure(report["error"])


def _known(number: int | None) -> int | None:
    return None if number is None or number < 0 else number


@dataclass(frozen=True)
class LayerError:
    """Why a layer is not in a result.

    Attributes:
        layer: Its name, or None when it has none.
        kind: ``validation``, ``quantization``, ``invalid_request``, ``malformed_file`` or ``resource``.
        message: All of it as one text.
        index: The element concerned, or None.
        row: The row in the input.
        reason: What is wrong, without the layer and the remedy.
        remedy: What to do about it, or an empty string.
    """

    layer: str | None
    kind: str
    message: str
    index: int | None = None
    row: int | None = None
    reason: str = ""
    remedy: str = ""

    @classmethod
    def of(cls, failure: Mapping[str, Any]) -> LayerError:
        """From a report of the JVM."""
        return cls(
            layer=failure.get("layer"),
            kind=failure["kind"],
            message=failure["message"],
            index=_known(failure.get("index")),
            row=_known(failure.get("row")),
            reason=failure.get("reason") or "",
            remedy=failure.get("remedy") or "",
        )

    def to_exception(self) -> ArrowQuantError:
        """The error that the layer would have raised alone."""
        return _KINDS[self.kind](
            self.message, layer=self.layer, index=self.index, row=self.row, reason=self.reason, remedy=self.remedy
        )

    def __str__(self) -> str:
        return self.message

"""Sizes of files as recipes write them."""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["size_in_bytes"]

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")
_UNITS = {"": 1, "b": 1}
for _power, _letter in enumerate("kmgt", 1):
    _UNITS.update({f"{_letter}b": 1000**_power, _letter: 1024**_power, f"{_letter}ib": 1024**_power})


def size_in_bytes(size: int | str) -> int:
    """The bytes that a number or a text means, or -1 when the text is no size.

    >>> size_in_bytes("64MiB"), size_in_bytes("4.5 GB"), size_in_bytes("1.5"), size_in_bytes("many")
    (67108864, 4500000000, -1, -1)
    """
    if isinstance(size, int):
        return size
    form = _SIZE.fullmatch(size)
    if form is None or form[2].lower() not in _UNITS:
        return -1
    unit = _UNITS[form[2].lower()]
    # Half a byte is a slip of the pen.
    return -1 if unit == 1 and "." in form[1] else int(Decimal(form[1]) * unit)

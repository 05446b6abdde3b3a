"""Rules for single layers, as the JVM reads them: a pattern, and a scheme or what else happens to its layers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.schemes import SchemeText

__all__ = ["KEPT_WIDTH", "keep_rule", "rule_as_asked", "width_rule"]

#: The width that means: as it is stored.
KEPT_WIDTH = 16

_WIDTH_IN_NAME = re.compile(r"(int|W)\d+(.*)", re.IGNORECASE)


def keep_rule(pattern: str) -> dict[str, Any]:
    """Layers that stay as they are."""
    return {"match": pattern, "keep": True}


def rule_as_asked(rule: Mapping[str, Any], usual: Callable[[], SchemeText], group_size: int) -> dict[str, Any]:
    """A rule in the words of a recipe. ``usual`` is the scheme of all other layers.

    >>> rule_as_asked({"match": "a", "bit_width": 8}, lambda: SchemeText("int4"), 128)
    {'match': 'a', 'scheme': 'int8(group_size=128)'}
    """
    match = rule["match"]
    for action in ("keep", "drop"):
        if rule.get(action) or str(rule.get("scheme", "")).lower() == action:
            return {"match": match, action: True}
    own = {key: value for key, value in rule.items() if key not in ("match", "scheme", "bit_width")}
    scheme, width = rule.get("scheme"), rule.get("bit_width")
    if scheme is None and width is None:
        return {"match": match, "scheme": usual().replacing(own).text()}
    named = SchemeText.of(scheme, width, own)
    if named.is_by_width():
        named = SchemeText(named.name, tuple({"group_size": str(group_size), **dict(named.parameters)}.items()))
    return {"match": match, "scheme": named.text()}


def width_rule(pattern: str, width: int, usual: Callable[[], SchemeText]) -> dict[str, Any]:
    """The usual scheme in another width.

    >>> width_rule("a", 8, lambda: SchemeText("W4A16"))
    {'match': 'a', 'scheme': 'W8A16'}
    """
    if width == KEPT_WIDTH:
        return keep_rule(pattern)
    named = usual()
    form = _WIDTH_IN_NAME.fullmatch(named.name)
    if form is None:
        raise ValidationError(f"Invalid layer_bit_widths: scheme {named.name} has no other widths")
    return {"match": pattern, "scheme": SchemeText(f"{form[1]}{width}{form[2]}", named.parameters).text()}

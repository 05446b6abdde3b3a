"""Requests: the settings of a call, as the JVM reads them. Most calls have those of the call before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from arrowquant_spark.errors import ValidationError, nearest, unknown
from arrowquant_spark.local import jvm
from arrowquant_spark.local.config import QuantConfig
from arrowquant_spark.schemes import SchemeText

__all__ = ["Request", "Requests"]

_MOST_REMEMBERED = 64


class Request:
    """The settings of a call, as the JVM reads them."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        #: For layers that no rule decides on.
        self.scheme: str = settings["scheme"]
        self._java: dict[bool, Any] = {}

    def java(self, in_groups: bool = False) -> Any:
        """The text, as a string of the JVM that need not be made again."""
        if in_groups not in self._java:
            self._java[in_groups] = jvm.text(json.dumps({**self.settings, "in_groups": in_groups}))
        return self._java[in_groups]

    def may_make_parts(self) -> bool:
        """Whether a layer may get a scheme whose results have the column of further parts.

        >>> Request({"scheme": "int4", "rules": [{"match": "a", "scheme": "nf4"}]}).may_make_parts()
        True
        """
        texts = {self.scheme, *(rule["scheme"] for rule in self.settings["rules"] if "scheme" in rule)}
        named = [SchemeText(text.partition("(")[0]) for text in texts]
        return not all(scheme.is_by_width() or scheme.is_keep() for scheme in named)


class Requests:
    """Makes requests of what calls say, and remembers them."""

    def __init__(self) -> None:
        self._known: dict[str, Request] = {}

    def of(
        self,
        config: QuantConfig,
        bit_width: int | None,
        scheme: str | None,
        continue_on_error: bool,
        options: Mapping[str, Any],
    ) -> Request:
        """The request of a call with these arguments."""
        key = repr((bit_width, scheme, continue_on_error, options, config.__dict__))
        known = self._known.get(key)
        if known is None:
            known = _new_request(config, bit_width, scheme, continue_on_error, options)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = known
        return known


def _new_request(
    config: QuantConfig,
    bit_width: int | None,
    scheme: str | None,
    continue_on_error: bool,
    options: Mapping[str, Any],
) -> Request:
    names = QuantConfig.setting_names()
    base = config.validate()
    if options or bit_width is not None or scheme is not None:
        changes = {key: value for key, value in options.items() if key in names}
        base = _for_call(base, bit_width, scheme, changes)
    settings = base.request()
    parameters = {key: value for key, value in options.items() if key not in names}
    for key in parameters:
        if nearest(key, names) is not None:
            raise unknown("argument", key, sorted(names))
    if parameters:
        settings["scheme"] = SchemeText.parse(settings["scheme"]).replacing(parameters).text()
    settings["continue_on_error"] = continue_on_error
    return Request(settings)


def _for_call(
    base: QuantConfig, bit_width: int | None, scheme: str | None, changes: dict[str, Any]
) -> QuantConfig:
    """The settings with what a call says otherwise."""
    if bit_width is not None:
        changes["bit_width"] = bit_width
        if scheme is None:
            changes["scheme"] = None
    if scheme is not None:
        changes["scheme"] = scheme
        if bit_width is not None and str(scheme).partition("(")[0].strip().lower() != f"int{bit_width}":
            raise ValidationError(f"bit_width={bit_width} contradicts scheme='{scheme}'. Give one of them")
    return base.replace(**changes)

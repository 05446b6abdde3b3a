"""``QuantConfig``: all settings as attributes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local.config.checks import CHECKS
from arrowquant_spark.local.config.environment import settings_of_environment
from arrowquant_spark.local.config.layer_rules import keep_rule, rule_as_asked, width_rule
from arrowquant_spark.local.config.profiles import settings_of_profile
from arrowquant_spark.local.config.recipe_text import read_recipe, recipe_text
from arrowquant_spark.local.config.settings import (
    DEFAULTS,
    NAMES,
    invalid_setting,
    own_copy,
    own_name,
    under_own_names,
    unknown_setting,
)
from arrowquant_spark.local.config.sizes import size_in_bytes
from arrowquant_spark.schemes import ParameterValue, SchemeText

__all__ = ["QuantConfig"]


class QuantConfig:
    """The settings of a quantizer. Each is an attribute that can be read and set.

    Values come, the later ones winning, from the defaults, from the profile or the file, from environment variables such
    as ``ARROWQUANT_GROUP_SIZE``, and from the arguments. All are checked here; after attributes were set,
    :meth:`validate` checks them again, and every quantizer does so before it uses them.

    Attributes:
        bit_width: 2, 4 or 8: short for the schemes ``int2``, ``int4`` and ``int8``.
        group_size: Elements that share a scale, for the schemes that have groups.
        scheme: Any scheme of the catalog; then ``bit_width`` does not matter.
        symmetric: Zero in the middle of the codes.
        strategy: What shares a scale: ``group``, ``channel`` (a row) or ``tensor``.
        observer: How ranges are found, for schemes that know several ways.
        min_cosine: A layer that comes out with a lower cosine takes 4 bits instead of 2, then 8, and at last is kept as
            it is. ``min_accuracy`` is another name for it.
        skip: Patterns of layers that are kept as they are.
        layers: Schemes for single layers, by pattern.
        layer_bit_widths: Bit widths for single layers, by pattern: the scheme in another width; 16 keeps them.
        rules: The same in one list, in order: ``{"match": pattern, "scheme": scheme}``, ``{"match": pattern, "keep":
            True}`` or, for files, ``{"match": pattern, "drop": True}``.
        skip_sensitive_layers: Keep embeddings, heads, norms, routers and what else quantization usually harms.
        target_size: Bytes that the result may take, such as ``"4GB"``: bits go where they help most, and what there
            is room for stays as it is.
        target_model_size_mb: The same in units of 1,000,000 bytes.
        target_bpw: The same as bits for each weight.
        candidates: The schemes that may be chosen for a target; default ``int2``, ``int4`` and ``int8``.
        defaults: For files: keep what ``skip_sensitive_layers`` names. None means yes.
        strict: Patterns that match no layer are errors.
        on_non_finite: ``error``, or ``clamp`` to replace NaN and infinities.
        quality: Measure the error of every layer.
        layout: ``parquet``, the columns that results have, or None; other layouts are for the job.
        num_threads: Threads at most; 0 means one for each core.
        profile: The profile that this was made from, or None.
        allow_requantize: For jobs, as ``max_shard_size`` and ``max_partition_bytes``: accepted, since recipes are shared.

    >>> config = QuantConfig(bit_width=8, group_size=64)
    >>> config.min_accuracy = 0.95
    >>> config.validate().scheme_text()
    'int8(group_size=64)'
    """

    scheme: str | None
    bit_width: int
    group_size: int
    symmetric: bool | None
    strategy: str | None
    observer: str | None
    min_cosine: float | None
    skip: list[str]
    rules: list[dict[str, Any]]
    layers: dict[str, str]
    layer_bit_widths: dict[str, int]
    skip_sensitive_layers: bool
    target_size: int | str | None
    target_bpw: float | None
    target_model_size_mb: float | None
    candidates: list[str]
    defaults: bool | None
    strict: bool
    on_non_finite: str
    quality: bool
    layout: str | None
    profile: str | None
    num_threads: int
    allow_requantize: bool
    max_shard_size: int | str | None
    max_partition_bytes: int | str | None

    def __init__(self, **settings: Any) -> None:
        self._fill({}, settings)

    @classmethod
    def from_profile(cls, profile: str, **settings: Any) -> QuantConfig:
        """The settings for a place to run: ``edge``, ``local`` or ``cloud``.

        >>> config = QuantConfig.from_profile("edge")
        >>> config.bit_width, config.group_size, config.min_cosine
        (2, 256, 0.65)
        """
        return cls(**{"profile": profile, **settings})

    @classmethod
    def from_yaml(cls, source: str | os.PathLike[str]) -> QuantConfig:
        """Reads a recipe, from a file or from text, as YAML or JSON.

        >>> QuantConfig.from_yaml("bit_width: 2").bit_width
        2
        """
        return cls.from_dict(read_recipe(source))

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> QuantConfig:
        """From the settings of a file, which environment variables override.

        >>> QuantConfig.from_dict({"group_size": 32}).group_size
        32
        """
        config = cls.__new__(cls)
        config._fill(dict(settings), {})
        return config

    @staticmethod
    def setting_names() -> frozenset[str]:
        """All settings by all their names.

        >>> "min_accuracy" in QuantConfig.setting_names()
        True
        """
        return NAMES

    def _fill(self, stored: dict[str, Any], given: dict[str, Any]) -> None:
        stored, given, environment = under_own_names(stored), under_own_names(given), settings_of_environment()
        layered: dict[str, Any] = {}
        for upper in (stored, environment, given):
            if "bit_width" in upper and "scheme" not in upper:
                # It is short for a scheme, and so takes the place of one that was named below.
                layered.pop("scheme", None)
            layered.update(upper)
        values = {**DEFAULTS, **settings_of_profile(layered.get("profile")), **layered}
        for key, value in values.items():
            # One pattern may come without a list.
            alone = isinstance(value, str) and isinstance(DEFAULTS[key], list)
            setattr(self, key, [value] if alone else own_copy(value))
        self.validate()

    def __setattr__(self, name: str, value: Any) -> None:
        key = own_name(name)
        if key is None:
            raise unknown_setting(name)
        object.__setattr__(self, key, value)

    @property
    def min_accuracy(self) -> float | None:
        """The same as ``min_cosine``."""
        return self.min_cosine

    @property
    def deployment_profile(self) -> str | None:
        """The same as ``profile``."""
        return self.profile

    def __repr__(self) -> str:
        shown = {key: getattr(self, key) for key, usual in DEFAULTS.items() if getattr(self, key) != usual}
        return f"QuantConfig({', '.join(f'{key}={value!r}' for key, value in shown.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QuantConfig) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # It can be changed.

    def to_dict(self) -> dict[str, Any]:
        """All settings.

        >>> QuantConfig(bit_width=2).to_dict()["bit_width"]
        2
        """
        return {key: own_copy(getattr(self, key)) for key in DEFAULTS}

    def to_yaml(self, path: str | os.PathLike[str] | None = None) -> str:
        """The settings that are not the usual ones, as YAML; written to a file when a path is given.

        >>> print(QuantConfig(bit_width=2, skip=["*norm*"]).to_yaml(), end="")
        bit_width: 2
        skip:
        - '*norm*'
        """
        settings = {key: value for key, value in self.to_dict().items() if value != DEFAULTS[key]}
        # What the profile says must not come back where it was changed to the usual value.
        settings.update({key: getattr(self, key) for key in settings_of_profile(self.profile)})
        text = recipe_text(settings)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def replace(self, **settings: Any) -> QuantConfig:
        """The same settings but for some.

        >>> QuantConfig(bit_width=2).replace(group_size=64)
        QuantConfig(bit_width=2, group_size=64)
        """
        changed = QuantConfig.__new__(QuantConfig)
        for key, value in {**self.to_dict(), **under_own_names(settings)}.items():
            setattr(changed, key, value)
        return changed.validate()

    def validate(self) -> QuantConfig:
        """Checks all settings, and returns this."""
        for key, check in CHECKS.items():
            value = getattr(self, key)
            if value is None and DEFAULTS[key] is None:
                continue
            problem = check(value)
            if problem:
                raise invalid_setting(key, value, problem)
        given = [key for key in ("target_size", "target_bpw", "target_model_size_mb") if getattr(self, key) is not None]
        if len(given) > 1:
            raise ValidationError(f"{' and '.join(given)} contradict each other. Give one of them")
        self.scheme_text()
        return self

    def scheme_text(self) -> str:
        """The scheme for layers that no rule decides on.

        >>> QuantConfig(scheme="nf4").scheme_text()
        'nf4'
        """
        return self._scheme().text()

    def _scheme(self) -> SchemeText:
        parameters = {"symmetric": self.symmetric, "strategy": self.strategy, "observer": self.observer}
        given: dict[str, ParameterValue] = {key: value for key, value in parameters.items() if value is not None}
        if self.scheme is None:
            return SchemeText.of(None, self.bit_width, {"group_size": self.group_size, **given})
        named = SchemeText.parse(self.scheme)
        if named.is_by_width() and "group_size" not in dict(named.parameters):
            given = {"group_size": self.group_size, **given}
        return named.with_parameters(given)

    def target_bytes(self) -> int:
        """Bytes that the result may take, or 0 when that does not matter.

        >>> QuantConfig(target_size="1MB").target_bytes()
        1000000
        """
        if self.target_model_size_mb is not None:
            return int(self.target_model_size_mb * 1_000_000)
        return 0 if self.target_size is None else size_in_bytes(self.target_size)

    def threads(self) -> int:
        """How many threads to use.

        >>> QuantConfig(num_threads=3).threads()
        3
        """
        return self.num_threads or os.cpu_count() or 1

    def layer_rules(self) -> list[dict[str, Any]]:
        """All rules in the order in which they are asked.

        >>> QuantConfig(skip=["*norm*"], layer_bit_widths={"lm_head": 8}).layer_rules()
        [{'match': '*norm*', 'keep': True}, {'match': 'lm_head', 'scheme': 'int8(group_size=128)'}]
        """
        rules = [keep_rule(pattern) for pattern in self.skip]
        rules += [self._rule(rule) for rule in self.rules]
        rules += [self._rule({"match": pattern, "scheme": scheme}) for pattern, scheme in self.layers.items()]
        rules += [width_rule(pattern, width, self._scheme) for pattern, width in self.layer_bit_widths.items()]
        return rules

    def _rule(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        return rule_as_asked(rule, self._scheme, self.group_size)

    def request(self) -> dict[str, Any]:
        """What the JVM reads.

        >>> QuantConfig(num_threads=2).request()["scheme"]
        'int4(group_size=128)'
        """
        return {
            "scheme": self.scheme_text(),
            "rules": self.layer_rules(),
            "skip_sensitive_layers": self.skip_sensitive_layers,
            "min_cosine": self.min_cosine,
            "target_bytes": self.target_bytes(),
            "target_bpw": self.target_bpw or 0,
            "candidates": self.candidates,
            "strict": self.strict,
            "on_non_finite": self.on_non_finite,
            "quality": self.quality,
            "num_threads": self.threads(),
        }

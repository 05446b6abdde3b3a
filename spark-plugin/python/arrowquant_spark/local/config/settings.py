"""The names of all settings, and what they are when nobody says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arrowquant_spark.errors import InvalidRequestError, ValidationError, unknown

__all__ = ["DEFAULTS", "NAMES", "invalid_setting", "own_copy", "own_name", "under_own_names", "unknown_setting"]

DEFAULTS: dict[str, Any] = {
    "scheme": None,
    "bit_width": 4,
    "group_size": 128,
    "symmetric": None,
    "strategy": None,
    "observer": None,
    "min_cosine": None,
    "skip": [],
    "rules": [],
    "layers": {},
    "layer_bit_widths": {},
    "skip_sensitive_layers": False,
    "target_size": None,
    "target_bpw": None,
    "target_model_size_mb": None,
    "candidates": [],
    "defaults": None,
    "strict": False,
    "on_non_finite": "error",
    "quality": False,
    "layout": None,
    "profile": None,
    "num_threads": 0,
    "allow_requantize": False,
    "max_shard_size": None,
    "max_partition_bytes": None,
}

_ALIASES = {"min_accuracy": "min_cosine", "deployment_profile": "profile", "sensitive_layer_patterns": "skip"}

#: All settings by all their names.
NAMES = frozenset([*DEFAULTS, *_ALIASES])


def own_name(name: str) -> str | None:
    """The setting that a name means, or None when there is no such setting.

    >>> own_name("min_accuracy"), own_name("min_accurary")
    ('min_cosine', None)
    """
    key = _ALIASES.get(name, name)
    return key if key in DEFAULTS else None


def under_own_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings under their own names.

    >>> under_own_names({"min_accuracy": 0.5})
    {'min_cosine': 0.5}
    """
    renamed: dict[str, Any] = {}
    for name, value in settings.items():
        key = own_name(str(name))
        if key is None:
            raise unknown_setting(str(name))
        if key in renamed and renamed[key] != value:
            raise ValidationError(f"{name} and {key} are the same setting, but have different values. Give one of them")
        renamed[key] = value
    return renamed


def own_copy(value: Any) -> Any:
    """A value that shares nothing with the caller's."""
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, list | tuple) else value


def unknown_setting(name: str) -> InvalidRequestError:
    """The error of a setting that does not exist."""
    return unknown("setting", name, [*DEFAULTS, *_ALIASES], ValidationError)


def invalid_setting(key: str, value: Any, problem: str) -> ValidationError:
    """The error of a value that a setting cannot have; the problem says what it must be."""
    shown = value if isinstance(value, str) else repr(value)
    return ValidationError(f"Invalid {key}: {shown}. {problem}", reason=f"Invalid {key}", remedy=problem)

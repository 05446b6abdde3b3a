"""Settings from environment variables, such as ``ARROWQUANT_GROUP_SIZE``."""

from __future__ import annotations

import json
import os
from typing import Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local.config.checks import CHECKS
from arrowquant_spark.local.config.settings import (
    DEFAULTS,
    invalid_setting,
    own_name,
    under_own_names,
    unknown_setting,
)

__all__ = ["settings_of_environment"]

_PREFIX = "ARROWQUANT_"
#: Read elsewhere: they say how the JVM is started, here and by the launcher of jobs.
_NO_SETTINGS = ("ARROWQUANT_JVM_OPTIONS", "ARROWQUANT_JAVA_HOME", "ARROWQUANT_JAR", "ARROWQUANT_TUNING")
#: Jobs read 1 and 0 as true and false here, too.
_FLAGS = ("symmetric", "skip_sensitive_layers", "defaults", "strict", "quality", "allow_requantize")
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "none": None}


def settings_of_environment() -> dict[str, Any]:
    """All settings that environment variables give, by their own names."""
    variables: dict[str, str] = {}
    for variable, text in os.environ.items():
        if not variable.startswith(_PREFIX) or variable in _NO_SETTINGS or not text.strip():
            continue
        name = variable[len(_PREFIX) :].lower()
        if own_name(name) is None:
            raise ValidationError(f"Environment variable {variable} names no setting. {unknown_setting(name)}")
        variables[name] = text
    return under_own_names({name: _value(name, text) for name, text in variables.items()})


def _value(name: str, text: str) -> Any:
    """What a text means to a setting: a value as JSON or YAML write it, or else the text itself."""
    key = own_name(name) or name
    try:
        value = json.loads(text)
    except ValueError:
        value = _WORDS.get(text.strip().lower(), text)
    if isinstance(DEFAULTS[key], list) and not isinstance(value, list):
        value = [item.strip() for item in text.replace("\n", ";").split(";") if item.strip()]
    if key in _FLAGS and value in (0, 1):
        value = bool(value)
    check = CHECKS.get(key)
    problem = check(value) if check and value != DEFAULTS[key] else ""
    if problem:
        raise invalid_setting(key, value, f"{problem} (environment variable {_PREFIX}{name.upper()})")
    return value

"""Settings from environment variables, such as ``ARROWQUANT_GROUP_SIZE``."""

from __future__ import annotations

import json
import os
from typing import Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local.config.settings import DEFAULTS, own_name, under_own_names, unknown_setting

__all__ = ["settings_of_environment"]

_PREFIX = "ARROWQUANT_"
#: Read elsewhere: they say how the JVM is started.
_NO_SETTINGS = ("ARROWQUANT_JVM_OPTIONS", "ARROWQUANT_JAVA_HOME", "ARROWQUANT_JAR")
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "none": None}


def settings_of_environment() -> dict[str, Any]:
    """All settings that environment variables give, by their own names."""
    settings: dict[str, Any] = {}
    for variable, text in os.environ.items():
        if not variable.startswith(_PREFIX) or variable in _NO_SETTINGS or not text.strip():
            continue
        name = variable[len(_PREFIX) :].lower()
        key = own_name(name)
        if key is None:
            raise ValidationError(f"Environment variable {variable} names no setting. {unknown_setting(name)}")
        value = _value(text)
        if isinstance(DEFAULTS[key], list) and isinstance(value, str):
            value = [item.strip() for item in text.replace("\n", ";").split(";") if item.strip()]
        settings[name] = value
    return under_own_names(settings)


def _value(text: str) -> Any:
    """What a text means: a value as JSON or YAML write it, or else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return _WORDS.get(text.strip().lower(), text)

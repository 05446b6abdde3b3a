"""Recipes as text: YAML, or JSON where there is no YAML."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

from arrowquant_spark.errors import ValidationError

__all__ = ["read_recipe", "recipe_text"]


def read_recipe(source: str | os.PathLike[str]) -> dict[str, Any]:
    """The settings in a file, or in text: a name of a file has one line and no colon that a space follows.

    >>> read_recipe("bit_width: 2")
    {'bit_width': 2}
    """
    text = os.fspath(source)
    is_text = isinstance(source, str) and ("\n" in source or ": " in source or source.lstrip().startswith("{"))
    if not is_text:
        try:
            text = Path(source).read_text(encoding="utf-8")
        except OSError as unreadable:
            raise ValidationError(f"Cannot read the recipe {text}: {unreadable.strerror}") from unreadable
    yaml = _yaml()
    try:
        settings = json.loads(text) if yaml is None else yaml.safe_load(text)
    except Exception as malformed:
        if yaml is None:
            remedy = "Install PyYAML (pip install 'arrowquant-spark[local]') to read YAML, or write it as JSON"
            raise ValidationError(f"The recipe is no JSON: {malformed}. {remedy}", remedy=remedy) from malformed
        raise ValidationError(f"The recipe is no YAML: {malformed}") from malformed
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        raise ValidationError(f"A recipe must be settings by name, not {type(settings).__name__}")
    return settings


def recipe_text(settings: dict[str, Any]) -> str:
    """The settings as a recipe.

    >>> recipe_text({"bit_width": 2})
    'bit_width: 2\\n'
    """
    yaml = _yaml()
    return json.dumps(settings, indent=2) + "\n" if yaml is None else str(yaml.safe_dump(settings, sort_keys=False))


def _yaml() -> Any:
    try:
        return importlib.import_module("yaml")
    except ImportError:
        return None

"""What each setting may be. A check tells what a value must be, or an empty string when it is that."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from arrowquant_spark.local.config.layer_rules import KEPT_WIDTH
from arrowquant_spark.local.config.profiles import problem_of_profile
from arrowquant_spark.local.config.sizes import size_in_bytes
from arrowquant_spark.schemes import WIDTHS

__all__ = ["CHECKS"]

Check = Callable[[Any], str]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(least: int, most: int, problem: str) -> Check:
    return lambda value: "" if _is_whole(value) and least <= value <= most else problem


def _one_of(*choices: str) -> Check:
    problem = f"Must be {', '.join(choices[:-1])} or {choices[-1]}"
    return lambda value: "" if value in choices else problem


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "Must be true or false"


def _word(value: Any) -> str:
    return "" if isinstance(value, str) and value else "Must be a word"


def _width(value: Any) -> str:
    return "" if _is_whole(value) and value in WIDTHS else "Must be 2, 4, or 8"


def _patterns(value: Any) -> str:
    sound = isinstance(value, list) and all(isinstance(item, str) and item for item in value)
    return "" if sound else "Must be a list of name patterns"


def _rules(value: Any) -> str:
    if not isinstance(value, list):
        return "Must be a list of rules"
    for rule in value:
        if not isinstance(rule, Mapping) or not isinstance(rule.get("match"), str):
            return "Every rule must have match, a name pattern"
        if len([key for key in ("scheme", "keep", "drop", "bit_width") if rule.get(key)]) > 1:
            return f"The rule for '{rule['match']}' must have only one of scheme, bit_width, keep and drop"
    return ""


def _schemes_by_pattern(value: Any) -> str:
    sound = isinstance(value, Mapping) and all(isinstance(item, str) for item in [*value, *value.values()])
    return "" if sound else "Must be schemes by name pattern"


def _widths_by_pattern(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "Must be bit widths by name pattern"
    allowed = (*WIDTHS, KEPT_WIDTH)
    bad = [name for name, width in value.items() if not _is_whole(width) or width not in allowed]
    return f"The width of '{bad[0]}' must be 2, 4, 8, or 16 to keep it" if bad else ""


def _size(value: Any) -> str:
    sound = (_is_whole(value) or isinstance(value, str)) and size_in_bytes(value) > 0
    return "" if sound else "Must be bytes, or a size such as 64MiB or 5GB"


CHECKS: dict[str, Check] = {
    "scheme": _word,
    "bit_width": _width,
    "group_size": _whole(1, 2**31 - 1, "Must be a positive whole number"),
    "symmetric": _flag,
    "strategy": _one_of("group", "channel", "tensor"),
    "observer": _word,
    "min_cosine": lambda value: "" if _is_number(value) and 0 <= value <= 1 else "Must be a number from 0 to 1",
    "skip": _patterns,
    "rules": _rules,
    "layers": _schemes_by_pattern,
    "layer_bit_widths": _widths_by_pattern,
    "skip_sensitive_layers": _flag,
    "target_size": _size,
    "max_shard_size": _size,
    "max_partition_bytes": _size,
    "allow_requantize": _flag,
    "candidates": _patterns,
    "target_bpw": lambda value: "" if _is_number(value) and 0 < value <= 64 else "Must be a number of bits",
    "target_model_size_mb": lambda value: "" if _is_number(value) and value > 0 else "Must be a positive number",
    "defaults": _flag,
    "strict": _flag,
    "on_non_finite": _one_of("error", "clamp"),
    "quality": _flag,
    "layout": lambda value: "" if value == "parquet" else "Must be parquet; other layouts are written by quantize_checkpoint",
    "profile": problem_of_profile,
    "num_threads": _whole(0, 1024, "Must be a whole number, 0 for all cores"),
}

"""Profiles: settings that go well with a place to run."""

from __future__ import annotations

from typing import Any

from arrowquant_spark.local.config.settings import invalid_setting

__all__ = ["PROFILES", "problem_of_profile", "settings_of_profile"]

PROFILES: dict[str, dict[str, Any]] = {
    "edge": {"bit_width": 2, "group_size": 256, "min_cosine": 0.65},
    "local": {"bit_width": 4, "group_size": 128, "min_cosine": 0.85},
    "cloud": {"bit_width": 8, "group_size": 64, "min_cosine": 0.95},
}


def problem_of_profile(profile: Any) -> str:
    """What is wrong with the name of a profile, or an empty string."""
    known = isinstance(profile, str) and profile in PROFILES
    return "" if known else "Must be edge, local or cloud"


def settings_of_profile(profile: Any) -> dict[str, Any]:
    """What a profile says; None is no profile.

    >>> settings_of_profile("cloud")["group_size"], settings_of_profile(None)
    (64, {})
    """
    if profile is None:
        return {}
    problem = problem_of_profile(profile)
    if problem:
        raise invalid_setting("profile", profile, problem)
    return PROFILES[profile]

"""``QuantConfig``: how a quantizer treats what it is given, in the words of a recipe."""

from __future__ import annotations

import importlib
import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arrowquant_spark.errors import ValidationError, nearest
from arrowquant_spark.schemes import ParameterValue, SchemeText

__all__ = ["PROFILES", "DiffusionQuantConfig", "QuantConfig"]

_PREFIX = "ARROWQUANT_"
#: Read elsewhere: they say how the JVM is started.
_NO_SETTINGS = ("ARROWQUANT_JVM_OPTIONS", "ARROWQUANT_JAVA_HOME", "ARROWQUANT_JAR")

PROFILES: dict[str, dict[str, Any]] = {
    "edge": {"bit_width": 2, "group_size": 256, "min_cosine": 0.65},
    "local": {"bit_width": 4, "group_size": 128, "min_cosine": 0.85},
    "cloud": {"bit_width": 8, "group_size": 64, "min_cosine": 0.95},
}

_DEFAULTS: dict[str, Any] = {
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
_WIDTHS = (2, 4, 8)
_KEPT_WIDTH = 16
_WIDTH_IN_NAME = re.compile(r"(int|W)\d+(.*)", re.IGNORECASE)
_LAYOUTS = (None, "parquet")
_SIZE = re.compile(r"\s*(\d+)\s*([A-Za-z]*)\s*")
_UNITS = {"": 1, "b": 1}
for _power, _letter in enumerate("kmgt", 1):
    _UNITS.update({f"{_letter}b": 1000**_power, _letter: 1024**_power, f"{_letter}ib": 1024**_power})


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
        return cls.from_dict(_parsed(source))

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
        return frozenset([*_DEFAULTS, *_ALIASES])

    def _fill(self, stored: dict[str, Any], given: dict[str, Any]) -> None:
        stored, given, environment = _renamed(stored), _renamed(given), _from_environment()
        layered = {**stored, **environment, **given}
        values = {**_DEFAULTS, **_of_profile(layered.get("profile")), **layered}
        for key, value in values.items():
            # One pattern may come without a list.
            alone = isinstance(value, str) and isinstance(_DEFAULTS[key], list)
            setattr(self, key, [value] if alone else _copied(value))
        self.validate()

    def __setattr__(self, name: str, value: Any) -> None:
        key = _ALIASES.get(name, name)
        if key not in _DEFAULTS:
            raise _unknown(name)
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
        shown = {key: getattr(self, key) for key, usual in _DEFAULTS.items() if getattr(self, key) != usual}
        return f"QuantConfig({', '.join(f'{key}={value!r}' for key, value in shown.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, QuantConfig) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # It can be changed.

    def to_dict(self) -> dict[str, Any]:
        """All settings.

        >>> QuantConfig(bit_width=2).to_dict()["bit_width"]
        2
        """
        return {key: _copied(getattr(self, key)) for key in _DEFAULTS}

    def to_yaml(self, path: str | os.PathLike[str] | None = None) -> str:
        """The settings that are not the usual ones, as YAML; written to a file when a path is given.

        >>> print(QuantConfig(bit_width=2, skip=["*norm*"]).to_yaml(), end="")
        bit_width: 2
        skip:
        - '*norm*'
        """
        settings = {key: value for key, value in self.to_dict().items() if value != _DEFAULTS[key]}
        # What the profile says must not come back where it was changed to the usual value.
        settings.update({key: getattr(self, key) for key in _of_profile(self.profile)})
        yaml = _yaml()
        text = json.dumps(settings, indent=2) + "\n" if yaml is None else str(yaml.safe_dump(settings, sort_keys=False))
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def replace(self, **settings: Any) -> QuantConfig:
        """The same settings but for some.

        >>> QuantConfig(bit_width=2).replace(group_size=64)
        QuantConfig(bit_width=2, group_size=64)
        """
        changed = QuantConfig.__new__(QuantConfig)
        for key, value in {**self.to_dict(), **_renamed(settings)}.items():
            setattr(changed, key, value)
        return changed.validate()

    def validate(self) -> QuantConfig:
        """Checks all settings, and returns this."""
        for key, check in _CHECKS.items():
            value = getattr(self, key)
            if value is None and _DEFAULTS[key] is None:
                continue
            problem = check(value)
            if problem:
                raise ValidationError(f"Invalid {key}: {_shown(value)}. {problem}", reason=f"Invalid {key}", remedy=problem)
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
        parameters = {"symmetric": self.symmetric, "strategy": self.strategy, "observer": self.observer}
        given: dict[str, ParameterValue] = {key: value for key, value in parameters.items() if value is not None}
        if self.scheme is None:
            return SchemeText.of(None, self.bit_width, {"group_size": self.group_size, **given}).text()
        named = SchemeText.parse(self.scheme)
        if named.name.lower() in ("int2", "int4", "int8") and "group_size" not in dict(named.parameters):
            given = {"group_size": self.group_size, **given}
        return named.with_parameters(given).text()

    def target_bytes(self) -> int:
        """Bytes that the result may take, or 0 when that does not matter.

        >>> QuantConfig(target_size="1MB").target_bytes()
        1000000
        """
        if self.target_model_size_mb is not None:
            return int(self.target_model_size_mb * 1_000_000)
        return 0 if self.target_size is None else _bytes(self.target_size)

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
        rules: list[dict[str, Any]] = [{"match": pattern, "keep": True} for pattern in self.skip]
        rules += [self._rule(rule) for rule in self.rules]
        rules += [self._rule({"match": pattern, "scheme": scheme}) for pattern, scheme in self.layers.items()]
        rules += [self._width_rule(pattern, width) for pattern, width in self.layer_bit_widths.items()]
        return rules

    def _width_rule(self, pattern: str, width: int) -> dict[str, Any]:
        """The scheme in another width."""
        if width == _KEPT_WIDTH:
            return {"match": pattern, "keep": True}
        named = SchemeText.parse(self.scheme_text())
        form = _WIDTH_IN_NAME.fullmatch(named.name)
        if form is None:
            raise ValidationError(f"Invalid layer_bit_widths: scheme {named.name} has no other widths")
        return {"match": pattern, "scheme": SchemeText(f"{form[1]}{width}{form[2]}", named.parameters).text()}

    def _rule(self, rule: Mapping[str, Any]) -> dict[str, Any]:
        match = rule["match"]
        for action in ("keep", "drop"):
            if rule.get(action) or str(rule.get("scheme", "")).lower() == action:
                return {"match": match, action: True}
        own = {key: value for key, value in rule.items() if key not in ("match", "scheme", "bit_width")}
        scheme, width = rule.get("scheme"), rule.get("bit_width")
        if scheme is None and width is None:
            return {"match": match, "scheme": SchemeText.parse(self.scheme_text()).replacing(own).text()}
        named = SchemeText.of(scheme, width, own)
        if named.name.lower() in ("int2", "int4", "int8"):
            named = SchemeText(named.name, tuple({"group_size": str(self.group_size), **dict(named.parameters)}.items()))
        return {"match": match, "scheme": named.text()}

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


#: Settings of the old library that have no meaning here: nothing here depends on time steps of diffusion.
_WITHOUT_MEANING = (
    "modality",
    "num_time_groups",
    "enable_time_aware",
    "enable_spatial",
    "calibration_samples",
    "fail_fast",
    "enable_entropy_adaptation",
    "enable_transition_optimization",
    "markov_weight",
    "entropy_weight",
    "learning_rate",
    "max_iterations",
    "convergence_threshold",
    "beta_schedule",
    "enable_streaming",
    "enable_memory_aware_scheduling",
    "max_memory_limit_mb",
    "enable_mixed_precision",
    "enable_simd",
    "simd_threshold",
)


class DiffusionQuantConfig(QuantConfig):
    """The name that callers of the old library use. Settings that mean nothing here are accepted and ignored.

    >>> DiffusionQuantConfig(bit_width=2, num_time_groups=10, deployment_profile="edge").group_size
    256
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{key: value for key, value in settings.items() if key not in _WITHOUT_MEANING})


def _copied(value: Any) -> Any:
    """Nothing that is shared with the caller."""
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, list | tuple) else value


def _unknown(key: str) -> ValidationError:
    names = [*_DEFAULTS, *_ALIASES]
    near = nearest(key, names)
    remedy = f"Did you mean '{near}'? " if near else ""
    return ValidationError(f"Unknown setting '{key}'. {remedy}Known: {', '.join(names)}", remedy=remedy)


def _renamed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings under their own names."""
    renamed: dict[str, Any] = {}
    for name, value in settings.items():
        key = _ALIASES.get(str(name), str(name))
        if key not in _DEFAULTS:
            raise _unknown(str(name))
        if key in renamed and renamed[key] != value:
            raise ValidationError(f"{name} and {key} are the same setting, but have different values. Give one of them")
        renamed[key] = value
    return renamed


def _of_profile(profile: Any) -> dict[str, Any]:
    if profile is None:
        return {}
    if not isinstance(profile, str) or profile not in PROFILES:
        raise ValidationError(
            f"Invalid profile: {_shown(profile)}. Must be edge, local or cloud", remedy="Must be edge, local or cloud"
        )
    return PROFILES[profile]


def _from_environment() -> dict[str, Any]:
    """Settings from environment variables, read as YAML or JSON values."""
    settings: dict[str, Any] = {}
    for variable, text in os.environ.items():
        if not variable.startswith(_PREFIX) or variable in _NO_SETTINGS or not text.strip():
            continue
        name = variable[len(_PREFIX) :].lower()
        key = _ALIASES.get(name, name)
        if key not in _DEFAULTS:
            raise ValidationError(f"Environment variable {variable} names no setting. {_unknown(name)}")
        value = _value(text)
        if isinstance(_DEFAULTS[key], list) and isinstance(value, str):
            value = [item.strip() for item in text.replace("\n", ";").split(";") if item.strip()]
        settings[name] = value
    return _renamed(settings)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False, "none": None}
        return words.get(text.strip().lower(), text)


def _yaml() -> Any:
    try:
        return importlib.import_module("yaml")
    except ImportError:
        return None


def _parsed(source: str | os.PathLike[str]) -> dict[str, Any]:
    """The settings in a file, or in text: a name of a file has one line and no colon that a space follows."""
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


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)


def _bytes(size: int | str) -> int:
    if isinstance(size, int):
        return size
    form = _SIZE.fullmatch(size)
    if form is None or form[2].lower() not in _UNITS:
        return -1
    return int(form[1]) * _UNITS[form[2].lower()]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _one_of(*choices: Any) -> Any:
    words = [str(choice) for choice in choices if choice is not None]
    return lambda value: "" if value in choices else f"Must be {', '.join(words[:-1])} or {words[-1]}".replace(" , or", "")


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "Must be true or false"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value else "Must be a word"


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


def _widths(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "Must be bit widths by name pattern"
    allowed = (*_WIDTHS, _KEPT_WIDTH)
    bad = [name for name, width in value.items() if not _is_whole(width) or width not in allowed]
    return f"The width of '{bad[0]}' must be 2, 4, 8, or 16 to keep it" if bad else ""


def _schemes(value: Any) -> str:
    sound = isinstance(value, Mapping) and all(isinstance(item, str) for item in [*value, *value.values()])
    return "" if sound else "Must be schemes by name pattern"


def _size(value: Any) -> str:
    sound = (_is_whole(value) or isinstance(value, str)) and _bytes(value) > 0
    return "" if sound else "Must be bytes, or a size such as 64MiB or 5GB"


_CHECKS: dict[str, Any] = {
    "scheme": _text,
    "bit_width": lambda value: "" if _is_whole(value) and value in _WIDTHS else "Must be 2, 4, or 8",
    "group_size": lambda value: "" if _is_whole(value) and 0 < value < 2**31 else "Must be a positive whole number",
    "symmetric": _flag,
    "strategy": _one_of("group", "channel", "tensor"),
    "observer": _text,
    "min_cosine": lambda value: "" if _is_number(value) and 0 <= value <= 1 else "Must be a number from 0 to 1",
    "skip": _patterns,
    "rules": _rules,
    "layers": _schemes,
    "layer_bit_widths": _widths,
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
    "layout": lambda value: "" if value in _LAYOUTS else "Must be parquet; other layouts are written by quantize_checkpoint",
    "profile": lambda value: "" if value in PROFILES else "Must be edge, local or cloud",
    "num_threads": lambda value: "" if _is_whole(value) and 0 <= value <= 1024 else "Must be a whole number, 0 for all cores",
}

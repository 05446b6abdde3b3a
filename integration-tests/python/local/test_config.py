"""Settings: from arguments, files, profiles and the environment; and what they do."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from arrowquant_spark.local import ArrowQuantV2, DiffusionQuantConfig, QuantConfig, ValidationError
from arrowquant_spark.local import config as module

from .conftest import table


def test_settings_are_attributes():
    config = QuantConfig(bit_width=8)
    config.group_size = 32
    config.min_accuracy = 0.9
    assert (config.min_cosine, config.min_accuracy, config.deployment_profile) == (0.9, 0.9, None)
    assert config.validate() is config
    assert repr(config) == "QuantConfig(bit_width=8, group_size=32, min_cosine=0.9)"
    assert config == QuantConfig(bit_width=8, group_size=32, min_cosine=0.9) != QuantConfig()
    config.bit_width = 3
    with pytest.raises(ValidationError, match=r"Invalid bit_width: 3\. Must be 2, 4, or 8"):
        config.validate()
    with pytest.raises(ValidationError, match="Unknown setting 'group_sise'. Did you mean 'group_size'"):
        config.group_sise = 4


@pytest.mark.parametrize(
    "key, value",
    [
        ("bit_width", 3),
        ("bit_width", True),
        ("group_size", 0),
        ("group_size", "128"),
        ("min_cosine", 2),
        ("skip", [1]),
        ("rules", {"match": "x"}),
        ("rules", [{"scheme": "int4"}]),
        ("rules", [{"match": "x", "scheme": "int4", "keep": True}]),
        ("layer_bit_widths", {"a": 3}),
        ("layer_bit_widths", [1]),
        ("layers", {"a": 1}),
        ("skip_sensitive_layers", "yes"),
        ("target_size", "many"),
        ("target_bpw", -1),
        ("target_model_size_mb", 0),
        ("strict", 1),
        ("on_non_finite", "ignore"),
        ("strategy", "row"),
        ("layout", "gptq"),
        ("profile", "moon"),
        ("num_threads", -1),
        ("scheme", ""),
        ("observer", 1),
        ("max_shard_size", "x"),
        ("candidates", [1]),
    ],
)
def test_bad_values_are_errors_that_name_the_key(key, value):
    with pytest.raises(ValidationError, match=key):
        QuantConfig(**{key: value})


def test_bad_combinations():
    with pytest.raises(ValidationError, match="target_size and target_bpw contradict"):
        QuantConfig(target_size=1, target_bpw=1.0)
    with pytest.raises(ValidationError, match="min_accuracy"):
        QuantConfig.from_dict({"min_cosine": 0.5, "min_accuracy": 0.6})
    with pytest.raises(ValidationError, match="no other widths"):
        QuantConfig(scheme="nf4", layer_bit_widths={"a": 8}).layer_rules()


def test_profiles():
    assert QuantConfig.from_profile("edge").request()["scheme"] == "int2(group_size=256)"
    assert QuantConfig.from_profile("cloud", group_size=32).to_dict()["group_size"] == 32
    config = QuantConfig.from_profile("local")
    assert (config.bit_width, config.group_size, config.min_cosine) == (4, 128, 0.85)
    with ArrowQuantV2(profile="edge") as q:
        assert q.config.bit_width == 2
    with ArrowQuantV2(config=QuantConfig(group_size=64), profile="local", num_threads=1) as q:
        assert (q.config.group_size, q.config.num_threads) == (64, 1)


def test_yaml_there_and_back(tmp_path):
    config = QuantConfig(
        bit_width=2,
        skip=["*norm*"],
        rules=[{"match": "re:.*head", "scheme": "int8"}, {"match": "x", "drop": True}],
        layer_bit_widths={"a": 8, "b": 16},
        profile="edge",
        group_size=128,
    )
    path = tmp_path / "recipe.yaml"
    text = config.to_yaml(path)
    assert path.read_text() == text
    assert QuantConfig.from_yaml(path) == QuantConfig.from_yaml(str(path)) == config
    assert QuantConfig.from_yaml(text) == config
    assert QuantConfig.from_yaml('{"bit_width": 8}').bit_width == 8
    assert QuantConfig.from_yaml("skip: '*norm*'\n").skip == ["*norm*"]
    assert QuantConfig.from_yaml("\n") == QuantConfig()
    for bad, message in (
        ("bit_with: 4", "Unknown setting 'bit_with'. Did you mean 'bit_width'"),
        ("[1, 2]\n", "must be settings by name"),
        ("a: [\n", "no YAML"),
        (str(tmp_path / "none.yaml"), "Cannot read the recipe"),
    ):
        with pytest.raises(ValidationError, match=message):
            QuantConfig.from_yaml(bad)


def test_json_does_without_yaml(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    config = QuantConfig(bit_width=2)
    assert json.loads(config.to_yaml()) == {"bit_width": 2}
    assert QuantConfig.from_yaml(config.to_yaml()) == config
    with pytest.raises(ValidationError, match="Install PyYAML"):
        QuantConfig.from_yaml("bit_width: 2")


def test_environment_variables_override(monkeypatch):
    monkeypatch.setenv("ARROWQUANT_BIT_WIDTH", "8")
    monkeypatch.setenv("ARROWQUANT_MIN_ACCURACY", "0.5")
    monkeypatch.setenv("ARROWQUANT_SKIP", "*norm*; lm_head")
    monkeypatch.setenv("ARROWQUANT_STRICT", "yes")
    monkeypatch.setenv("ARROWQUANT_JVM_OPTIONS", "-Xmx1g")
    assert QuantConfig().bit_width == QuantConfig.from_yaml("bit_width: 2").bit_width == 8
    assert QuantConfig.from_profile("edge").bit_width == 8
    assert QuantConfig(bit_width=2).bit_width == 2
    assert (QuantConfig().min_cosine, QuantConfig().skip, QuantConfig().strict) == (0.5, ["*norm*", "lm_head"], True)
    monkeypatch.setenv("ARROWQUANT_BIT_WIDTH", "3")
    with pytest.raises(ValidationError, match="Invalid bit_width: 3"):
        QuantConfig()
    monkeypatch.setenv("ARROWQUANT_GROUP_SISE", "3")
    with pytest.raises(ValidationError, match="ARROWQUANT_GROUP_SISE"):
        QuantConfig()


def test_a_width_from_above_takes_the_place_of_a_scheme(monkeypatch):
    monkeypatch.setenv("ARROWQUANT_SCHEME", "int8")
    assert QuantConfig(bit_width=2).scheme_text() == "int2(group_size=128)"
    assert QuantConfig.from_dict({"bit_width": 2}).scheme_text() == "int8(group_size=128)"
    monkeypatch.delenv("ARROWQUANT_SCHEME")
    monkeypatch.setenv("ARROWQUANT_BIT_WIDTH", "8")
    assert QuantConfig.from_dict({"scheme": "nf4"}).scheme_text() == "int8(group_size=128)"
    assert QuantConfig(scheme="nf4").scheme_text() == "nf4"


def test_environment_variables_mean_what_they_mean_to_jobs(monkeypatch):
    monkeypatch.setenv("ARROWQUANT_TUNING", "off")
    monkeypatch.setenv("ARROWQUANT_SYMMETRIC", "1")
    monkeypatch.setenv("ARROWQUANT_SKIP", "3")
    for text, strict in (("1", True), ("0", False), ("no", False), ("on", True)):
        monkeypatch.setenv("ARROWQUANT_STRICT", text)
        config = QuantConfig()
        assert (config.strict, config.symmetric, config.skip) == (strict, True, ["3"])
    for name, text in (("STRICT", "2"), ("GROUP_SIZE", "-1"), ("MIN_ACCURACY", "2"), ("TARGET_SIZE", "x")):
        with monkeypatch.context() as patch:
            patch.setenv(f"ARROWQUANT_{name}", text)
            with pytest.raises(ValidationError, match=rf"\(environment variable ARROWQUANT_{name}\)"):
                QuantConfig()


def test_settings_of_the_old_library():
    config = DiffusionQuantConfig(bit_width=2, num_time_groups=20, enable_spatial=False, deployment_profile="cloud")
    assert (config.bit_width, config.group_size) == (2, 64)
    assert module.PROFILES["edge"]["bit_width"] == 2


def test_rules_decide(shared):
    rng = np.random.default_rng(1)
    arrays = {
        name: rng.standard_normal((20, 200)).astype(np.float32)
        for name in ("model.a.weight", "model.norm.weight", "lm_head.weight", "model.b.weight")
    }
    plain = table(arrays)

    def schemes(**settings) -> list[str]:
        return shared.quantize_arrow(plain, **settings).column("scheme").to_pylist()

    assert schemes(skip=["*norm*"], layer_bit_widths={"lm_head": 8, "model.b": 16}) == ["int4", "F32", "int8", "F32"]
    assert schemes(skip_sensitive_layers=True) == ["int4", "F32", "F32", "int4"]
    assert schemes(rules=[{"match": "model.b", "bit_width": 2}, {"match": "*", "keep": True}]) == ["F32"] * 3 + ["int2"]
    assert schemes(layers={"*head": "int8(group_size=50)", "*norm*": "keep"})[1:3] == ["F32", "int8"]
    assert schemes(rules=[{"match": "*b", "symmetric": True}])[3] == "int4(symmetric=true)"
    assert schemes(scheme="int8(group_size=32)", bit_width=8) == ["int8"] * 4
    assert schemes(scheme="int2") == ["int2"] * 4
    assert schemes(scheme="keep") == ["F32"] * 4
    assert schemes(bit_width=2, min_accuracy=0.99) == ["int4"] * 4
    sizes = schemes(target_model_size_mb=0.009)
    assert set(sizes) <= {"int2", "int4", "int8"} and len(set(sizes)) > 1
    assert set(schemes(target_bpw=9.0)) == {"int8"}
    assert set(schemes(target_bpw=9.0, candidates=["int2", "int4"])) == {"int4"}
    # As in a job: what there is room for stays as it is.
    assert set(schemes(target_size="1MB")) == {"F32"}
    assert QuantConfig(scheme="W4A16", layer_bit_widths={"a": 8}).layer_rules() == [{"match": "a", "scheme": "W8A16"}]

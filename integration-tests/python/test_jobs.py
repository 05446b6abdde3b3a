"""quantize_checkpoint: the job, started from Python."""

import json
from pathlib import Path

import int_family
import models
import numpy as np
import pytest
from arrowquant_spark import InvalidRequestError, checkpoint, quantize_checkpoint

RANDOM = np.random.default_rng(5)
Q_PROJ = models.rounded(RANDOM.standard_normal((64, 128)))
HEAD = models.rounded(RANDOM.standard_normal((32, 128)))


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    return models.write_model(
        tmp_path_factory.mktemp("models") / "small",
        {
            "model.layers.0.q_proj.weight": models.tensor(Q_PROJ, "BF16"),
            "model.layers.0.k_proj.weight": models.tensor(Q_PROJ, "BF16"),
            "model.norm.weight": models.tensor(np.ones(128), "BF16"),
        },
        {"lm_head.weight": models.tensor(HEAD, "BF16")},
    )


def test_the_report_says_what_became_of_each_tensor(spark, model, tmp_path):
    output = str(tmp_path / "output")

    report = quantize_checkpoint(
        spark, model, output, scheme="int4", group_size=64, skip="*.k_proj", layers={"re:.*lm_head": "int8"}
    )

    found = {row.layer_name: row for row in report.collect()}
    assert {name: row.scheme for name, row in found.items() if row.reason is None} == {
        "model.layers.0.q_proj.weight": "int4",
        "lm_head.weight": "int8",
    }
    assert found["model.layers.0.k_proj.weight"].reason == "skip *.k_proj"
    assert found["model.norm.weight"].reason is not None
    q_proj = found["model.layers.0.q_proj.weight"]
    assert (q_proj.bytes_before, q_proj.bytes_after) == (Q_PROJ.size * 2, Q_PROJ.size // 2 + Q_PROJ.size // 64 * 8)
    assert 0.98 < q_proj.cosine < 1
    table = spark.read.parquet(output).where("layer_name = 'model.layers.0.q_proj.weight'").collect()
    assert b"".join(bytes(row.quantized_data) for row in table) == int_family.quantize(Q_PROJ, 4, 64).data
    assert (Path(output) / "arrowquant.json").is_file()
    assert (Path(output) / "config.json").is_file()


def test_a_scheme_of_a_runtime_makes_a_model_directory(spark, model, tmp_path):
    output = tmp_path / "output"

    report = quantize_checkpoint(spark, model, str(output), scheme="W4A16", skip="lm_head", max_shard_size="1GB")

    assert {row.layer_name for row in report.where("reason IS NULL").collect()} == {
        "model.layers.0.q_proj.weight",
        "model.layers.0.k_proj.weight",
    }
    config = json.loads((output / "config.json").read_text())["quantization_config"]
    assert (config["format"], config["ignore"]) == ("pack-quantized", ["lm_head"])
    tensors = {row.layer_name: row for row in spark.read.format("safetensors").load(str(output)).collect()}
    assert tensors["model.layers.0.q_proj.weight_packed"].shape == [64, 16]
    assert tensors["model.layers.0.q_proj.weight_packed"].dtype == "I32"
    assert tensors["lm_head.weight"].dtype == "BF16"
    with pytest.raises(InvalidRequestError, match="does not fit the layout gptq"):
        quantize_checkpoint(spark, model, str(tmp_path / "other"), scheme="W4A16", layout="gptq")


def test_recipes_say_what_arguments_do_not(spark, model, tmp_path):
    recipe = {
        "scheme": "int8",
        "group_size": 64,
        "rules": [{"match": "lm_head", "keep": True}, {"match": "*norm*", "drop": True}],
    }
    report = quantize_checkpoint(spark, model, str(tmp_path / "dict"), recipe=recipe, group_size=32)
    found = {row.layer_name: row for row in report.collect()}
    assert sorted(found) == ["lm_head.weight", "model.layers.0.k_proj.weight", "model.layers.0.q_proj.weight"]
    assert found["lm_head.weight"].reason == "skip lm_head"
    q_proj = found["model.layers.0.q_proj.weight"]
    assert (q_proj.scheme, q_proj.bytes_after) == ("int8", Q_PROJ.size + Q_PROJ.size // 32 * 8)

    file = tmp_path / "recipe.yaml"
    file.write_text("profile: edge\nskip: [lm_head]\n")
    report = quantize_checkpoint(spark, model, str(tmp_path / "file"), recipe=str(file), min_cosine=-1)
    assert {row.scheme for row in report.where("reason IS NULL").collect()} == {"int2"}
    assert quantize_checkpoint(spark, model, str(tmp_path / "bits"), bit_width=8, quality=False).where(
        "scheme = 'int8'"
    ).count()
    with pytest.raises(InvalidRequestError, match="Unknown key in the recipe given 'schem'"):
        quantize_checkpoint(spark, model, str(tmp_path / "no"), recipe={"schem": "int4"})


def test_budgets_choose_schemes_and_further_outputs_share_the_read(spark, model, tmp_path):
    also = tmp_path / "W8A8"
    output = tmp_path / "W4A16"
    report = quantize_checkpoint(
        spark, model, str(output), scheme="W4A16", min_cosine=0.9999, also={str(also): "W8A8"}, skip="lm_head"
    )
    schemes = {row.scheme for row in report.where("reason IS NULL").collect()}
    assert schemes == {"W8A16"}
    assert json.loads((also / "config.json").read_text())["quantization_config"]["format"] == "int-quantized"

    size = 3 * Q_PROJ.size
    quantize_checkpoint(spark, model, str(tmp_path / "target"), target_size=size, candidates=["int4", "int8"])
    made = json.loads((tmp_path / "target" / "arrowquant.json").read_text())
    assert made["choice"]["target_bytes"] == size
    assert made["totals"]["bytes_after"] <= size


def test_an_output_that_exists_is_replaced_only_on_request(spark, model, tmp_path):
    output = str(tmp_path / "output")
    quantize_checkpoint(spark, model, output, quality=False)

    with pytest.raises(Exception, match="exists"):
        quantize_checkpoint(spark, model, output)
    report = quantize_checkpoint(spark, model, output, "int2", overwrite=True, defaults=False)

    assert {row.scheme for row in report.collect()} == {"int2"}


def test_an_output_that_is_complete_need_not_be_made_again(spark, model, tmp_path):
    output = tmp_path / "output"
    quantize_checkpoint(spark, model, str(output), "int8", resume=True)
    made = (output / "arrowquant.json").read_bytes()

    report = quantize_checkpoint(spark, model, str(output), "int8", resume=True)

    assert {row.scheme for row in report.collect()} >= {"int8"}
    assert (output / "arrowquant.json").read_bytes() == made
    with pytest.raises(Exception, match="made with other settings"):
        quantize_checkpoint(spark, model, str(output), "int4", resume=True)


def test_bad_requests_are_refused_before_anything_is_written(spark, model, tmp_path):
    output = tmp_path / "output"
    for arguments, message in [
        ({"scheme": "int9"}, "Unknown scheme 'int9'. Did you mean 'int2'?"),
        ({"scheme": "int4", "grp_size": 64}, "Unknown parameter of scheme int4 'grp_size'. Did you mean 'group_size'?"),
        ({"overwite": True}, "Unknown argument 'overwite'. Did you mean 'overwrite'?"),
        ({"skip": "re:("}, "Invalid pattern 're:('"),
        ({"skip": "a\nb"}, "skip has a pattern of several lines"),
        ({"layers": {"a": "keep"}}, "layers['a'] is 'keep'. Name the tensors to be kept in skip"),
        ({"min_cosine": 2.0}, "Invalid min-cosine: 2.0"),
    ]:
        with pytest.raises(InvalidRequestError) as error:
            quantize_checkpoint(spark, model, str(output), **arguments)
        assert str(error.value).startswith(message)
        assert not output.exists()
    with pytest.raises(InvalidRequestError, match="nowhere"):
        quantize_checkpoint(spark, str(tmp_path / "nowhere"), str(output))


def test_example(spark, tmp_path):
    import doctest

    model = models.write_model(tmp_path / "model", {"w.weight": models.tensor(np.ones((2, 128)), "BF16")})
    names = {"spark": spark, "model": model, "output": str(tmp_path / "output")}
    assert doctest.testmod(checkpoint, extraglobs=names).failed == 0


def test_paths_and_nothing_are_taken_as_python_has_them(spark, model, tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("scheme: W4A16\n")
    report = quantize_checkpoint(
        spark,
        Path(model),
        tmp_path / "first",
        recipe=recipe,
        also={tmp_path / "second": "W8A16"},
        skip=None,
        candidates=None,
    )
    assert {row.scheme for row in report.where("reason IS NULL").collect()} == {"W4A16"}
    assert (tmp_path / "second" / "config.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"recipe": ["int4"]}, "recipe must be a path, not"),
        ({"recipe": {"scheme": "int4", "skip": {"a"}}}, "The recipe holds what recipes do not: .*set"),
        ({"also": [("nf4", "there")]}, "also must be a dict from paths to schemes, not"),
        ({"also": {3: "nf4"}}, "also must be a path, not 3"),
        ({"skip": 3}, "skip must be a string or a list of strings, not 3"),
        ({"candidates": [4]}, "candidates has an item that is no string: 4"),
        ({"bit_width": 4.0}, "Invalid bit_width: 4.0. Must be 2, 4, or 8"),
        ({"profile": "edge", "layers": {"*q_proj": {"group_size": 64}}}, "q_proj'] names no scheme"),
        ({"src": None}, "src must be a path, not None"),
    ],
)
def test_arguments_of_other_types_are_named(spark, model, tmp_path, arguments, message):
    with pytest.raises(InvalidRequestError, match=message):
        quantize_checkpoint(spark, **{"src": model, "dst": str(tmp_path / "output"), **arguments})

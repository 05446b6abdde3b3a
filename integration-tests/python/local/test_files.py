"""Model files: conversion and the loader."""

from __future__ import annotations

import json

import numpy as np
import pytest
from arrowquant_spark.local import (
    ArrowQuantError,
    MalformedFileError,
    QuantConfig,
    ResourceError,
    ShardedSafeTensorsLoader,
    ValidationError,
)

safetensors = pytest.importorskip("safetensors.numpy")


@pytest.fixture
def model(tmp_path):
    rng = np.random.default_rng(1)
    directory = tmp_path / "model"
    directory.mkdir()
    shards = {
        "model-00001-of-00002.safetensors": {"a.weight": rng.standard_normal((64, 256)).astype(np.float32)},
        "model-00002-of-00002.safetensors": {
            "b.weight": rng.standard_normal((32, 256)).astype(np.float16),
            "norm.weight": np.ones(32, np.float32),
            "ids": np.arange(5),
        },
    }
    index = {}
    for file, tensors in shards.items():
        safetensors.save_file(tensors, directory / file)
        index.update(dict.fromkeys(tensors, file))
    (directory / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    (directory / "config.json").write_text("{}")
    return directory


def test_the_loader_reads_all_tensors(model):
    for path in (model, model / "model.safetensors.index.json"):
        loader = ShardedSafeTensorsLoader(path)
        assert sorted(loader.tensor_names()) == ["a.weight", "b.weight", "ids", "norm.weight"]
        assert len(loader) == 4 and loader.num_shards() == 2 == len(loader.shard_files())
        assert loader.get_shard_for_tensor("ids") == "model-00002-of-00002.safetensors"
        assert loader.get_shard_for_tensor("x") is None
        assert loader.get_total_size() == 64 * 256 * 4 + 32 * 256 * 2 + 128 + 40
        expected = {**safetensors.load_file(model / loader.shard_files()[0]), **safetensors.load_file(model / loader.shard_files()[1])}
        for name, array in loader:
            np.testing.assert_array_equal(array, expected[name])
        assert loader.get_all_tensors().keys() == expected.keys()
        assert loader.cache_memory_usage() > 0
        loader.clear_cache()
        assert loader.cache_memory_usage() == 0
        assert loader.metadata() == {} == loader.quantized()
        with pytest.raises(KeyError):
            loader.get_tensor("x")


def test_models_convert_and_validate(shared, model, tmp_path):
    out = tmp_path / "out"
    report = shared.quantize_from_safetensors(model / "model.safetensors.index.json", out, bit_width=4)
    assert sorted(report["kept"]) == ["ids", "norm.weight"] and report["tensors"] == 4
    assert report["schemes"] == {"a.weight": "int4", "b.weight": "int4"}
    assert (out / "config.json").is_file() and (out / "model.safetensors.index.json").is_file()
    loader = ShardedSafeTensorsLoader(out)
    weights = ShardedSafeTensorsLoader(model).get_tensor("a.weight")
    expected = shared.quantize_numpy(weights, bit_width=4)
    np.testing.assert_array_equal(loader.get_tensor("a.weight.quantized_data"), expected["quantized_data"])
    np.testing.assert_array_equal(loader.get_tensor("a.weight.scales"), expected["scales"])
    assert shared.validate_quality(model, out, threshold=0.999999)["passed"] is False
    assert shared.validate_quality(model, out)["per_layer_accuracy"].keys() == {"a.weight", "b.weight"}
    other = tmp_path / "other.safetensors"
    safetensors.save_file({"norm.weight": np.ones(32, np.float32)}, other)
    with pytest.raises(ValidationError, match="is not in the original model"):
        shared.validate_quality(other, out)
    with pytest.raises(ArrowQuantError, match="exists already"):
        shared.quantize_from_safetensors(model, out)
    again = shared.quantize_from_safetensors(
        model, out, overwrite=True, config=QuantConfig(scheme="nf4", defaults=False, skip=["norm*"])
    )
    assert again["kept"] == ["norm.weight", "ids"] or sorted(again["kept"]) == ["ids", "norm.weight"]
    assert shared.validate_quality(model, out)["cosine_similarity"] > 0.99
    assert not list(tmp_path.glob("_temporary*"))


def test_brains_are_read(tmp_path, shared):
    torchless = {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}
    words = (np.array([1.0, 2.0, 3.0, 4.0], np.float32).view(np.uint32) >> 16).astype("<u2").tobytes()
    header = json.dumps({"w": torchless, "f8": {"dtype": "F8_E4M3", "shape": [1], "data_offsets": [8, 9]}}).encode()
    path = tmp_path / "m.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + words + b"\0")
    loader = ShardedSafeTensorsLoader(path)
    assert loader.get_tensor("w").tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert loader.raw("w") == words
    with pytest.raises(ValidationError, match="F8_E4M3"):
        loader.get_tensor("f8")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 20,
        (4).to_bytes(8, "little") + b"[1]]",
        (2).to_bytes(8, "little") + b"{]",
        (68).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,99999999999999]}}  ',
        (58).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,8]}}    ' + bytes(8),
        (10).to_bytes(8, "little") + b'{"a": 5}  ',
    ],
)
def test_malformed_files(tmp_path, shared, content):
    path = tmp_path / "m.safetensors"
    path.write_bytes(content)
    with pytest.raises(ArrowQuantError):
        ShardedSafeTensorsLoader(path)
    with pytest.raises(MalformedFileError) as caught:
        shared.quantize_from_safetensors(path, tmp_path / "out")
    assert caught.value.file.endswith("m.safetensors")


def test_bad_paths(tmp_path, model, shared):
    index = model / "model.safetensors.index.json"
    for text, message in (("{}", "no index"), ('{"weight_map": {"a": "../b"}}', "out of its directory")):
        index.write_text(text)
        with pytest.raises(MalformedFileError, match=message):
            ShardedSafeTensorsLoader(model)
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.bin").write_text("")
    for path, message in (
        (tmp_path / "none", "Nothing exists"),
        (tmp_path / "empty", "holds no .safetensors"),
        (tmp_path / "x.bin", "not a safetensors file"),
    ):
        with pytest.raises(ValidationError, match=message):
            ShardedSafeTensorsLoader(path)
    double = model / "double.safetensors"
    index.unlink()
    safetensors.save_file({"a.weight": np.ones(2, np.float32)}, double)
    with pytest.raises(MalformedFileError, match="'a.weight' is in"):
        ShardedSafeTensorsLoader(model)
    safetensors.save_file({"w": np.ones(2, np.float32)}, tmp_path / "one.safetensors")
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError):
        shared.quantize_from_safetensors(tmp_path / "one.safetensors", tmp_path / "file" / "deeper" / "out")

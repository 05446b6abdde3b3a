"""Property 6: calls written for the old class run unchanged but for the import."""

from __future__ import annotations

import asyncio

import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark.local import ArrowQuantV2, AsyncArrowQuantV2, DiffusionQuantConfig, ShardedSafeTensorsLoader

from .conftest import CASES


@pytest.mark.parametrize("mode", ["diffusion", "base", "time_aware"])
def test_calls_of_the_old_class(mode):
    rng = np.random.default_rng(len(mode))
    for quantizer in (ArrowQuantV2(mode), ArrowQuantV2(mode=mode)):
        for _ in range(CASES // 6):
            weights = rng.standard_normal(int(rng.integers(1, 2000))).astype(np.float32)
            for result in (
                quantizer.quantize_numpy(weights, "test_layer", bit_width=4),
                quantizer.quantize_numpy(weights, "test_layer"),
            ):
                assert isinstance(result["quantized_data"], np.ndarray)
                assert result["quantized_data"].dtype == np.uint8
                assert result["scales"].dtype == result["zero_points"].dtype == np.float32
                assert (result["shape"], result["bit_width"]) == (weights.shape, 4)
                assert result["layer_name"] == "test_layer"
            table = pa.Table.from_pydict({"layer_name": ["l"], "weights": [weights.tolist()], "shape": [[weights.size]]})
            assert quantizer.quantize_arrow(table, bit_width=None).num_rows == 1
            assert isinstance(quantizer.quantize_arrow(table), pa.Table)
            assert isinstance(quantizer.quantize_arrow_batch(table.to_batches()[0], bit_width=2), pa.RecordBatch)
            results = quantizer.quantize_batch({"a": weights, "b": weights}, 8, True)
            assert isinstance(results, dict)
            assert isinstance(results["a"]["quantized_data"], bytes)
            assert isinstance(results["a"]["scales"], list)
            assert results["b"]["shape"] == [weights.size]
        assert quantizer.quantize_batch_arrow(table, 4, True).errors == []
        assert quantizer.quantize_batch_arrow(weights_table=table).num_rows == 1
        assert quantizer.quantize_numpy(weights, 8)["bit_width"] == 8
        assert quantizer.quantize_numpy_2d(np.ones((4, 8), np.float32), "two", bit_width=4)["shape"] == (4, 8)
        assert quantizer.get_markov_metrics() is None
        with pytest.raises(ValueError, match="Invalid bit_width"):
            quantizer.quantize({"a": [1.0]}, bit_width=16)
        with pytest.raises(RuntimeError):
            quantizer.quantize_batch(weights_dict={"a": np.array([np.nan], np.float32)})


def test_mappings_behave_as_mappings(shared):
    result = shared.quantize_batch({"a": np.ones(3, np.float32)}, scheme="nf4")["a"]
    assert set(result) == {
        "layer_name",
        "quantized_data",
        "scales",
        "zero_points",
        "shape",
        "bit_width",
        "scheme",
        "group_size",
        "parts",
    }
    assert len(result) == 9 and result.scheme.startswith("nf4") and "absmax" in result.parts
    assert repr(result).startswith("LayerResult('a'")
    with pytest.raises(KeyError):
        result["none"]
    with pytest.raises(AttributeError):
        _ = result.none
    assert shared.quantize_numpy(np.ones(3, np.float32), scheme="nf4")["scales"] is None


def test_models_of_the_old_class(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    model = tmp_path / "model.safetensors"
    safetensors.save_file({"w.weight": np.ones((64, 64), np.float32)}, model)
    config = DiffusionQuantConfig(bit_width=2, num_time_groups=5)
    told = []
    quantizer = ArrowQuantV2(mode="diffusion")
    result = quantizer.quantize_diffusion_model(
        str(model), str(tmp_path / "out"), config=config, progress_callback=lambda *what: told.append(what)
    )
    assert result["bit_width"] == 2 and result["compression_ratio"] > 10 and told == [("w.weight", 1.0)]
    assert quantizer.quantize_from_safetensors(str(model), str(tmp_path / "out2"), config)["bit_width"] == 2
    report = quantizer.validate_quality(str(model), str(tmp_path / "out"))
    assert report["passed"] and report["cosine_similarity"] == report.cosine_similarity > 0.99
    with pytest.raises(AttributeError):
        _ = report.none
    loader = ShardedSafeTensorsLoader(str(tmp_path / "out"))
    assert loader.num_shards() == 1 and loader.detect_modality() is None

    async def main():
        async with AsyncArrowQuantV2() as q:
            one = await q.quantize_diffusion_model_async(str(model), str(tmp_path / "o3"), config)
            two = await q.quantize_multiple_models_async(
                [(str(model), str(tmp_path / "o4"), None)], lambda index, name, share: told.append((index, name))
            )
            return one, two, await q.validate_quality_async(str(model), str(tmp_path / "o3"))

    one, two, report = asyncio.run(main())
    assert one["bit_width"] == 2 and len(two) == 1 and report["passed"] and told[-1] == (0, "w.weight")

"""The Python functions on model directories."""

import int_family
import models
import numpy as np
import pytest
from arrowquant_spark import dequantize, partition_metrics, quantization_report, quantize

RANDOM = np.random.default_rng(11)
Q_PROJ = models.rounded(RANDOM.standard_normal((96, 256)))
HEAD = models.rounded(RANDOM.standard_normal((64, 256)))
NORM = RANDOM.standard_normal(256).astype(np.float32)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    return models.write_model(
        tmp_path_factory.mktemp("models") / "small",
        {"model.layers.0.q_proj.weight": models.tensor(Q_PROJ, "BF16"), "model.norm.weight": models.tensor(NORM)},
        {
            "lm_head.weight": models.tensor(HEAD, "BF16"),
            "mask": models.tensor([True, False], "BOOL"),
            "positions": models.tensor([1, 2, 3], "I64"),
        },
    )


def read(spark, model, **options):
    return spark.read.format("safetensors").options(**options).load(model)


def joined(rows, layer):
    """The pieces of one layer, put together again."""
    pieces = sorted((row for row in rows if row.layer_name == layer), key=lambda row: row.element_start)
    return b"".join(bytes(row.quantized_data) for row in pieces), [scale for row in pieces for scale in row.scales]


@pytest.mark.parametrize("columnar", ["true", "false"])
@pytest.mark.parametrize("options", [{}, {"splitBytes": "8192"}, {"wholeTensors": "true"}])
def test_stored_weights(spark, model, options, columnar):
    spark.conf.set("spark.arrowquant.columnar.enabled", columnar)
    try:
        frame = read(spark, model, **options)
        quantized = frame.transform(quantize, skip=["re:.*norm", "mask", "pos*"], layers={"lm_head": "int8(group_size=64)"})
        rows = quantized.collect()
    finally:
        spark.conf.unset("spark.arrowquant.columnar.enabled")

    for layer, values, bits, group in [("model.layers.0.q_proj.weight", Q_PROJ, 4, 128), ("lm_head.weight", HEAD, 8, 64)]:
        expected = int_family.quantize(values, bits, group)
        assert joined(rows, layer) == (expected.data, expected.scales.tolist())
    kept = {row.layer_name: (bytes(row.quantized_data), row.scheme, row.shape) for row in rows if not row.scales}
    assert kept == {
        "model.norm.weight": (NORM.tobytes(), "F32", [256]),
        "mask": (b"\1\0", "BOOL", [2]),
        "positions": (np.array([1, 2, 3]).tobytes(), "I64", [3]),
    }
    assert quantized.columns[-4:] == ["element_start", "element_count", "dtype", "file"]
    back = {row.layer_name: row.weights for row in quantized.transform(dequantize).collect()}
    assert (back["mask"], back["positions"]) == (None, [1.0, 2.0, 3.0])


def test_batches_are_quantized_as_they_are(spark, model):
    plan = read(spark, model).transform(quantize)._jdf.queryExecution().executedPlan().toString()
    assert plan.count("quantize(") == 1
    assert "ArrowQuantProject" in plan


def test_quarantine(spark, model):
    rows = read(spark, model).transform(quantize, on_error="quarantine").collect()
    assert {row.layer_name: row.error for row in rows if row.error is not None} == {
        "mask": "Layer 'mask': column 'weights' is null. Skip the layer"
    }


def test_report_of_a_model_in_pieces(spark, model):
    frame = read(spark, model, splitBytes="8192")
    rows = quantization_report(frame, scheme="int4", group_size=64, skip=["mask", "pos*"], layers={"*head": "int8"}).collect()

    assert rows[0].layer_name != "lm_head.weight"
    found = {row.layer_name: row for row in rows}
    row = found["model.layers.0.q_proj.weight"]
    restored = int_family.dequantize(int_family.quantize(Q_PROJ, 4, 64), 4, 64, Q_PROJ.size).astype(np.float64)
    original = Q_PROJ.ravel().astype(np.float64)
    cosine = original @ restored / np.linalg.norm(original) / np.linalg.norm(restored)
    assert row.cosine == pytest.approx(cosine, rel=1e-12)
    assert row.mse == pytest.approx(np.mean((original - restored) ** 2), rel=1e-9)
    assert row.max_abs_error == pytest.approx(np.abs(original - restored).max(), rel=1e-6)
    assert (row.scheme, row.parameters, row.bytes_before) == ("int4(group_size=64)", Q_PROJ.size, Q_PROJ.size * 2)
    assert row.bytes_after == Q_PROJ.size // 2 + 8 * Q_PROJ.size // 64
    assert row.bits_per_weight == 4 + 64 / 64
    assert (found["lm_head.weight"].scheme, found["lm_head.weight"].bytes_after) == ("int8", HEAD.size + HEAD.size // 16)
    assert (found["mask"].scheme, found["mask"].parameters, found["mask"].cosine) == ("keep", 0, 1.0)
    assert (found["positions"].bytes_before, found["positions"].bytes_after) == (24, 24)


def test_partition_records_say_what_was_done(spark, model):
    before = {(row.query_id, row.stage) for row in partition_metrics(spark).collect()}
    read(spark, model).where("dtype = 'BF16'").transform(quantize, quality=True).collect()

    new = [row for row in partition_metrics(spark).collect() if (row.query_id, row.stage) not in before]

    assert sum(row.tensors for row in new) == 2
    assert sum(row.parameters for row in new) == Q_PROJ.size + HEAD.size
    assert min(row.worst_cosine for row in new if row.worst_cosine is not None) < 1

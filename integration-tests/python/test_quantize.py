"""quantize and dequantize on frames: bytes, columns, kinds of input."""

import int_family
import numpy as np
import pytest
from arrowquant_spark import dequantize, quantize
from pyspark.testing import assertDataFrameEqual

NAMED = "layer_name string, weights array<float>"
RESULT = ["layer_name", "quantized_data", "scales", "zero_points", "shape", "bit_width", "scheme", "group_size"]


def tensors() -> dict[str, np.ndarray]:
    """Tensors of every awkward kind, by name."""
    random = np.random.default_rng(7)
    tensors = {
        f"normal_{n}": random.standard_normal(n).astype(np.float32) for n in (1, 2, 3, 5, 31, 33, 128, 129, 1000, 5000)
    }
    tensors |= {
        "uniform": random.uniform(-1, 3, 777).astype(np.float32),
        "positive": random.uniform(5, 6, 300).astype(np.float32),
        "negative": random.uniform(-6, -5, 300).astype(np.float32),
        "zeros": np.zeros(200, np.float32),
        "minus_zero": np.full(9, -0.0, np.float32),
        "constant": np.full(140, 0.3, np.float32),
        "huge": random.choice([-3.4e38, 3.4e38, 1.0], 260).astype(np.float32),
        "subnormal": (random.integers(-90, 90, 260) * 2.0**-149).astype(np.float32),
        "tiny": (random.standard_normal(260) * 1e-38).astype(np.float32),
        "steps": (np.arange(-128, 128) / 16).astype(np.float32),
        "outlier": np.concatenate([np.ones(100), [1e30]]).astype(np.float32),
    }
    return tensors


@pytest.fixture(scope="module")
def frame(spark):
    rows = [(name, values.tolist()) for name, values in tensors().items()]
    return spark.createDataFrame(rows, NAMED).coalesce(1).cache()


@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("group", [1, 3, 32, 64, 128, 256])
def test_bytes_are_those_of_the_definition(frame, bits, group, symmetric):
    result = frame.transform(quantize, bit_width=bits, group_size=group, symmetric=symmetric).collect()

    for row in result:
        expected = int_family.quantize(tensors()[row.layer_name], bits, group, symmetric)
        assert bytes(row.quantized_data) == expected.data, row.layer_name
        assert np.array(row.scales, np.float32).tobytes() == expected.scales.tobytes(), row.layer_name
        assert np.array(row.zero_points, np.float32).tobytes() == expected.zero_points.tobytes(), row.layer_name
        label = f"int{bits}(symmetric=true)" if symmetric else f"int{bits}"
        count = tensors()[row.layer_name].size
        assert (row.shape, row.bit_width, row.scheme, row.group_size) == ([count], bits, label, group)


def test_defaults_are_int4_in_groups_of_128(frame):
    assertDataFrameEqual(frame.transform(quantize), frame.transform(quantize, scheme="INT4", group_size=128))


def test_strategies_share_scales_over_rows_and_tensors(spark):
    values = np.random.default_rng(1).standard_normal((3, 5)).astype(np.float32)
    frame = spark.createDataFrame([("a", values.ravel().tolist(), [3, 5])], NAMED + ", shape array<int>")

    by_row = frame.transform(quantize, strategy="channel").first()
    whole = frame.transform(quantize, scheme="int4(strategy=tensor)").first()

    assert bytes(by_row.quantized_data) == int_family.quantize(values, 4, 5).data
    assert by_row.shape == [3, 5]
    assert bytes(whole.quantized_data) == int_family.quantize(values, 4, 15).data
    assert len(whole.scales) == 1


def test_all_forms_of_the_call_are_the_same(frame):
    plain = quantize(frame, scheme="int2")

    assertDataFrameEqual(frame.transform(quantize, scheme="int2"), plain)
    assertDataFrameEqual(frame.transform(quantize(scheme="int2")), plain)
    assertDataFrameEqual(frame.transform(quantize()), frame.transform(quantize))
    assertDataFrameEqual(frame.transform(quantize, bit_width=2), plain)
    assertDataFrameEqual(
        frame.transform(quantize, scheme="int2", group_size=64),
        frame.transform(quantize, scheme="int2(group_size=64)"),
    )


def test_columns_come_in_their_order(spark):
    frame = spark.createDataFrame(
        [("f", [1.0], "a", b"\0", [1], 0, 1, "F32", 5)],
        "file string, weights array<float>, layer_name string, data binary, shape array<int>, element_start int,"
        " element_count bigint, dtype string, other int",
    )

    assert frame.transform(quantize).columns == [*RESULT, "element_start", "element_count", "file", "dtype", "other"]
    assert frame.transform(quantize, on_error="quarantine", keep=["data", "weights"]).columns == [
        *RESULT, "element_start", "element_count", "error", "file", "weights", "data", "dtype", "other"
    ]  # fmt: skip
    assert frame.transform(quantize).drop("scheme").schema.simpleString() == (
        "struct<layer_name:string,quantized_data:binary,scales:array<float>,zero_points:array<float>,"
        "shape:array<bigint>,bit_width:int,group_size:int,element_start:bigint,element_count:bigint,"
        "file:string,dtype:string,other:int>"
    )
    assert "data" in frame.withColumn("data", frame.other).transform(quantize).columns


def test_column_names_may_differ_in_case_and_hold_anything(spark):
    frame = spark.createDataFrame([("a", [1.0, 2.0], 1, 2)], "Layer_Name string, WEIGHTS array<float>, `a.b` int, `c``d` int")

    result = frame.transform(quantize, keep="weights")

    assert result.columns == [*RESULT, "WEIGHTS", "a.b", "c`d"]
    assert result.first().scales == int_family.quantize([1, 2], 4, 128).scales.tolist()


def test_columns_called_like_ours_inside_do_no_harm(spark):
    frame = spark.createDataFrame([("a", [1.0], 1, 2)], NAMED + ", _quantized int, _checked int")
    assert tuple(frame.transform(quantize).first())[-2:] == (1, 2)


def test_doubles_are_floats_first(spark):
    values = [0.1, -0.7, 1e300 * 0 + 2.0000000001]
    doubles = spark.createDataFrame([("a", values)], "layer_name string, weights array<double>")
    floats = spark.createDataFrame([("a", values)], NAMED)

    assertDataFrameEqual(doubles.transform(quantize), floats.transform(quantize))
    assertDataFrameEqual(doubles.transform(quantize).transform(dequantize), floats.transform(quantize).transform(dequantize))


def test_bytes_have_the_type_their_column_says(spark):
    values = np.float32([1.0, -2.5, 0.15625, 3.0])
    stored = [
        ("bf16", bytearray(int_family.bfloat16(values)), "BF16"),
        ("f16", bytearray(values.astype("<f2").tobytes()), "F16"),
        ("f32", bytearray(values.astype("<f4").tobytes()), "F32"),
        ("f64", bytearray(values.astype("<f8").tobytes()), "F64"),
    ]
    frame = spark.createDataFrame(stored, "layer_name string, weights binary, dtype string")

    for row in frame.transform(quantize, bit_width=8).collect():
        expected = int_family.quantize(values, 8, 128)
        assert bytes(row.quantized_data) == expected.data
        assert row.scales == expected.scales.tolist()
    kept = frame.transform(quantize, skip="*").collect()
    assert [(row.layer_name, row.quantized_data, row.scheme) for row in kept] == stored


def chunks(spark, values, pieces):
    rows = [("t", values[at:end].tolist(), [len(values)], at, end - at) for at, end in pieces]
    return spark.createDataFrame(rows, NAMED + ", shape array<bigint>, element_start bigint, element_count bigint")


def test_parts_of_a_tensor_have_the_bytes_of_the_whole(spark):
    values = np.random.default_rng(3).standard_normal(1001).astype(np.float32)
    parts = chunks(spark, values, [(512, 1001), (0, 256), (256, 512)]).transform(quantize, scheme="int4")

    rows = sorted(parts.collect(), key=lambda row: row.element_start)

    whole = int_family.quantize(values, 4, 128)
    assert b"".join(bytes(row.quantized_data) for row in rows) == whole.data
    assert [scale for row in rows for scale in row.scales] == whole.scales.tolist()
    assert [(row.shape, row.element_start, row.element_count) for row in rows] == [
        ([1001], 0, 256), ([1001], 256, 256), ([1001], 512, 489)
    ]  # fmt: skip
    back = sorted(parts.transform(dequantize).collect(), key=lambda row: row.element_start)
    restored = np.concatenate([np.float32(row.weights) for row in back])
    assert restored.tobytes() == int_family.dequantize(whole, 4, 128, 1001).tobytes()


def test_dequantize_is_the_inverse(frame):
    original = tensors()
    for bits, group in [(2, 3), (4, 128), (8, 32)]:
        back = frame.transform(quantize, bit_width=bits, group_size=group).transform(dequantize)
        assert back.columns == ["layer_name", "weights", "shape"]
        for row in back.collect():
            values = original[row.layer_name]
            expected = int_family.dequantize(int_family.quantize(values, bits, group), bits, group, values.size)
            assert np.float32(row.weights).tobytes() == expected.tobytes(), row.layer_name
            assert row.shape == [values.size]


def test_quantized_frames_survive_parquet(spark, frame, tmp_path):
    wide = frame.selectExpr("*", "'x' AS file", "CAST(size(weights) AS bigint) AS element_count", "0L AS element_start")
    quantized = wide.transform(quantize, scheme="int2", skip="normal_?", on_error="quarantine")
    quantized.write.parquet(str(tmp_path / "quantized"))

    stored = spark.read.parquet(str(tmp_path / "quantized"))

    assert stored.columns == quantized.columns
    assertDataFrameEqual(stored, quantized)
    assertDataFrameEqual(stored.transform(dequantize), quantized.transform(dequantize))
    assert stored.transform(dequantize).columns == [
        "layer_name", "weights", "shape", "element_start", "element_count", "error", "file"
    ]  # fmt: skip


def test_skipped_layers_keep_their_values_as_floats(spark):
    frame = spark.createDataFrame([("a.weight", [1.0, 2.0]), ("norm.weight", [3.5])], NAMED)

    a, norm = sorted(frame.transform(quantize, skip=["norm"]).collect())

    assert a.scheme == "int4"
    assert bytes(norm.quantized_data) == np.float32([3.5]).tobytes()
    assert tuple(norm)[2:] == ([], [], [1], 32, "F32", 0)
    assert [row.weights for row in sorted(frame.transform(quantize, skip="norm").transform(dequantize).collect())][1] == [3.5]


def test_skipped_layers_keep_their_stored_bytes_where_there_are_any(spark):
    half = bytearray(int_family.bfloat16([3.5, 1.0]))
    rows = [
        ("norm", [3.5, 1.0], half, "BF16", [1, 2]),
        ("mask", None, bytearray(b"\1\0"), "BOOL", [2]),
        ("norm.none", [3.5], None, "BF16", [1]),
        ("w", [0.0, 1.0], half, "BF16", [2]),
    ]
    frame = spark.createDataFrame(rows, NAMED + ", data binary, dtype string, shape array<int>")

    for on_error in ("fail", "quarantine"):
        result = frame.transform(quantize, skip=["norm*", "mask"], on_error=on_error)
        found = {row.layer_name: row for row in result.collect()}
        assert tuple(found["norm"])[1:8] == (half, [], [], [1, 2], 16, "BF16", 0)
        assert tuple(found["mask"])[1:8] == (bytearray(b"\1\0"), [], [], [2], 8, "BOOL", 0)
        assert tuple(found["norm.none"])[1:8] == (bytearray(np.float32([3.5]).tobytes()), [], [], [1], 32, "F32", 0)
        assert found["w"].quantized_data == bytearray(int_family.quantize([0, 1], 4, 128).data)
        back = {row.layer_name: row.weights for row in result.transform(dequantize).collect()}
        assert back == {"norm": [3.5, 1.0], "mask": None, "norm.none": [3.5], "w": [0.0, 1.0]}


def test_layers_have_schemes_of_their_own(spark):
    names = ["model.layers.0.q_proj.weight", "model.layers.1.q_proj.weight", "lm_head.weight", "norm.weight", "other", "x"]
    frame = spark.createDataFrame([(name, [0.0, 1.0, 2.0]) for name in names], NAMED)

    result = frame.transform(
        quantize,
        scheme="int4",
        group_size=64,
        skip=["x"],
        layers={
            "re:.*lm_head": "int8",
            "*.0.q_proj": {"symmetric": True, "group_size": 2},
            "*q_proj*": {"bit_width": 2},
            "norm": "keep",
            "x": "int8",
        },
    )

    assert {row.layer_name: (row.scheme, row.group_size) for row in result.collect()} == {
        "model.layers.0.q_proj.weight": ("int4(symmetric=true)", 2),
        "model.layers.1.q_proj.weight": ("int2", 128),
        "lm_head.weight": ("int8", 128),
        "norm.weight": ("F32", 0),
        "other": ("int4", 64),
        "x": ("F32", 0),
    }


def test_values_that_are_no_numbers_can_be_replaced(spark):
    frame = spark.createDataFrame([("a", [float("nan"), float("inf"), 1.0, float("-inf")])], NAMED)

    row = frame.transform(quantize, bit_width=8, on_non_finite="clamp").first()

    expected = int_family.quantize([0, 1, 1, -1], 8, 128)
    assert bytes(row.quantized_data) == expected.data
    assert row.scales == expected.scales.tolist()


def test_empty_layers_and_empty_frames(spark):
    assert spark.createDataFrame([("a", [])], NAMED).transform(quantize).first()[1:4] == (bytearray(), [], [])
    assert spark.createDataFrame([], NAMED).transform(quantize).count() == 0


def test_one_evaluation_for_each_row(frame):
    plan = frame.transform(quantize, skip="x", on_error="quarantine")._jdf.queryExecution().executedPlan().toString()
    assert plan.count("quantize(") == 1

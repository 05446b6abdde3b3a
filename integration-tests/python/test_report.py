"""quantization_report on frames."""

import math

import pytest
from arrowquant_spark import quantization_report, quantize
from pyspark.testing import assertDataFrameEqual

NAMED = "layer_name string, weights array<float>"
COLUMNS = [
    "layer_name",
    "scheme",
    "parameters",
    "bytes_before",
    "bytes_after",
    "bits_per_weight",
    "cosine",
    "mse",
    "max_abs_error",
    "snr_db",
]


def test_the_worst_comes_first(spark):
    frame = spark.createDataFrame([("exact", [0.0, 3.0]), ("worse", [1.0, 0.1, 0.2]), ("bad", [1.0, 0.2])], NAMED)

    report = quantization_report(frame, bit_width=2)

    assert report.columns == COLUMNS
    rows = report.collect()
    assert [row.layer_name for row in rows] == ["worse", "bad", "exact"]
    assert (rows[2].cosine, rows[2].mse, rows[2].max_abs_error, rows[2].snr_db) == (1, 0, 0, math.inf)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, 2 * 128 + 8 * 4),
        ({"bit_width": 2, "group_size": 100}, 128 + 8 * 6),
        ({"scheme": "int8(strategy=tensor)"}, 512 + 8),
        ({"scheme": "int8", "strategy": "channel"}, 512 + 8 * 4),
        ({"skip": "*"}, 4 * 512),
    ],
)
def test_sizes_are_those_of_the_result(spark, arguments, expected):
    frame = spark.createDataFrame([("a", [float(i) for i in range(512)], [4, 128])], NAMED + ", shape array<bigint>")

    row = quantization_report(frame, **arguments).first()

    result = frame.transform(quantize, **arguments).first()
    assert row.bytes_after == expected
    assert row.bytes_after == len(result.quantized_data) + 4 * len(result.scales) + 4 * len(result.zero_points)
    assert (row.bytes_before, row.bits_per_weight) == (2048, expected / 64)


def test_doubles_and_bytes_and_values_that_are_no_numbers(spark):
    doubles = spark.createDataFrame([("a", [1.0, float("inf")])], "layer_name string, weights array<double>")
    stored = spark.createDataFrame([("a", bytearray(4), "BF16")], "layer_name string, weights binary, dtype string")

    assert quantization_report(doubles, on_non_finite="clamp").first().bytes_before == 16
    assert quantization_report(stored).first().bytes_before == 4
    with pytest.raises(Exception, match="Layer 'a' contains Infinity at index 1"):
        quantization_report(doubles).collect()


def test_layers_are_named_whatever_the_frame_calls_the_column(spark):
    frame = spark.createDataFrame([("a", [1.0]), ("a", [2.0])], "Layer_Name string, Weights array<float>")
    report = quantization_report(frame)
    assertDataFrameEqual(report.select("layer_name", "parameters"), [("a", 2)])

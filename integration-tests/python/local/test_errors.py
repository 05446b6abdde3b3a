"""Properties 3 and 7: batch errors name every layer that failed, and every invalid input has its message."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark.local import (
    ArrowQuantError,
    ArrowQuantV2,
    InvalidRequestError,
    MalformedFileError,
    QuantConfig,
    QuantizationError,
    ValidationError,
)

from .conftest import CASES, layers, table

FLOATS = pa.list_(pa.float32())


def one(weights, kind=FLOATS, **columns) -> pa.Table:
    return pa.table({"layer_name": ["l0"], "weights": pa.array([weights], kind), **columns})


INVALID = [
    ({"layer_name": ["a"]}, ValidationError, "Missing required column 'weights'"),
    ({"weights": [[1.0]]}, ValidationError, "Missing required column 'layer_name'"),
    ({"layer_name": [1], "weights": [[1.0]]}, ValidationError, "Column 'layer_name' has type int64. Must be string"),
    ({"layer_name": ["a"], "weights": [[1]]}, ValidationError, "Column 'weights' has type list<int64>. Must be"),
    ({"layer_name": ["a"], "weights": [["x"]]}, ValidationError, "Column 'weights' has type list<string>. Must be"),
    ({"layer_name": ["a"], "weights": ["x"]}, ValidationError, "Column 'weights' has type string. Must be"),
    ({"layer_name": ["a"], "weights": [b"x"]}, ValidationError, "Column 'weights' has type binary. Must be"),
    ({"layer_name": ["a"], "weights": [[1.0]], "shape": [1]}, ValidationError, "Column 'shape' has type int64"),
    ({"layer_name": [None], "weights": [[1.0]]}, ValidationError, "Column 'layer_name' is null at row 0"),
    ({"layer_name": ["a"], "weights": pa.array([None], FLOATS)}, ValidationError, "Layer 'a': column 'weights' is null"),
    ({"layer_name": ["a"], "weights": [[1.0, None]]}, QuantizationError, "Layer 'a' contains null at index 1"),
    ({"layer_name": ["l0"], "weights": [[1.0, np.nan]]}, QuantizationError, "Layer 'l0' contains NaN at index 1"),
    ({"layer_name": ["l0"], "weights": [[np.inf]]}, QuantizationError, "Layer 'l0' contains Infinity at index 0"),
    (
        {"layer_name": ["l0"], "weights": [[1.0] * 5], "shape": [[2, 3]]},
        ValidationError,
        r"Layer 'l0': shape \[2, 3\] holds 6 elements but weights has 5",
    ),
    ({"layer_name": ["a"], "weights": [[1.0]], "shape": pa.array([[None]], pa.list_(pa.int64()))}, ValidationError, "shape contains null at index 0"),
    ({"layer_name": ["a"], "weights": [b"abc"], "dtype": ["BF16"]}, ValidationError, "3 bytes are no whole number"),
    ({"layer_name": ["a"], "weights": [b"abc"], "dtype": ["X"]}, ValidationError, "dtype 'X' is no type of weights"),
]


@pytest.mark.parametrize("columns, kind, message", INVALID)
def test_invalid_tables(shared, columns, kind, message):
    with pytest.raises(kind, match=message) as caught:
        shared.quantize_arrow(pa.table(columns), bit_width=4)
    assert isinstance(caught.value, ArrowQuantError)
    assert isinstance(caught.value, ValueError)


def stream_of(table):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


INVALID_CALLS = [
    (lambda q: q.quantize_arrow(one([1.0]), bit_width=3), r"Invalid bit_width: 3\. Must be 2, 4, or 8"),
    (lambda q: q.quantize_arrow(one([1.0]), bit_width="4"), r"Invalid bit_width: 4\. Must be 2, 4, or 8"),
    (lambda q: q.quantize_batch({"a": np.ones(2, np.float32)}, bit_width=16), "Invalid bit_width: 16"),
    (lambda q: q.quantize_arrow(one([1.0]), scheme="int5"), "Unknown scheme 'int5'. Did you mean 'int"),
    (lambda q: q.quantize_arrow(one([1.0]), scheme="int4", bit_width=8), "contradicts scheme"),
    (lambda q: q.quantize_arrow(one([1.0]), group_size=0), "Invalid group_size: 0"),
    (lambda q: q.quantize_arrow(one([1.0]), group_sise=4), "Unknown argument 'group_sise'. Did you mean 'group_size'"),
    (lambda q: q.quantize_arrow([1.0]), "list is no Arrow data"),
    (lambda q: q.quantize_batch([1.0]), "weights must be a dict"),
    (lambda q: q.quantize_batch({1: np.ones(2, np.float32)}), "name of a layer must be a string"),
    (lambda q: q.quantize_batch({"a": np.ones(2, np.int32)}), "Layer 'a' has dtype int32"),
    (lambda q: q.quantize_batch({"a": None}), "Layer 'a' is null"),
    (lambda q: q.quantize_batch({"a": [[1.0], [1.0, 2.0]]}), "Layer 'a' is no array of numbers"),
    (lambda q: q.quantize_numpy_2d(np.ones(3, np.float32)), "2 dimensions, not 1"),
    (lambda q: q.quantize_ipc(5), "quantize_ipc takes bytes"),
    (lambda q: q.quantize_ipc("/nowhere.arrow"), "Cannot read /nowhere.arrow"),
    (lambda q: q.quantize_arrow(one([1.0]), scheme="FP8_BLOCK"), "Layer 'l0'"),
    (lambda q: q.quantize_arrow(one([1.0]), strict=True, skip=["x"]), "No layer matches 'x'"),
    (lambda q: q.quantize_ipc(stream_of(one([1.0])), strict=True, skip=["x"]), "No layer matches 'x'"),
    (lambda q: q.quantize_arrow(one([1.0]), target_size=1), "more than the target of 1"),
    (lambda q: q.dequantize_arrow(one([1.0])), "Missing required column"),
    (lambda q: q.quantize_from_safetensors("/nowhere", "/nowhere/x"), "Nothing exists at '/nowhere'"),
    (lambda q: ArrowQuantV2("fast"), "Invalid mode: fast"),
    (lambda q: ArrowQuantV2(profile="moon"), "Invalid profile: moon"),
    (lambda q: ArrowQuantV2(config={}), "config must be a QuantConfig"),
]


@pytest.mark.parametrize("call, message", INVALID_CALLS)
def test_invalid_calls(shared, call, message):
    with pytest.raises(InvalidRequestError, match=message):
        call(shared)


def test_a_closed_quantizer_says_so():
    q = ArrowQuantV2()
    q.close()
    with pytest.raises(InvalidRequestError, match="closed"):
        q.quantize_arrow(one([1.0]))


@pytest.mark.parametrize("data", [b"", b"abc", b"\xff\xff\xff\xff\xff\xff\xff\x7f", b"ARROW1\0\0garbage"])
def test_malformed_ipc_data(shared, data):
    with pytest.raises(MalformedFileError, match="Malformed file Arrow IPC data"):
        shared.quantize_ipc(data)


def test_errors_carry_their_facts(shared):
    with pytest.raises(QuantizationError) as caught:
        shared.quantize_arrow(one([0.0, np.nan]), bit_width=4)
    error = caught.value
    assert (error.layer, error.index, error.row, error.reason) == ("l0", 1, 0, "contains NaN")
    assert "on_non_finite=clamp" in error.remedy


@pytest.mark.parametrize("seed", range(10))
def test_every_bad_layer_is_named(shared, seed):
    rng = np.random.default_rng(seed)
    for _ in range(CASES // 10):
        arrays = {name: array for name, array in layers(rng, most=9).items() if array.size}
        bad = {}
        for row, (name, array) in enumerate(arrays.items()):
            if rng.random() < 0.4:
                index = int(rng.integers(0, array.size))
                array.reshape(-1)[index] = rng.choice([np.nan, np.inf, -np.inf])
                bad[name] = (row, index)
        good = {name: array for name, array in arrays.items() if name not in bad}
        if not arrays:
            continue
        for data in (table(arrays), arrays):
            call = shared.quantize_arrow if isinstance(data, pa.Table) else shared.quantize_batch
            result = call(data, bit_width=4, continue_on_error=True)
            assert {error.layer: (error.row, error.index) for error in result.errors} == bad
            assert all(error.kind == "quantization" and error.layer in error.message for error in result.errors)
            assert result.table.equals(shared.quantize_arrow(table(good), bit_width=4)) if good else not len(result.table)
            assert result.success == (not bad)
            assert result.quarantined.column("layer_name").to_pylist() == list(bad)
            if bad:
                with pytest.raises(QuantizationError) as caught:
                    call(data, bit_width=4)
                assert caught.value.layer == next(iter(bad))
                assert type(result.errors[0].to_exception()) is QuantizationError
                assert str(result.errors[0]) == str(caught.value)


def test_the_first_bad_layer_counts_whatever_is_wrong_with_it(shared):
    mixed = {"a": np.ones(2, np.float32), "b": np.array([np.nan], np.float32), "c": np.ones(2, np.int8)}
    with pytest.raises(QuantizationError, match="Layer 'b'"):
        shared.quantize_batch(mixed)
    result = shared.quantize_batch(mixed, 4, True)
    assert list(result) == ["a"]
    assert sorted((error.layer, error.row) for error in result.errors) == [("b", 1), ("c", 2)]
    with pytest.raises(ValidationError, match="Layer 'c'"):
        shared.quantize_batch({"a": mixed["a"], "c": mixed["c"]})
    named = pa.table({"layer_name": ["a", "b", None], "weights": [[1.0], [np.nan], [1.0]]})
    with pytest.raises(QuantizationError, match="Layer 'b'"):
        shared.quantize_arrow(named)


def test_difficult_layers_are_recoverable(shared):
    arrays = {
        "constant": np.full(300, 0.1, np.float32),
        "zero": np.zeros(300, np.float32),
        "huge": np.tile(np.array([3.4e38, -3.4e38], np.float32), 150),
        "subnormal": np.linspace(-1e-40, 1e-40, 300, dtype=np.float32),
        "empty": np.zeros(0, np.float32),
    }
    for bits in (2, 4, 8):
        result = shared.quantize_arrow(table(arrays), bit_width=bits)
        back = shared.dequantize_arrow(result)
        for row, array in enumerate(arrays.values()):
            restored = back.column("weights")[row].values.to_numpy().astype(np.float64)
            scales = np.repeat(result.column("scales")[row].values.to_numpy().astype(np.float64), 128)[: array.size]
            assert (np.abs(restored - array.astype(np.float64)) <= 0.51 * scales).all()


def test_non_finite_values_are_clamped_when_asked(shared):
    result = shared.quantize_arrow(one([1.0, np.nan, np.inf]), on_non_finite="clamp", continue_on_error=True)
    assert result.replaced == 2
    config = QuantConfig(on_non_finite="clamp")
    assert ArrowQuantV2(config=config).quantize_arrow(one([np.nan])).num_rows == 1

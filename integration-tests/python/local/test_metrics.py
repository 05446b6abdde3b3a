"""Properties 12 and 13: metrics equal what was done, and a call that does worse than it could warns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark.local import ArrowQuantV2, QuantizationError
from arrowquant_spark.local.metrics import CallRecord, Meter

from .conftest import CASES, layers, table


@pytest.mark.parametrize("seed", range(5))
def test_metrics_equal_what_was_done(seed):
    rng = np.random.default_rng(seed)
    with ArrowQuantV2() as q:
        sums = dict.fromkeys(("calls", "layers", "parameters", "bytes_in", "bytes_out"), 0)
        for _ in range(CASES // 5):
            arrays = layers(rng)
            result = q.quantize_batch(arrays, bit_width=int(rng.choice([2, 4, 8])))
            sums["calls"] += 1
            sums["layers"] += len(arrays)
            sums["parameters"] += sum(array.size for array in arrays.values())
            sums["bytes_in"] += sum(array.nbytes for array in arrays.values())
            made = result.result.table
            sums["bytes_out"] += sum(
                len(made[name][row].as_py()) * width
                for name, width in (("quantized_data", 1), ("scales", 4), ("zero_points", 4))
                for row in range(made.num_rows)
            )
        figures = q.metrics()
        assert {name: figures[name] for name in sums} == sums
        assert figures["failed_calls"] == figures["copies"] == 0
        assert figures["seconds"] > 0 and figures["throughput_mb_s"] > 0 and figures["peak_memory_bytes"] > 0
        assert set(figures["stage_ms"]) == {"import", "plan", "encode", "export"}
        assert sum(figures["stage_ms"].values()) / 1e3 <= figures["seconds"]


def test_failures_are_counted(q):
    bad = pa.table({"layer_name": ["a", "b"], "weights": [[1.0], [float("nan")]]})
    with pytest.raises(QuantizationError):
        q.quantize_arrow(bad)
    result = q.quantize_arrow(bad, continue_on_error=True)
    figures = q.metrics()
    assert (figures["calls"], figures["failed_calls"], figures["failed_layers"]) == (2, 1, 1)
    assert (result.successful_rows, result.failed_rows, len(result)) == (1, 1, 1)
    assert result["layer_name"].to_pylist() == ["a"]
    assert "1 errors" in repr(result)


def test_results_tell_what_happened(q):
    weights = np.random.default_rng(1).standard_normal(5000).astype(np.float32)
    result = q.quantize_arrow(table({"a": weights}), bit_width=2, min_accuracy=0.99, continue_on_error=True)
    assert result.attempts == 2 and result.layer_attempts == {"a": 2}
    assert result.cosine["a"] > 0.99 and result.quality["a"]["mse"] > 0
    assert result.bytes_in == 20_000 and result.bytes_out == 2500 + 2 * 4 * 40
    assert result.latency_ms > 0 and result.success
    assert q.last_result is not None and q.last_result.attempts == 2
    assert pa.table(result).num_rows == 1
    del result
    assert q.last_result.table.num_rows == 0
    kept = q.quantize_arrow(table({"a": weights}), bit_width=2, min_accuracy=0.9999999)
    assert kept.column("scheme").to_pylist() == ["F32"]
    assert ArrowQuantV2().last_result is None


def test_a_hook_gets_a_span_for_each_call(caplog):
    spans = []
    with ArrowQuantV2(hook=spans.append) as q:
        q.quantize_batch({"a": np.ones(10, np.float32)})
        with pytest.raises(QuantizationError):
            q.quantize_batch({"a": np.array([np.nan], np.float32)})
    assert [span["status"] for span in spans] == ["OK", "ERROR"]
    assert spans[0]["name"] == "arrowquant.quantize_batch"
    assert spans[0]["attributes"]["arrowquant.parameters"] == 10
    assert spans[0]["start_time_unix_nano"] < spans[0]["end_time_unix_nano"]

    def broken(span):
        raise RuntimeError

    with ArrowQuantV2(hook=broken) as q:
        assert len(q.quantize_batch({"a": np.ones(10, np.float32)})) == 1
    assert "telemetry hook failed" in caplog.text


def test_degradation_warns_once_for_each_cause(caplog):
    meter = Meter(lambda: "scalar")

    def call(milliseconds: int, copies: int = 0) -> CallRecord:
        return CallRecord("x", 0, milliseconds * 1_000_000, {"bytes_in": 10_000_000}, 1, copies)

    with caplog.at_level("WARNING", "arrowquant_spark.local"):
        for _ in range(6):
            meter.add(call(10))
        meter.add(call(19))
        assert [record.cause for record in caplog.records] == ["scalar"]
        meter.add(call(25))
        meter.add(call(25, copies=1))
        meter.add(call(25, copies=1))
    assert [record.cause for record in caplog.records] == ["scalar", "throughput", "copy"]
    assert meter.figures()["warnings"] == ["copy", "scalar", "throughput"]
    meter.crossing()
    assert meter.figures()["boundary_crossings"] == 11

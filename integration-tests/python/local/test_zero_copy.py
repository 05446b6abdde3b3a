"""Properties 1, 2 and 5: no copy of weights in, none of results out, and one crossing for each call."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark.local import ArrowQuantV2

from .conftest import CASES, disguised, layers, resident, table


@pytest.mark.parametrize("seed", range(5))
def test_the_jvm_reads_where_pyarrow_has_it(shared, seed):
    rng = np.random.default_rng(seed)
    for _ in range(CASES // 5):
        arrays = layers(rng)
        plain = table(arrays)
        begin = plain.column("weights").chunk(0).values.buffers()[1].address
        offsets = plain.column("weights").chunk(0).offsets.to_numpy()
        expected = [begin + 4 * int(offset) for offset in offsets[:-1]]
        assert shared.weights_addresses(plain) == expected
        first = int(rng.integers(0, len(arrays)))
        assert shared.weights_addresses(plain.slice(first)) == expected[first:]
        assert shared.weights_addresses(plain.combine_chunks().to_batches()[0].slice(first)) == expected[first:]
        assert shared.weights_addresses(arrays) == [array.ctypes.data for array in arrays.values()]


def test_results_are_memory_of_the_jvm_that_python_sees(q):
    before = q.metrics()["allocated_bytes"]
    result = q.quantize_numpy(np.ones(1 << 20, np.float32), bit_width=4)
    data, scales = result["quantized_data"], result["scales"]
    assert not data.flags.owndata and not scales.flags.owndata
    assert data.ctypes.data == result.table.column("quantized_data").chunk(0).buffers()[2].address
    held = q.metrics()["allocated_bytes"] - before
    assert (1 << 19) <= held <= (1 << 19) + 2 * 4 * 8192 + 32_768
    del result, data, scales
    resident()
    assert q.metrics()["allocated_bytes"] <= before + 4096


@pytest.mark.parametrize("seed", range(5))
def test_one_crossing_for_each_call(seed):
    rng = np.random.default_rng(50 + seed)
    with ArrowQuantV2() as q:
        for call in range(1, CASES // 5 + 1):
            arrays = layers(rng, most=30, longest=50)
            if rng.random() < 0.5:
                q.quantize_arrow(disguised(rng, table(arrays)), bit_width=4)
            else:
                q.quantize_batch(arrays, bit_width=4)
            assert q.metrics()["boundary_crossings"] == q.metrics()["calls"] == call
        assert q.metrics()["copies"] == 0


def test_memory_grows_by_the_output_only(shared):
    arrays = {f"l{i}": np.random.default_rng(i).standard_normal(1 << 20).astype(np.float32) for i in range(40)}
    plain = table(arrays)
    for _ in range(3):
        shared.quantize_arrow(plain, bit_width=4)
    before = resident()
    result = shared.quantize_arrow(plain, bit_width=4)
    grown = resident() - before
    output = sum(column.nbytes for column in result.columns)
    assert grown <= output + (16 << 20)


def test_copies_are_counted_and_warned_of(q, caplog):
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    with caplog.at_level("WARNING", "arrowquant_spark.local"):
        for _ in range(2):
            assert q.quantize_numpy(array.T, bit_width=8)["shape"] == (4, 3)
            q.quantize({"a": [1.0, 2.0]})
    assert q.metrics()["copies"] == 4
    assert [record.cause for record in caplog.records].count("copy") == 1
    assert pa.total_allocated_bytes() >= 0

"""What the tests of quantization in this process share. None of them needs Spark."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark.local import ArrowQuantV2

CASES = 500


@pytest.fixture(scope="session")
def shared() -> Iterator[ArrowQuantV2]:
    """One quantizer for tests that do not look at its metrics."""
    with ArrowQuantV2() as quantizer:
        yield quantizer


@pytest.fixture
def q() -> Iterator[ArrowQuantV2]:
    """A quantizer of the test's own."""
    with ArrowQuantV2() as quantizer:
        yield quantizer


def values(rng: np.random.Generator, count: int) -> np.ndarray:
    """Weights of many kinds: usual ones, constants, zeros, huge ones, subnormals."""
    kind = rng.integers(0, 8)
    if kind == 0:
        return np.full(count, rng.standard_normal(), np.float32)
    if kind == 1:
        return np.zeros(count, np.float32)
    if kind == 2:
        return rng.choice(np.array([3.4e38, -3.4e38, 0, 1], np.float32), count)
    if kind == 3:
        return (rng.standard_normal(count) * 1e-41).astype(np.float32)
    return (rng.standard_normal(count) * 10.0 ** rng.integers(-6, 6)).astype(np.float32)


def layers(rng: np.random.Generator, most: int = 6, longest: int = 400) -> dict[str, np.ndarray]:
    """Layers with random names, shapes and weights."""
    made = {}
    for index in range(rng.integers(1, most)):
        shape = (int(rng.integers(0, longest)),)
        if rng.random() < 0.5:
            shape = (int(rng.integers(1, 12)), int(rng.integers(1, longest // 12)))
        made[f"layer.{index}.{'ä' if rng.random() < 0.1 else 'w'}"] = values(rng, int(np.prod(shape))).reshape(shape)
    return made


def table(arrays: dict[str, np.ndarray], with_shape: bool = True) -> pa.Table:
    """Arrays as the usual table, whose values are one buffer."""
    flat = [np.asarray(array, np.float32).reshape(-1) for array in arrays.values()]
    offsets = np.cumsum([0, *(one.size for one in flat)]).astype(np.int32)
    joined = pa.array(np.concatenate(flat) if flat else np.zeros(0, np.float32))
    columns = {
        "layer_name": pa.array(list(arrays), pa.string()),
        "weights": pa.ListArray.from_arrays(pa.array(offsets), joined),
    }
    if with_shape:
        columns["shape"] = pa.array([list(array.shape) for array in arrays.values()], pa.list_(pa.int64()))
    return pa.table(columns)


def disguised(rng: np.random.Generator, plain: pa.Table) -> object:
    """The same table in one of the forms that producers use."""
    form = rng.integers(0, 9)
    weights, rows = plain.column("weights").combine_chunks(), plain.num_rows
    index = plain.column_names.index("weights")
    if form == 0 and rows > 1:
        cut = int(rng.integers(1, rows))
        return pa.concat_tables([plain.slice(0, cut), plain.slice(cut)])
    if form == 1:
        return plain.set_column(index, "weights", weights.cast(pa.large_list(pa.float32())))
    if form == 2:
        return plain.set_column(0, "layer_name", plain.column("layer_name").dictionary_encode())
    if form == 3:
        kind = rng.choice(["string_view", "large_string"])
        return plain.set_column(0, "layer_name", plain.column("layer_name").cast(getattr(pa, kind)()))
    if form == 4:
        offsets = weights.offsets.to_numpy()
        view = pa.ListViewArray.from_arrays(pa.array(offsets[:-1]), pa.array(np.diff(offsets)), weights.values)
        return plain.set_column(index, "weights", view)
    if form == 5:
        padded = pa.concat_tables([plain.slice(0, 1), plain])
        return padded.combine_chunks().slice(1)
    if form == 6:
        return plain.combine_chunks().to_batches()[0]
    if form == 7:
        return plain.to_reader(max_chunksize=int(rng.integers(1, 4)))
    if form == 8:
        return plain.to_struct_array().combine_chunks()
    return plain


def resident() -> int:
    """Bytes of memory that the process has in use."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

"""Properties 8 to 11: who lives how long, release callbacks, threads, forks, exit, and Ctrl-C."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pyarrow as pa
import pytest
from arrowquant_spark.local import ArrowQuantV2, QuantizationError, ResourceError, jvm

from .conftest import CASES, layers, resident, table

_Release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_RELEASE_OF_ARRAY, _RELEASE_OF_SCHEMA = 64, 56


class Counted:
    """A batch whose release callbacks are counted: its structs call ours, and ours call theirs."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch
        self.array = self.schema = 0
        self._kept: list[object] = []

    def __arrow_c_array__(self, requested_schema=None):
        schema, array = self.batch.__arrow_c_array__()
        self._count(_pointer(schema, b"arrow_schema"), _RELEASE_OF_SCHEMA, "schema")
        self._count(_pointer(array, b"arrow_array"), _RELEASE_OF_ARRAY, "array")
        return schema, array

    def _count(self, struct: int, offset: int, name: str) -> None:
        slot = ctypes.c_void_p.from_address(struct + offset)
        original = _Release(slot.value)

        def release(address):
            setattr(self, name, getattr(self, name) + 1)
            ctypes.c_void_p.from_address(address + offset).value = ctypes.cast(original, ctypes.c_void_p).value
            original(address)

        callback = _Release(release)
        self._kept += [original, callback]
        slot.value = ctypes.cast(callback, ctypes.c_void_p).value


@pytest.mark.parametrize("seed", range(5))
def test_release_callbacks_are_called_exactly_once(shared, seed):
    rng = np.random.default_rng(seed)
    for _ in range(CASES // 5):
        arrays = layers(rng)
        bad = rng.random() < 0.3 and next(iter(arrays.values())).size > 0
        if bad:
            next(iter(arrays.values())).reshape(-1)[0] = np.nan
        counted = Counted(table(arrays).combine_chunks().to_batches()[0])
        if bad:
            with pytest.raises(QuantizationError):
                shared.quantize_arrow(counted, bit_width=4)
        else:
            shared.quantize_arrow(counted, bit_width=4)
        assert (counted.array, counted.schema) == (1, 1)
        gc.collect(0)
        assert (counted.array, counted.schema) == (1, 1)


def test_results_outlive_inputs_and_quantizers():
    rng = np.random.default_rng(1)
    arrays = layers(rng)
    with ArrowQuantV2() as q:
        plain = table(arrays)
        expected = q.quantize_arrow(plain, bit_width=4).to_pydict()
        result = q.quantize_arrow(plain, bit_width=4)
        numpy = q.quantize_numpy(np.arange(300, dtype=np.float32), bit_width=8)["quantized_data"]
    del plain, arrays, q
    gc.collect()
    assert result.to_pydict() == expected
    assert numpy.size == 300


def test_ten_thousand_calls_leave_nothing_behind(shared):
    arrays = layers(np.random.default_rng(2))
    plain = table(arrays)
    for _ in range(2_000):
        shared.quantize_arrow(plain, bit_width=4)
    gc.collect()
    before, held = resident(), shared.metrics()["allocated_bytes"]
    for _ in range(10_000):
        shared.quantize_arrow(plain, bit_width=4)
    assert resident() - before < 12 << 20
    assert shared.metrics()["allocated_bytes"] <= held + 8192


def test_eight_threads_share_a_quantizer(shared):
    expected = {}
    inputs = {}
    for seed in range(8):
        inputs[seed] = table(layers(np.random.default_rng(seed)))
        expected[seed] = shared.quantize_arrow(inputs[seed], bit_width=4)
    wrong = []

    def work(seed: int) -> None:
        for _ in range(CASES // 8 + 1):
            if not shared.quantize_arrow(inputs[seed], bit_width=4).equals(expected[seed]):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_forked_child_is_refused(shared):
    shared.quantize_numpy(np.ones(3, np.float32))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            ArrowQuantV2().quantize_numpy(np.ones(3, np.float32))
            os.write(write, b"no error")
        except ResourceError as error:
            os.write(write, str(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    message = os.read(read, 1000).decode()
    os.waitpid(child, 0)
    assert "does not survive a fork" in message and "spawn" in message
    assert jvm.started()


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env={**os.environ, **environment}
    )


def test_the_interpreter_exits_while_results_live():
    code = """
import numpy as np
from arrowquant_spark.local import ArrowQuantV2
q = ArrowQuantV2()
arrays = {f"l{i}": np.ones(1 << 17, np.float32) for i in range(100)}
for _ in range(3):
    kept = q.quantize_batch(arrays, 4)
views = [one.table for one in kept.values()]
print("done", flush=True)
"""
    for _ in range(2):
        done = run(code)
        assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_ctrl_c_stops_a_long_call_and_gives_everything_back():
    code = """
import os, signal, threading, time
import numpy as np
from arrowquant_spark.local import ArrowQuantV2
q = ArrowQuantV2(num_threads=1)
q.quantize_numpy(np.ones(5, np.float32))
arrays = {f"l{i}": np.random.default_rng(0).standard_normal(1 << 20).astype(np.float32) for i in range(60)}
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
begin = time.time()
try:
    q.quantize_batch(arrays, scheme="Q4_K")
    print("finished")
except KeyboardInterrupt:
    print("interrupted", time.time() - begin < 15, q.metrics()["allocated_bytes"])
print(q.quantize_numpy(np.ones(5, np.float32))["shape"])
"""
    done = run(code)
    assert done.stdout == "interrupted True 0\n(5,)\n", done.stdout + done.stderr


def test_progress_is_told_in_the_thread_of_the_caller(shared):
    arrays = {f"l{i}": np.ones(1000, np.float32) for i in range(20)}
    told = []

    def progress(layer: str, share: float) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append((layer, share))
        shared.quantize_numpy(np.ones(3, np.float32))  # The old library hung here.

    result = shared.quantize_batch_with_progress(arrays, 4, progress)
    assert [share for _, share in told] == [pytest.approx((i + 1) / 20) for i in range(20)]
    assert {layer for layer, _ in told} == set(arrays) == set(result)


def test_errors_of_a_callback_are_logged_and_ignored(shared, caplog):
    def progress(layer: str, share: float) -> None:
        raise RuntimeError("no")

    with caplog.at_level("ERROR", "arrowquant_spark.local"):
        assert len(shared.quantize_batch_with_progress({"a": np.ones(3, np.float32)}, 4, progress)) == 1
    assert "progress callback failed" in caplog.text


def test_an_interrupt_in_a_callback_stops_the_call(shared):
    def progress(layer: str, share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shared.quantize_batch_with_progress({f"l{i}": np.ones(1000, np.float32) for i in range(50)}, 4, progress)
    assert shared.quantize_numpy(np.ones(3, np.float32))["shape"] == (3,)


def test_long_calls_finish_without_interrupts(shared):
    begin = time.perf_counter()
    result = shared.quantize_numpy(np.ones(9 << 20, np.float32), bit_width=4)
    assert result["quantized_data"].size == (9 << 20) // 2
    assert time.perf_counter() - begin < 60
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

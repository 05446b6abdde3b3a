"""Calls of the JVM: one crossing each, which Ctrl-C can stop and a callback can watch."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

__all__ = ["LONG", "Control", "run"]

#: Bytes of weights from which on a call may take so long that somebody wants to stop it.
LONG = 32 << 20

_POLL_SECONDS = 0.005
_STOPPED, _DONE, _ROWS = 0, 1, 2

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None


class Control:
    """Words of memory that the JVM looks at and writes to while it works, so that no call is needed meanwhile."""

    def __init__(self, rows: int) -> None:
        self._words = (ctypes.c_int64 * (_ROWS + rows))()

    @property
    def address(self) -> int:
        """Where the words lie."""
        return ctypes.addressof(self._words)

    def stop(self) -> None:
        """Asks the JVM to end the work."""
        self._words[_STOPPED] = 1

    def done(self) -> int:
        """How many rows are done."""
        return int(self._words[_DONE])

    def row(self, index: int) -> int:
        """The row that was done as the ``index``-th."""
        return int(self._words[_ROWS + index])


def run(
    call: Callable[[int], Any],
    long: bool,
    rows: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Any:
    """Runs a call of the JVM, which gets the address of its control words.

    Short calls run right here. Long ones, and those that somebody watches, run in another thread: this one stays free to
    notice Ctrl-C, which stops the work, waits until it has ended, and goes on as the KeyboardInterrupt that it is.

    Args:
        call: The call.
        long: Whether it may take long.
        rows: How many rows it has, for ``progress``.
        progress: Told of every row that is done: which one, and how many are.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if progress is None and not (long and in_main):
        return call(0)
    control = Control(rows if progress is not None else 0)
    # Without a listener nobody counts: there is room for none.
    address = control.address if progress is not None else _stop_only(control)
    future = _executor().submit(call, address)
    try:
        _wait(future, control, progress)
    except BaseException:
        control.stop()
        _wait_for_end(future)
        raise
    return future.result()


def _stop_only(control: Control) -> int:
    """The JVM is told by the lowest bit, which no address has set, that it may read but not write."""
    return control.address | 1


def _wait(future: Future[Any], control: Control, progress: Callable[[int, int], None] | None) -> None:
    told = 0
    finished = False
    while not finished:
        finished = _has_ended(future, _POLL_SECONDS if progress is not None else 0.1)
        while progress is not None and told < control.done():
            told += 1
            progress(control.row(told - 1), told)


def _has_ended(future: Future[Any], seconds: float) -> bool:
    """Waits in small steps: a wait without end could not be interrupted everywhere."""
    try:
        future.exception(timeout=seconds)
    except TimeoutError:
        return False
    return True


def _wait_for_end(future: Future[Any]) -> None:
    """The memory that the JVM reads must stay until it has ended, however often Ctrl-C is pressed."""
    while True:
        try:
            future.exception()
            return
        except KeyboardInterrupt:
            continue


def _executor() -> ThreadPoolExecutor:
    """Threads that live on: each becomes a thread of the JVM once."""
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(max_workers=32, thread_name_prefix="arrowquant-call")
        return _pool


def _forget_pool() -> None:
    """A forked child has none of the threads."""
    global _pool
    _pool = None


os.register_at_fork(after_in_child=_forget_pool)

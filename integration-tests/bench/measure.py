"""Runs a command on some cores, and tells how long it took, what it used of the processors, and its peak of memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.05


@dataclass(frozen=True)
class Run:
    """What a command took: seconds, seconds of processors, and the largest peak of memory of its processes in MB."""

    seconds: float
    cpu: float
    peak: float
    output: str


def run(
    command: Sequence[str], cores: Sequence[int], environment: Mapping[str, str] | None = None, process: str = ""
) -> Run:
    """Runs a command to its end. Memory is that of its processes whose name contains ``process``."""
    before = os.times()
    begin = time.perf_counter()
    child = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    watch = _PeakWatch(child.pid, process)
    watch.start()
    output, _ = child.communicate()
    seconds = time.perf_counter() - begin
    watch.stop()
    after = os.times()
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}:\n{output}")
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Run(seconds, cpu, watch.peak, output)


class _PeakWatch(threading.Thread):
    """Looks at the high-water marks of a process and its children, which the system keeps until they end."""

    def __init__(self, pid: int, process: str) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._process = process
        self._done = threading.Event()
        self.peak = 0.0

    def run(self) -> None:
        while not self._done.wait(_INTERVAL):
            # What a process starts shares its memory at first, to the last page, and is not counted twice.
            memories = {_memory(pid) for pid in self._family() if self._process in _name(pid)}
            self.peak = max(self.peak, sum(_peak(memory) for memory in memories))

    def stop(self) -> None:
        self._done.set()
        self.join()

    def _family(self) -> list[int]:
        family = [self._pid]
        for pid in family:
            family.extend(_children(pid))
        return family


def _children(pid: int) -> list[int]:
    found: list[int] = []
    # Processes and threads may end at any moment.
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found.extend(int(child) for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def _memory(pid: int) -> tuple[str, ...]:
    try:
        return tuple(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Vm"))
    except OSError:
        return ()


def _peak(memory: tuple[str, ...]) -> float:
    return sum(int(line.split()[1]) / 1000 for line in memory if line.startswith("VmHWM:"))

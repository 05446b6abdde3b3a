"""What a quantizer has done, and warnings when it does worse than it could."""

from __future__ import annotations

import logging
import statistics
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CallRecord", "Meter"]

logger = logging.getLogger("arrowquant_spark.local")

#: Gets a dict for each call: name, start and end in nanoseconds since 1970, status, and attributes by name.
Hook = Callable[[dict[str, Any]], object]

_STAGES = ("import", "plan", "encode", "export")
#: Below this the time of a call says little about throughput.
_SMALLEST_MEASURED = 1_000_000
_FEWEST_COMPARED = 5
_MOST_REMEMBERED = 256


@dataclass(frozen=True)
class CallRecord:
    """What one call did."""

    name: str
    begin_ns: int
    end_ns: int
    report: Mapping[str, Any]
    crossings: int
    copies: int = 0
    failed: bool = False
    scheme: str = ""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.end_ns - self.begin_ns) / 1e9

    def figure(self, name: str) -> int:
        """A number of the report."""
        return int(self.report.get(name, 0))


class Meter:
    """Adds up what calls did. For use by any number of threads."""

    def __init__(self, kernels: Callable[[], str], hook: Hook | None = None) -> None:
        self._lock = threading.Lock()
        self._kernels = kernels
        self._hook = hook
        self._warned: set[str] = set()
        self._speeds: dict[tuple[str, str], deque[float]] = {}
        self._sums = dict.fromkeys(
            ("calls", "failed_calls", "layers", "failed_layers", "parameters", "bytes_in", "bytes_out", "copies"), 0
        )
        self._crossings = 0
        self._peak = 0
        self._seconds = 0.0
        self._stages = dict.fromkeys(_STAGES, 0)

    def add(self, call: CallRecord) -> None:
        """Takes a call into account, warns when it was worse than it could be, and tells the hook."""
        with self._lock:
            sums = self._sums
            sums["calls"] += 1
            sums["failed_calls"] += call.failed
            sums["copies"] += call.copies
            for name in ("layers", "parameters", "bytes_in", "bytes_out"):
                sums[name] += call.figure(name)
            sums["failed_layers"] += len(call.report.get("failures", ()))
            self._crossings += call.crossings
            self._seconds += call.seconds
            self._peak = max(self._peak, call.figure("peak_bytes"))
            for stage, nanos in call.report.get("stages", {}).items():
                self._stages[stage] += nanos
            causes = self._degradations(call)
        for cause, text in causes:
            self._warn(cause, text)
        self._tell(call)

    def crossing(self) -> None:
        """Counts a crossing that is no call of its own, such as a look at memory."""
        with self._lock:
            self._crossings += 1

    def _degradations(self, call: CallRecord) -> list[tuple[str, str]]:
        causes = []
        if call.copies:
            causes.append(
                ("copy", f"{call.copies} arrays had to be copied. Pass contiguous float32, float64 or float16 arrays")
            )
        if self._kernels() == "scalar":
            text = "The scalar kernels run, several times slower than the vector ones. Use a JDK with jdk.incubator.vector"
            causes.append(("scalar", text))
        if call.figure("bytes_in") >= _SMALLEST_MEASURED and call.seconds > 0:
            speed = call.figure("bytes_in") / call.seconds
            # Schemes differ in speed by far more than half, and so do ways in.
            speeds = self._speeds.setdefault((call.name, call.scheme), deque(maxlen=_MOST_REMEMBERED))
            if len(speeds) >= _FEWEST_COMPARED:
                median = statistics.median(speeds)
                if speed < median / 2:
                    text = (
                        f"Throughput fell to {speed / 1e6:.0f} MB/s, below half of this session's median of "
                        f"{median / 1e6:.0f} MB/s. See whether something else uses the processor"
                    )
                    causes.append(("throughput", text))
            speeds.append(speed)
        return causes

    def _warn(self, cause: str, text: str) -> None:
        with self._lock:
            first = cause not in self._warned
            self._warned.add(cause)
        if first:
            logger.warning("%s", text, extra={"cause": cause})

    def _tell(self, call: CallRecord) -> None:
        if self._hook is None:
            return
        attributes = {
            f"arrowquant.{name}": call.figure(name) for name in ("layers", "parameters", "bytes_in", "bytes_out")
        }
        attributes["arrowquant.copies"] = call.copies
        attributes["arrowquant.failed_layers"] = len(call.report.get("failures", ()))
        span = {
            "name": f"arrowquant.{call.name}",
            "start_time_unix_nano": call.begin_ns,
            "end_time_unix_nano": call.end_ns,
            "status": "ERROR" if call.failed else "OK",
            "attributes": attributes,
        }
        try:
            self._hook(span)
        except Exception:
            logger.exception("The telemetry hook failed; quantization goes on")

    def figures(self) -> dict[str, Any]:
        """All sums so far."""
        with self._lock:
            megabytes = self._sums["bytes_in"] / 1e6
            return {
                **self._sums,
                "boundary_crossings": self._crossings,
                "seconds": self._seconds,
                "stage_ms": {stage: nanos / 1e6 for stage, nanos in self._stages.items()},
                "throughput_mb_s": megabytes / self._seconds if self._seconds else 0.0,
                "peak_memory_bytes": self._peak,
                "warnings": sorted(self._warned),
            }

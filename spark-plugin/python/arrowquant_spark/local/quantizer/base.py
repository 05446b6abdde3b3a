"""What all doors of a quantizer share: its settings, its way into the JVM, and its account of what was done."""

from __future__ import annotations

import json
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from arrowquant_spark.errors import InvalidRequestError
from arrowquant_spark.local import calls, interchange, jvm, tables
from arrowquant_spark.local.config import QuantConfig
from arrowquant_spark.local.errors import raise_failure
from arrowquant_spark.local.metrics import CallRecord, Hook, Meter
from arrowquant_spark.local.quantizer.requests import Request, Requests
from arrowquant_spark.local.results import QuantizationResult

__all__ = ["QuantizerBase"]


class QuantizerBase:
    """A quantizer without doors: each door is a class that is based on this one."""

    def __init__(self, config: QuantConfig, hook: Hook | None) -> None:
        self.config = config
        self._closed = False
        self._requests = Requests()
        self._last = threading.local()
        self._description: dict[str, Any] | None = None
        self._meter = Meter(self._kernels, hook)

    @property
    def last_result(self) -> QuantizationResult | None:
        """What the last call of this thread made, with errors, timing and, when measured, quality.

        Its table is empty when nobody holds the result any more.
        """
        call = getattr(self._last, "call", None)
        if call is None:
            return None
        report, latency_ms, copies, table = call
        held = table()
        return QuantizationResult(
            interchange.result_schema().empty_table() if held is None else held, report, latency_ms, copies
        )

    def metrics(self) -> dict[str, Any]:
        """What this quantizer has done so far.

        ``calls``, ``failed_calls``, ``layers``, ``failed_layers``, ``parameters``, ``bytes_in``, ``bytes_out``,
        ``copies`` of weights (0 unless an input has to be converted), ``boundary_crossings``, ``seconds``,
        ``stage_ms``, ``throughput_mb_s``, ``peak_memory_bytes`` of Arrow memory, ``allocated_bytes`` that results of
        this process hold now, and ``warnings`` given.

        >>> with ArrowQuantV2() as fresh:
        ...     _ = fresh.quantize_arrow(table, bit_width=4)
        ...     fresh.metrics()["boundary_crossings"], fresh.metrics()["copies"]
        (1, 0)
        """
        figures = self._meter.figures()
        figures["allocated_bytes"] = int(jvm.session().allocatedBytes()) if jvm.started() else 0
        return figures

    def close(self) -> None:
        """Ends the use of this quantizer. Results stay valid.

        >>> ArrowQuantV2().close()
        """
        self._closed = True

    def _session(self) -> Any:
        if self._closed:
            raise InvalidRequestError("This quantizer is closed. Make another one")
        session = jvm.session()
        if self._description is None:
            self._description = jvm.description()
        return session

    def _kernels(self) -> str:
        return str((self._description or {}).get("kernels", ""))

    def _call(
        self,
        name: str,
        call: Callable[[int], Any],
        long: bool = False,
        rows: int = 0,
        watch: Callable[[int, int], None] | None = None,
    ) -> tuple[dict[str, Any], float]:
        """Calls the JVM for something that makes no quantized layers; returns its report, and the seconds it took."""
        begin = time.time_ns()
        answer = calls.run(call, long, rows, watch)
        report = json.loads(str(answer))
        return report, self._record(name, begin, report).seconds

    def _quantize(
        self, data: interchange.ArrayInput | interchange.StreamInput, request: Request, name: str
    ) -> QuantizationResult:
        session = self._session()
        begin = time.time_ns()
        if isinstance(data, interchange.ArrayInput):
            text = request.java()
            schema, array = data.schema, data.array
            long = _size(data.owners[-1]) >= calls.LONG
            answer = calls.run(lambda control: session.quantizeArray(schema, array, text, control), long)
        else:
            text = request.java(data.in_groups)
            stream = data.stream
            long = data.in_groups or _size(data.owners[-1]) >= calls.LONG
            answer = calls.run(lambda control: session.quantizeStream(stream, text, control), long)
        return self._result(name, begin, json.loads(str(answer)), 0, request.scheme)

    def _result(
        self, name: str, begin: int, report: dict[str, Any], copies: int, scheme: str
    ) -> QuantizationResult:
        """Takes over what the JVM hands over."""
        pa = jvm.pyarrow()
        batches = [
            pa.RecordBatch._import_from_c(batch["address"], interchange.result_schema(batch["large"], batch["parts"]))
            for batch in report.get("batches", ())
        ]
        call = self._record(name, begin, report, copies, scheme)
        result = QuantizationResult(tables.joined(pa, batches), report, call.seconds * 1e3, copies)
        # The table is not kept: whoever drops a result gets its memory back.
        self._last.call = (report, call.seconds * 1e3, copies, weakref.ref(result.table))
        return result

    def _record(
        self, name: str, begin: int, report: Mapping[str, Any], copies: int = 0, scheme: str = ""
    ) -> CallRecord:
        call = CallRecord(name, begin, time.time_ns(), report, 1, copies, "error" in report, scheme)
        self._meter.add(call)
        raise_failure(report)
        return call


def _size(data: Any) -> int:
    try:
        return int(getattr(data, "nbytes", 0))
    except (TypeError, ValueError, NotImplementedError):
        return calls.LONG

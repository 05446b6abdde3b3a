"""Doors for Arrow data that comes as a stream: of batches, or of bytes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from typing import IO, Any

from arrowquant_spark.errors import ResourceError
from arrowquant_spark.local import calls, interchange, jvm, tables
from arrowquant_spark.local.arrow_types import RecordBatch, RecordBatchReader
from arrowquant_spark.local.quantizer.base import QuantizerBase
from arrowquant_spark.local.quantizer.requests import Request

__all__ = ["StreamDoors"]


class StreamDoors(QuantizerBase):
    """Takes readers batch by batch, and IPC data."""

    def quantize_stream(
        self,
        reader: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        **options: Any,
    ) -> RecordBatchReader:
        """Quantizes batches as they are asked for: memory holds one at a time, in and out.

        >>> batch = pa.record_batch({"layer_name": ["a"], "weights": [[1.0, 2.0]]})
        >>> reader = pa.RecordBatchReader.from_batches(batch.schema, [batch, batch])
        >>> q.quantize_stream(reader, bit_width=8).read_all().num_rows
        2
        """
        pa = jvm.pyarrow()
        request = self._requests.of(self.config, bit_width, scheme, False, options)
        source = reader if isinstance(reader, pa.RecordBatchReader) else pa.RecordBatchReader.from_stream(reader)
        parts = request.may_make_parts()

        def batches() -> Iterator[RecordBatch]:
            for batch in source:
                yield from self._stream_batch(batch, request, parts)

        return pa.RecordBatchReader.from_batches(interchange.result_schema(False, parts), batches())

    def quantize_ipc(
        self,
        source: bytes | bytearray | memoryview | str | os.PathLike[str] | IO[bytes],
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: bool = False,
        **options: Any,
    ) -> bytes:
        """Quantizes Arrow IPC data, a stream or a file, into an Arrow IPC stream.

        The fallback where no C Data Interface exists: the data is copied on the way, and the result is the same.

        >>> sink = pa.BufferOutputStream()
        >>> with pa.ipc.new_stream(sink, table.schema) as writer:
        ...     writer.write_table(table)
        >>> pa.ipc.open_stream(q.quantize_ipc(sink.getvalue().to_pybytes(), 4)).read_all().equals(q.quantize_arrow(table, 4))
        True
        """
        request = self._requests.of(self.config, bit_width, scheme, continue_on_error, options)
        data = tables.ipc_bytes(source)
        pa = jvm.pyarrow()
        buffer = pa.py_buffer(data)
        views = tables.with_views(pa, buffer)
        if views is not None:
            return tables.ipc_of(pa, self._quantize(interchange.stream_input(views), request, "quantize_ipc").table)
        session = self._session()
        text = request.java()
        begin = time.time_ns()
        answer = calls.run(
            lambda control: session.quantizeIpc(buffer.address, buffer.size, text, control), buffer.size >= calls.LONG
        )
        view = memoryview(answer)
        head = int.from_bytes(view[:4].tobytes(), "big")
        report = json.loads(view[4 : 4 + head].tobytes())
        self._record("quantize_ipc", begin, report)
        return view[4 + head :].tobytes()

    def _stream_batch(self, batch: Any, request: Request, parts: bool) -> Iterator[Any]:
        result = self._quantize(interchange.arrow_input(batch), request, "quantize_stream")
        schema = interchange.result_schema(False, parts)
        if result.table.schema.field("quantized_data").type != schema.field("quantized_data").type:
            if batch.num_rows < 2:
                raise ResourceError(
                    "A layer of more than 2 GiB of quantized data does not fit a stream. Use quantize_arrow",
                    remedy="Use quantize_arrow",
                )
            half = batch.num_rows // 2
            yield from self._stream_batch(batch.slice(0, half), request, parts)
            yield from self._stream_batch(batch.slice(half), request, parts)
            return
        table = result.table
        if parts and "parts" not in table.column_names:
            pa = jvm.pyarrow()
            table = table.append_column(schema.field("parts"), pa.nulls(table.num_rows, schema.field("parts").type))
        yield from table.combine_chunks().to_batches()

"""``ArrowQuantV2``: quantization in this process."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any, Literal, overload

from arrowquant_spark.errors import InvalidRequestError, ResourceError, ValidationError, nearest, unknown
from arrowquant_spark.local import calls, interchange, jvm, safetensors, tables
from arrowquant_spark.local.arrow_types import RecordBatch, RecordBatchReader, Table
from arrowquant_spark.local.config import QuantConfig
from arrowquant_spark.local.errors import from_failure
from arrowquant_spark.local.metrics import CallRecord, Hook, Meter
from arrowquant_spark.local.results import BatchResult, LayerResult, QualityReport, QuantizationResult
from arrowquant_spark.schemes import ParameterValue, SchemeText

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ArrowQuantV2"]

logger = logging.getLogger("arrowquant_spark.local")

ProgressCallback = Callable[[str, float], object]

_MOST_REMEMBERED = 64
_MODES = ("base", "diffusion", "time_aware")


class Request:
    """The settings of a call, as the JVM reads them."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self._java: dict[bool, Any] = {}

    def java(self, in_groups: bool = False) -> Any:
        """The text, as a string of the JVM that need not be made again."""
        if in_groups not in self._java:
            self._java[in_groups] = jvm.text(json.dumps({**self.settings, "in_groups": in_groups}))
        return self._java[in_groups]

    def schemes(self) -> set[str]:
        """All schemes that layers may get."""
        return {self.settings["scheme"], *(rule["scheme"] for rule in self.settings["rules"] if "scheme" in rule)}


class ArrowQuantV2:
    """Quantizes Arrow tables, numpy arrays and model files in this process, without a copy of the weights.

    The JVM starts with the first call. An instance can be used by any number of threads, and results outlive it.

    Args:
        mode: Accepted for callers of the old library: ``base``, ``diffusion`` or ``time_aware``, all the same here.
        config: The settings; see :class:`QuantConfig`.
        profile: ``edge``, ``local`` or ``cloud``: the settings when there is no ``config``.
        num_threads: Threads at most; default the setting, and then the cores.
        hook: Called after each call with what it did, in the form of a span of OpenTelemetry.

    >>> import pyarrow as pa
    >>> from arrowquant_spark.local import ArrowQuantV2
    >>> table = pa.table({"layer_name": ["a"], "weights": [[0.0, 1.0, 2.0, 3.0]]})
    >>> with ArrowQuantV2() as q:
    ...     result = q.quantize_arrow(table, bit_width=2)
    >>> result.column("quantized_data").to_pylist(), result.column("scales").to_pylist()
    ([b'\\xe4'], [[1.0]])
    """

    def __init__(
        self,
        mode: str = "base",
        *,
        config: QuantConfig | None = None,
        profile: str | None = None,
        num_threads: int | None = None,
        hook: Hook | None = None,
    ) -> None:
        if mode not in _MODES:
            raise ValidationError(f"Invalid mode: {mode}. Must be base, diffusion or time_aware")
        if config is not None and not isinstance(config, QuantConfig):
            raise ValidationError(f"config must be a QuantConfig, not {type(config).__name__}")
        if config is None:
            config = QuantConfig() if profile is None else QuantConfig.from_profile(profile)
        elif profile is not None:
            # For its check alone: what the config says counts.
            QuantConfig.from_profile(profile)
        if num_threads is not None:
            config = config.replace(num_threads=num_threads)
        self.config = config
        self._hook = hook
        self._closed = False
        self._requests: dict[str, Request] = {}
        self._last = threading.local()
        self._description: dict[str, Any] | None = None
        self._meter = Meter(self._kernels, hook)

    # -- Arrow

    @overload
    def quantize_arrow(
        self,
        weights_table: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: Literal[False] = False,
        **options: Any,
    ) -> Table: ...

    @overload
    def quantize_arrow(
        self,
        weights_table: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: bool,
        **options: Any,
    ) -> QuantizationResult: ...

    def quantize_arrow(
        self,
        weights_table: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: bool = False,
        **options: Any,
    ) -> Table | QuantizationResult:
        """Quantizes a table with the columns ``layer_name``, ``weights`` and, if there is one, ``shape``.

        ``weights`` are lists of float32, float64 or float16 of any kind, or bytes with the type of their elements, such
        as ``BF16``, in a column ``dtype``. Everything that offers the Arrow PyCapsule interface is a table: those of
        pyarrow, polars and nanoarrow, results of DuckDB, and readers, which are read batch by batch.

        Args:
            weights_table: The table.
            bit_width: 2, 4 or 8: the same as scheme ``int2``, ``int4`` or ``int8``.
            scheme: Any scheme of the catalog, such as ``"nf4"`` or ``"W4A16(strategy=channel)"``.
            continue_on_error: Leave layers out that cannot be quantized. Then the result is a
                :class:`QuantizationResult`: the table, and ``errors``.
            **options: Any setting of :class:`QuantConfig` for this call, and parameters of the scheme.

        Raises:
            ValidationError: A column is missing or of another type, or a layer's name, weights and shape do not fit.
            QuantizationError: A layer has NaN, infinities or nulls, or comes out too far from the original.

        >>> table = pa.table({"layer_name": ["a", "b"], "weights": [[1.0, 2.0], [3.0, float("nan")]]})
        >>> q.quantize_arrow(table, bit_width=4)
        Traceback (most recent call last):
            ...
        arrowquant_spark.errors.QuantizationError: Layer 'b' contains NaN at index 1. Use on_non_finite=clamp to replace such values, or skip the layer
        >>> result = q.quantize_arrow(table, bit_width=4, continue_on_error=True)
        >>> result.num_rows, result.errors[0].layer
        (1, 'b')
        """
        request = self._request(bit_width, scheme, continue_on_error, options)
        result = self._quantize(interchange.arrow_input(weights_table), request, "quantize_arrow")
        return result if continue_on_error else result.table

    def quantize_arrow_batch(
        self,
        record_batch: Any,
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        continue_on_error: bool = False,
        **options: Any,
    ) -> RecordBatch:
        """Quantizes a record batch into a record batch; see :meth:`quantize_arrow`.

        With ``continue_on_error`` what went wrong is in :attr:`last_result`.

        >>> batch = pa.record_batch({"layer_name": ["a"], "weights": pa.array([[0.0, 15.0]], pa.list_(pa.float32()))})
        >>> q.quantize_arrow_batch(batch, bit_width=4).column("quantized_data").to_pylist()
        [b'\\xf0']
        """
        request = self._request(bit_width, scheme, continue_on_error, options)
        result = self._quantize(interchange.arrow_input(record_batch), request, "quantize_arrow_batch")
        batches = result.table.combine_chunks().to_batches()
        if batches:
            return batches[0]
        return jvm.pyarrow().RecordBatch.from_pylist([], schema=result.table.schema)

    def quantize_batch_arrow(
        self, weights_table: Any, bit_width: int | None = None, continue_on_error: bool | None = None
    ) -> Table | QuantizationResult:
        """What the old library calls :meth:`quantize_arrow` with ``continue_on_error``.

        >>> q.quantize_batch_arrow(pa.table({"layer_name": ["a"], "weights": [[1.0]]}), 8).num_rows
        1
        """
        return self.quantize_arrow(weights_table, bit_width, continue_on_error=bool(continue_on_error))

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
        request = self._request(bit_width, scheme, False, options)
        source = reader if isinstance(reader, pa.RecordBatchReader) else pa.RecordBatchReader.from_stream(reader)
        parts = self._makes_parts(request)

        def batches() -> Iterator[RecordBatch]:
            for batch in source:
                yield from self._stream_batch(batch, request, parts)

        return pa.RecordBatchReader.from_batches(interchange.result_schema(False, parts), batches())

    def _makes_parts(self, request: Request) -> bool:
        """Whether a result has the column of further parts: the first batch must not decide for all."""
        names = request.schemes()
        return any(name.partition("(")[0].lower() not in ("int2", "int4", "int8", "keep") for name in names)

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
        request = self._request(bit_width, scheme, continue_on_error, options)
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

    # -- arrays

    def quantize_batch(
        self,
        weights_dict: Mapping[str, Any],
        bit_width: int | None = None,
        continue_on_error: bool | None = False,
        *,
        scheme: str | None = None,
        **options: Any,
    ) -> BatchResult:
        """Quantizes arrays by name, all in one call of the JVM.

        Args:
            weights_dict: numpy arrays, or whatever numpy makes arrays of.
            bit_width: 2, 4 or 8.
            continue_on_error: Leave layers out that cannot be quantized; ``errors`` says which and why.
            scheme: Any scheme of the catalog.
            **options: Any setting of :class:`QuantConfig`, and parameters of the scheme.

        >>> import numpy as np
        >>> results = q.quantize_batch({"a": np.arange(4, dtype=np.float32), "b": np.ones((2, 2), np.float32)}, bit_width=2)
        >>> results["a"]["quantized_data"], results["b"]["shape"], results.errors
        (b'\\xe4', [2, 2], [])
        """
        return self._quantize_dict(weights_dict, bit_width, bool(continue_on_error), scheme, options, None)

    def quantize_batch_with_progress(
        self,
        weights_dict: Mapping[str, Any],
        bit_width: int | None = None,
        progress_callback: ProgressCallback | None = None,
        continue_on_error: bool | None = False,
        *,
        scheme: str | None = None,
        **options: Any,
    ) -> BatchResult:
        """:meth:`quantize_batch` that tells a callback of each layer that is done: its name, and the share done so far.

        The callback runs in the thread of the caller. An error in it is logged, and quantization goes on.

        >>> shares = []
        >>> _ = q.quantize_batch_with_progress({"a": np.ones(4, np.float32)}, 4, lambda layer, share: shares.append((layer, share)))
        >>> shares
        [('a', 1.0)]
        """
        return self._quantize_dict(
            weights_dict, bit_width, bool(continue_on_error), scheme, options, progress_callback
        )

    def quantize(
        self, weights: Mapping[str, Any], bit_width: int | None = None, *, scheme: str | None = None, **options: Any
    ) -> BatchResult:
        """Quantizes lists or arrays by name.

        >>> q.quantize({"a": [0.0, 1.0, 2.0, 3.0]}, bit_width=2)["a"]["scales"]
        [1.0]
        """
        return self._quantize_dict(weights, bit_width, False, scheme, options, None)

    def quantize_numpy(
        self,
        weights: np.ndarray[Any, Any],
        layer_name: str | int = "weights",
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        **options: Any,
    ) -> LayerResult:
        """Quantizes one array. The arrays in the result look at the memory of the JVM, without a copy.

        >>> result = q.quantize_numpy(np.arange(4, dtype=np.float32), bit_width=2)
        >>> result["quantized_data"], result["shape"]
        (array([228], dtype=uint8), (4,))
        """
        name = "weights"
        if isinstance(layer_name, int):
            bit_width = layer_name
        else:
            name = layer_name
        result = self._quantize_layers({name: weights}, bit_width, False, scheme, options, None, "quantize_numpy")
        return LayerResult(result.table, 0, "numpy")

    def quantize_numpy_2d(
        self,
        weights: np.ndarray[Any, Any],
        layer_name: str | int = "weights",
        bit_width: int | None = None,
        *,
        scheme: str | None = None,
        **options: Any,
    ) -> LayerResult:
        """:meth:`quantize_numpy` of a matrix; an array of other dimensions is refused.

        >>> q.quantize_numpy_2d(np.ones((2, 3), np.float32), bit_width=8)["shape"]
        (2, 3)
        """
        dimensions = getattr(weights, "ndim", None)
        if dimensions != 2:
            raise ValidationError(f"quantize_numpy_2d takes an array of 2 dimensions, not {dimensions}")
        return self.quantize_numpy(weights, layer_name, bit_width, scheme=scheme, **options)

    def _quantize_dict(
        self,
        weights: Mapping[str, Any],
        bit_width: int | None,
        continue_on_error: bool,
        scheme: str | None,
        options: Mapping[str, Any],
        progress: ProgressCallback | None,
    ) -> BatchResult:
        if not isinstance(weights, Mapping):
            raise ValidationError(f"weights must be a dict of arrays by name, not {type(weights).__name__}")
        result = self._quantize_layers(
            weights, bit_width, continue_on_error, scheme, options, progress, "quantize_batch"
        )
        return BatchResult(result)

    def _quantize_layers(
        self,
        weights: Mapping[str, Any],
        bit_width: int | None,
        continue_on_error: bool,
        scheme: str | None,
        options: Mapping[str, Any],
        progress: ProgressCallback | None,
        name: str,
    ) -> QuantizationResult:
        request = self._request(bit_width, scheme, continue_on_error, options)
        layers, failures, later = tables.sound_layers(weights, continue_on_error)
        session = self._session()
        text = request.java()
        watch = None if progress is None else _watch(progress, layers.names)
        begin = time.time_ns()
        answer = calls.run(
            lambda control: session.quantizeLayers(layers.text, text, control),
            layers.byte_length >= calls.LONG,
            len(layers.names),
            watch,
        )
        report = json.loads(str(answer))
        if layers.rows:
            # Rows are counted in what was handed in.
            for failure in report.get("failures", ()):
                failure["row"] = layers.rows[failure["row"]]
        report["failures"] = sorted([*failures, *report.get("failures", ())], key=lambda one: one["row"])
        if later is not None and "error" not in report:
            self._result(name, begin, report, len(layers.copied), request.settings["scheme"])
            raise later
        return self._result(name, begin, report, len(layers.copied), request.settings["scheme"])

    # -- the way back

    def dequantize_arrow(self, result: Any) -> Table:
        """Turns a result back into weights: a table of ``layer_name``, ``weights`` and ``shape``.

        >>> table = pa.table({"layer_name": ["a"], "weights": [[0.0, 1.0, 3.0]]})
        >>> q.dequantize_arrow(q.quantize_arrow(table, bit_width=2)).column("weights").to_pylist()
        [[0.0, 1.0, 3.0]]
        """
        pa = jvm.pyarrow()
        stream = interchange.stream_input(tables.table_of(result))
        session = self._session()
        threads = self.config.threads()
        begin = time.time_ns()
        answer = calls.run(lambda _: session.dequantize(stream.stream, threads), False)
        report = json.loads(str(answer))
        self._record("dequantize_arrow", begin, report)
        types = [("layer_name", pa.string()), ("weights", pa.large_list(pa.float32())), ("shape", pa.list_(pa.int64()))]
        batch = pa.RecordBatch._import_from_c(report["address"], pa.schema(types))
        table = pa.Table.from_batches([batch])
        narrow = batch.num_rows == 0 or batch.column(1).offsets[-1].as_py() < 2**31
        if narrow:
            return table.set_column(1, "weights", [tables.narrow_list(pa, batch.column(1))])
        return table

    def validate_quality(self, original: Any, result: Any, threshold: float | None = None) -> QualityReport:
        """Tells how far a result is from the original layers.

        Args:
            original: The table that was quantized, or a dict of arrays, or the path of a model.
            result: What a call made of it: a table, or the path of a quantized model.
            threshold: ``passed`` says whether no layer has a lower cosine; default ``min_cosine``, then 0.7.

        >>> report = q.validate_quality(table, q.quantize_arrow(table, bit_width=8))
        >>> report["passed"], sorted(report["per_layer_accuracy"])
        (True, ['a'])
        """
        if threshold is None:
            threshold = 0.7 if self.config.min_cosine is None else self.config.min_cosine
        if isinstance(original, str | os.PathLike):
            return safetensors.validate(self, original, result, threshold)
        source = tables.arrays_table(original) if isinstance(original, Mapping) else tables.table_of(original)
        table = tables.table_of(result)
        before, after = interchange.stream_input(source), interchange.stream_input(table)
        session = self._session()
        threads = self.config.threads()
        begin = time.time_ns()
        answer = calls.run(lambda _: session.compare(before.stream, after.stream, threads), False)
        report = json.loads(str(answer))
        self._record("validate_quality", begin, report)
        bytes_in = getattr(source, "nbytes", 0)
        return QualityReport(report["compared"], bytes_in, getattr(table, "nbytes", 0), threshold)

    # -- files

    def quantize_from_safetensors(
        self,
        safetensors_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str],
        bit_width: int | QuantConfig | None = None,
        progress_callback: Callable[[str, float], object] | None = None,
        *,
        config: QuantConfig | None = None,
        scheme: str | None = None,
        overwrite: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        """Quantizes a model: a ``.safetensors`` file, an index, or a directory, into a file or a directory of them.

        Tensors are read, quantized and written in pieces, so memory does not grow with them. The output appears whole
        or not at all. Of ``int2``, ``int4`` and ``int8`` a tensor ``N`` becomes ``N.quantized_data``, ``N.scales`` and
        ``N.zero_points``; other schemes name their tensors as their formats do.

        Args:
            safetensors_path: What to read.
            output_path: Where to write; a name that ends in ``.safetensors`` makes one file.
            bit_width: 2, 4 or 8.
            progress_callback: Told of every tensor that is done: its name, and the share done so far.
            config: Settings in place of those of this quantizer.
            scheme: Any scheme of the catalog.
            overwrite: Replace what is there.
            **options: Any setting of :class:`QuantConfig`, and parameters of the scheme.

        Returns:
            ``quantized_path``, ``compression_ratio``, ``cosine_similarity``, ``model_size_mb``, ``bit_width``,
            ``quantization_time_s``, ``tensors``, ``kept`` and, by name, ``per_layer_accuracy``.

        >>> report = q.quantize_from_safetensors(model, output, bit_width=4)
        >>> report["compression_ratio"] > 1
        True
        """
        if isinstance(bit_width, QuantConfig):  # The third argument of the old library.
            config, bit_width = bit_width, None
        return safetensors.quantize_files(
            self,
            os.fspath(safetensors_path),
            os.fspath(output_path),
            self._request(bit_width, scheme, False, options, config),
            config or self.config,
            progress_callback,
            overwrite,
        )

    quantize_diffusion_model = quantize_from_safetensors

    def call_files(
        self, request: str, names: list[str], progress: ProgressCallback | None
    ) -> tuple[dict[str, Any], float]:
        """Has the JVM convert files; returns its report, and the seconds it took."""
        session = self._session()
        watch = None if progress is None else _watch(progress, names)
        begin = time.time_ns()
        answer = calls.run(lambda control: session.quantizeFiles(request, control), True, len(names), watch)
        report = json.loads(str(answer))
        return report, self._record("quantize_from_safetensors", begin, report).seconds

    # -- what was done

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

    def weights_addresses(self, data: Any) -> list[int]:
        """Where the JVM reads the weights of each layer: the addresses of the producer's own buffers.

        >>> values = pa.array([1.0, 2.0], pa.float32())
        >>> weights = pa.ListArray.from_arrays(pa.array([0, 2], pa.int32()), values)
        >>> q.weights_addresses(pa.table({"layer_name": ["a"], "weights": weights})) == [values.buffers()[1].address]
        True
        """
        if isinstance(data, Mapping):
            return [array.ctypes.data for array in interchange.layers_input(data).owners]
        stream = interchange.stream_input(data)
        session = self._session()
        report = json.loads(str(session.addresses(stream.stream)))
        self._meter.crossing()
        self._check(report)
        return [int(address) for address in report["addresses"]]

    def get_markov_metrics(self) -> None:
        """None, as in the old library when nothing was measured: nothing here depends on time steps.

        >>> q.get_markov_metrics()
        """

    def close(self) -> None:
        """Ends the use of this quantizer. Results stay valid.

        >>> ArrowQuantV2().close()
        """
        self._closed = True

    def __enter__(self) -> ArrowQuantV2:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- what all calls share

    def _session(self) -> Any:
        if self._closed:
            raise InvalidRequestError("This quantizer is closed. Make another one")
        session = jvm.session()
        if self._description is None:
            self._description = jvm.description()
        return session

    def _kernels(self) -> str:
        return str((self._description or {}).get("kernels", ""))

    def _request(
        self,
        bit_width: int | None,
        scheme: str | None,
        continue_on_error: bool,
        options: Mapping[str, Any],
        config: QuantConfig | None = None,
    ) -> Request:
        """The settings of a call, which are mostly those of the call before."""
        source = self.config if config is None else config
        key = repr((bit_width, scheme, continue_on_error, options, source.__dict__))
        known = self._requests.get(key)
        if known is None:
            known = self._new_request(bit_width, scheme, continue_on_error, options, source)
            if len(self._requests) >= _MOST_REMEMBERED:
                self._requests.clear()
            self._requests[key] = known
        return known

    @staticmethod
    def _new_request(
        bit_width: int | None,
        scheme: str | None,
        continue_on_error: bool,
        options: Mapping[str, Any],
        config: QuantConfig,
    ) -> Request:
        base = config.validate()
        if options or bit_width is not None or scheme is not None:
            base = _for_call(base, bit_width, scheme, options)
        request = base.request()
        parameters = {key: value for key, value in options.items() if not _is_setting(key)}
        for key in parameters:
            if nearest(key, QuantConfig.setting_names()) is not None:
                raise unknown("argument", key, sorted(QuantConfig.setting_names()))
        if parameters:
            request["scheme"] = SchemeText.parse(request["scheme"]).replacing(parameters).text()
        request["continue_on_error"] = continue_on_error
        return Request(request)

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
        return self._result(name, begin, json.loads(str(answer)), 0, request.settings["scheme"])

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
        self, name: str, begin: int, report: dict[str, Any], copies: int = 0, scheme: str = ""
    ) -> CallRecord:
        call = CallRecord(name, begin, time.time_ns(), report, 1, copies, "error" in report, scheme)
        self._meter.add(call)
        self._check(report)
        return call

    @staticmethod
    def _check(report: Mapping[str, Any]) -> None:
        if "error" in report:
            raise from_failure(report["error"])


def _is_setting(name: str) -> bool:
    return name in QuantConfig.setting_names()


def _for_call(
    base: QuantConfig, bit_width: int | None, scheme: str | None, options: Mapping[str, ParameterValue]
) -> QuantConfig:
    """The settings with what a call says otherwise."""
    changes: dict[str, Any] = {key: value for key, value in options.items() if _is_setting(key)}
    if bit_width is not None:
        changes["bit_width"] = bit_width
        if scheme is None:
            changes["scheme"] = None
    if scheme is not None:
        changes["scheme"] = scheme
        if bit_width is not None and str(scheme).partition("(")[0].strip().lower() != f"int{bit_width}":
            raise ValidationError(f"bit_width={bit_width} contradicts scheme='{scheme}'. Give one of them")
    return base.replace(**changes)


def _size(data: Any) -> int:
    try:
        return int(getattr(data, "nbytes", 0))
    except (TypeError, ValueError, NotImplementedError):
        return calls.LONG


def _watch(progress: ProgressCallback, names: list[str]) -> Callable[[int, int], None]:
    def tell(row: int, done: int) -> None:
        try:
            progress(names[row], done / len(names))
        except Exception:
            logger.exception("The progress callback failed; quantization goes on")

    return tell

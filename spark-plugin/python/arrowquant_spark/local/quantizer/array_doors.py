"""Doors for arrays by name, and for single ones."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arrowquant_spark.errors import ValidationError
from arrowquant_spark.local import calls, tables
from arrowquant_spark.local.progress import ProgressCallback, watch
from arrowquant_spark.local.quantizer.base import QuantizerBase
from arrowquant_spark.local.results import BatchResult, LayerResult, QuantizationResult

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ArrayDoors"]


class ArrayDoors(QuantizerBase):
    """Takes numpy arrays, and what numpy makes arrays of."""

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
        request = self._requests.of(self.config, bit_width, scheme, continue_on_error, options)
        layers, failures, later = tables.sound_layers(weights, continue_on_error)
        session = self._session()
        text = request.java()
        begin = time.time_ns()
        answer = calls.run(
            lambda control: session.quantizeLayers(layers.text, text, control),
            layers.byte_length >= calls.LONG,
            len(layers.names),
            None if progress is None else watch(progress, layers.names),
        )
        report = json.loads(str(answer))
        if layers.rows:
            # Rows are counted in what was handed in.
            for failure in report.get("failures", ()):
                failure["row"] = layers.rows[failure["row"]]
        report["failures"] = sorted([*failures, *report.get("failures", ())], key=lambda one: one["row"])
        if later is not None:
            self._result(name, begin, report, len(layers.copied), request.scheme)
            raise later
        return self._result(name, begin, report, len(layers.copied), request.scheme)

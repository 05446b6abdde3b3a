"""The door for model files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from arrowquant_spark.local.config import QuantConfig
from arrowquant_spark.local.progress import ProgressCallback, watch
from arrowquant_spark.local.quantizer.base import QuantizerBase
from arrowquant_spark.local.safetensors import ShardedSafeTensorsLoader
from arrowquant_spark.local.safetensors_files import model_directory
from arrowquant_spark.schemes import WIDTHS

__all__ = ["FileDoors"]


class FileDoors(QuantizerBase):
    """Takes models as files, and makes files of them."""

    def quantize_from_safetensors(
        self,
        safetensors_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str],
        bit_width: int | QuantConfig | None = None,
        progress_callback: ProgressCallback | None = None,
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
        config = config or self.config
        request = self._requests.of(config, bit_width, scheme, False, options)
        source, target = model_directory(os.fspath(safetensors_path)), os.fspath(output_path)
        settings = {
            **request.settings,
            "input": source,
            "output": target,
            "overwrite": overwrite,
            "skip_sensitive_layers": config.skip_sensitive_layers or config.defaults is not False,
        }
        names = ShardedSafeTensorsLoader(source).tensor_names() if progress_callback is not None else []
        report, seconds = self.call_files(json.dumps(settings), names, progress_callback)
        return _told(report, target, request.scheme, config.bit_width, seconds)

    def call_files(
        self, request: str, names: list[str], progress: ProgressCallback | None
    ) -> tuple[dict[str, Any], float]:
        """Has the JVM convert files; returns its report, and the seconds it took."""
        session = self._session()
        return self._call(
            "quantize_from_safetensors",
            lambda control: session.quantizeFiles(request, control),
            True,
            len(names),
            None if progress is None else watch(progress, names),
        )


def _told(
    report: Mapping[str, Any], target: str, scheme: str, usual_width: int, seconds: float
) -> dict[str, Any]:
    """The report of the JVM in the words of the old library."""
    tensors = report["tensors"]
    cosines = {one["layer"]: float(one["cosine"]) for one in tensors if "cosine" in one}
    widths = (width for width in WIDTHS if scheme.lower().startswith(f"int{width}"))
    return {
        "quantized_path": target,
        "compression_ratio": report["bytes_in"] / report["bytes_out"] if report["bytes_out"] else 1.0,
        "cosine_similarity": sum(cosines.values()) / len(cosines) if cosines else 1.0,
        "per_layer_accuracy": cosines,
        "model_size_mb": report["bytes_out"] / 1e6,
        "modality": None,
        "bit_width": next(widths, usual_width),
        "scheme": scheme,
        "schemes": {one["layer"]: one["scheme"] for one in tensors if one["scheme"] is not None},
        "kept": [one["layer"] for one in tensors if one["scheme"] is None],
        "tensors": len(tensors),
        "quantization_time_s": seconds,
    }

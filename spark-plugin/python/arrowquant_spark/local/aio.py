"""``AsyncArrowQuantV2``: the same quantizer for programs built on asyncio."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

from arrowquant_spark.local.config import QuantConfig
from arrowquant_spark.local.metrics import Hook
from arrowquant_spark.local.progress import ProgressCallback
from arrowquant_spark.local.quantizer import ArrowQuantV2

__all__ = ["AsyncArrowQuantV2"]

_T = TypeVar("_T")


class AsyncArrowQuantV2:
    """:class:`ArrowQuantV2` whose calls are awaited: they run in other threads, and the event loop goes on.

    It has the methods of :class:`ArrowQuantV2` with the same arguments, each a coroutine.

    >>> import asyncio
    >>> from arrowquant_spark.local import AsyncArrowQuantV2
    >>> async def main():
    ...     async with AsyncArrowQuantV2() as q:
    ...         return await q.quantize_arrow(table, bit_width=4)
    >>> asyncio.run(main()).num_rows
    1
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
        self._quantizer = ArrowQuantV2(mode, config=config, profile=profile, num_threads=num_threads, hook=hook)

    @property
    def config(self) -> QuantConfig:
        """The settings."""
        return self._quantizer.config

    async def quantize_arrow(self, weights_table: Any, bit_width: int | None = None, **options: Any) -> Any:
        """See :meth:`ArrowQuantV2.quantize_arrow`."""
        return await _elsewhere(self._quantizer.quantize_arrow, weights_table, bit_width, **options)

    async def quantize_arrow_batch(self, record_batch: Any, bit_width: int | None = None, **options: Any) -> Any:
        """See :meth:`ArrowQuantV2.quantize_arrow_batch`."""
        return await _elsewhere(self._quantizer.quantize_arrow_batch, record_batch, bit_width, **options)

    async def quantize_batch(
        self,
        weights_dict: Mapping[str, Any],
        bit_width: int | None = None,
        continue_on_error: bool = False,
        **options: Any,
    ) -> Any:
        """See :meth:`ArrowQuantV2.quantize_batch`."""
        return await _elsewhere(
            self._quantizer.quantize_batch, weights_dict, bit_width, continue_on_error, **options
        )

    async def quantize_batch_with_progress(
        self,
        weights_dict: Mapping[str, Any],
        bit_width: int | None = None,
        progress_callback: ProgressCallback | None = None,
        continue_on_error: bool = False,
        **options: Any,
    ) -> Any:
        """See :meth:`ArrowQuantV2.quantize_batch_with_progress`; the callback may be a coroutine, too."""
        callback = _in_loop(progress_callback)
        return await _elsewhere(
            self._quantizer.quantize_batch_with_progress,
            weights_dict,
            bit_width,
            callback,
            continue_on_error,
            **options,
        )

    async def quantize_numpy(self, weights: Any, *args: Any, **options: Any) -> Any:
        """See :meth:`ArrowQuantV2.quantize_numpy`."""
        return await _elsewhere(self._quantizer.quantize_numpy, weights, *args, **options)

    async def quantize_numpy_2d(self, weights: Any, *args: Any, **options: Any) -> Any:
        """See :meth:`ArrowQuantV2.quantize_numpy_2d`."""
        return await _elsewhere(self._quantizer.quantize_numpy_2d, weights, *args, **options)

    async def quantize(self, weights: Mapping[str, Any], bit_width: int | None = None, **options: Any) -> Any:
        """See :meth:`ArrowQuantV2.quantize`."""
        return await _elsewhere(self._quantizer.quantize, weights, bit_width, **options)

    async def quantize_ipc(self, source: Any, bit_width: int | None = None, **options: Any) -> bytes:
        """See :meth:`ArrowQuantV2.quantize_ipc`."""
        return await _elsewhere(self._quantizer.quantize_ipc, source, bit_width, **options)

    async def dequantize_arrow(self, result: Any) -> Any:
        """See :meth:`ArrowQuantV2.dequantize_arrow`."""
        return await _elsewhere(self._quantizer.dequantize_arrow, result)

    async def validate_quality(self, original: Any, result: Any, threshold: float | None = None) -> Any:
        """See :meth:`ArrowQuantV2.validate_quality`."""
        return await _elsewhere(self._quantizer.validate_quality, original, result, threshold)

    validate_quality_async = validate_quality

    async def quantize_from_safetensors(
        self,
        safetensors_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str],
        *args: Any,
        **options: Any,
    ) -> dict[str, Any]:
        """See :meth:`ArrowQuantV2.quantize_from_safetensors`."""
        return await _elsewhere(
            self._quantizer.quantize_from_safetensors, safetensors_path, output_path, *args, **options
        )

    async def quantize_diffusion_model_async(
        self,
        model_path: str | os.PathLike[str],
        output_path: str | os.PathLike[str],
        config: QuantConfig | None = None,
        progress_callback: ProgressCallback | None = None,
    ) -> dict[str, Any]:
        """What the old library calls :meth:`quantize_from_safetensors`."""
        callback = _in_loop(progress_callback)
        return await self.quantize_from_safetensors(
            model_path, output_path, config=config, progress_callback=callback
        )

    async def quantize_multiple_models_async(
        self,
        models: Iterable[tuple[str, str, QuantConfig | None]],
        progress_callback: Callable[[int, str, float], object] | None = None,
    ) -> list[dict[str, Any]]:
        """Quantizes several models, one after the other: each uses all threads already."""
        results = []
        for index, (model, output, config) in enumerate(models):
            one = None if progress_callback is None else functools.partial(progress_callback, index)
            results.append(await self.quantize_diffusion_model_async(model, output, config, one))
        return results

    def metrics(self) -> dict[str, Any]:
        """See :meth:`ArrowQuantV2.metrics`."""
        return self._quantizer.metrics()

    def close(self) -> None:
        """Ends the use of this quantizer."""
        self._quantizer.close()

    async def __aenter__(self) -> AsyncArrowQuantV2:
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.close()


async def _elsewhere(call: Callable[..., _T], *args: Any, **options: Any) -> _T:
    """Runs a call in another thread. One that is cancelled goes on until it has ended: the JVM reads its memory."""
    return await asyncio.shield(asyncio.to_thread(call, *args, **options))


def _in_loop(callback: Callable[..., object] | None) -> Callable[..., object] | None:
    """A callback that a thread may call: a coroutine is run by the loop of the caller."""
    if callback is None:
        return None
    loop = asyncio.get_running_loop()

    def tell(*args: Any) -> None:
        answer = callback(*args)
        if isinstance(answer, Awaitable):
            asyncio.run_coroutine_threadsafe(_awaited(answer), loop)

    return tell


async def _awaited(answer: Awaitable[Any]) -> Any:
    return await answer

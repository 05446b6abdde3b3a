"""Progress of a call, told to a callback of the caller."""

from __future__ import annotations

import logging
from collections.abc import Callable

__all__ = ["watch"]

logger = logging.getLogger("arrowquant_spark.local")

#: Told of each layer that is done: its name, and the share done so far.
ProgressCallback = Callable[[str, float], object]


def watch(progress: ProgressCallback, names: list[str]) -> Callable[[int, int], None]:
    """The callback in terms of rows and counts, as calls of the JVM tell them; errors in it are logged."""

    def tell(row: int, done: int) -> None:
        try:
            progress(names[row], done / len(names))
        except Exception:
            logger.exception("The progress callback failed; quantization goes on")

    return tell

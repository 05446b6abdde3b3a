"""The classes of pyarrow in annotations: pyarrow has no types of its own, and whoever checks types need not have it."""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["RecordBatch", "RecordBatchReader", "Table"]

Table: TypeAlias = Any
RecordBatch: TypeAlias = Any
RecordBatchReader: TypeAlias = Any

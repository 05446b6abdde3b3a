"""What the columns of a frame are, checked before a query runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame

from arrowquant_spark import sql
from arrowquant_spark.errors import InvalidRequestError, PluginMissingError, nearest

__all__ = ["Columns", "analyzed", "checked_frame", "named", "refused"]

_JAR_HINT = (
    "The ArrowQuant jar is not on Spark's class path. Build the session with "
    "arrowquant_spark.configure(SparkSession.builder), or start Spark with --packages io.arrowquant:arrowquant-spark_2.13:VERSION"
)
_REFUSED = re.compile(r"io\.arrowquant\.error\.InvalidRequestException[):]\s*(.+)")


def checked_frame(function: str, df: object) -> DataFrame:
    """The argument, when it is a frame."""
    if isinstance(df, DataFrame):
        return df
    raise InvalidRequestError(
        f"{function} takes a DataFrame as its only argument without a name, not {df!r}. "
        f"Write df.transform({function}, name=value) or {function}(df, name=value)"
    )


class Columns:
    """The columns of a frame by name, found as Spark finds them: upper and lower case are the same unless both exist."""

    def __init__(self, df: DataFrame) -> None:
        self._types: dict[str, str] = {}
        for field in df.schema.fields:
            if field.name in self._types:
                raise InvalidRequestError(f"Column '{field.name}' appears twice. Drop or rename one of them")
            self._types[field.name] = field.dataType.simpleString()

    @property
    def names(self) -> list[str]:
        """All names in their order."""
        return list(self._types)

    def find(self, name: str) -> str | None:
        """The column as the frame spells it, or None."""
        if name in self._types:
            return name
        same = [other for other in self._types if other.lower() == name.lower()]
        return same[0] if len(same) == 1 else None

    def has(self, name: str, sql_type: str) -> bool:
        """True when there is a column of exactly this type."""
        found = self.find(name)
        return found is not None and self._types[found] == sql_type

    def type_of(self, name: str) -> str | None:
        """The type of a column, or None when there is no such column."""
        found = self.find(name)
        return None if found is None else self._types[found]

    def sql(self, name: str) -> str:
        """A column that is there, as SQL."""
        found = self.find(name)
        assert found is not None, name
        return sql.identifier(found)

    def require(self, name: str, *allowed: str, why: str = "") -> None:
        """Refuses a frame without the column, or with one of another type."""
        if self.find(name) is None:
            raise InvalidRequestError(f"Missing required column '{name}'{why}")
        self.check(name, *allowed)

    def check(self, name: str, *allowed: str) -> None:
        """Refuses a column of another type; one that is not there is fine."""
        found = self.type_of(name)
        if found is not None and found not in allowed:
            *most, last = allowed
            wanted = f"{', '.join(most)} or {last}" if most else last
            raise InvalidRequestError(f"Column '{name}' has type {found}. Must be {wanted}")

    def require_all_known(self, argument: str, names: Iterable[str]) -> None:
        """Refuses names of an argument that are no columns."""
        for name in names:
            if self.find(name) is None:
                near = nearest(name, self._types)
                hint = f"Did you mean '{near}'?" if near else f"Columns: {', '.join(self._types)}"
                raise InvalidRequestError(f"{argument} names a column that does not exist: '{name}'. {hint}")

    def others(self, used: Sequence[str], produced: Iterable[str]) -> list[str]:
        """The columns that pass through, as SQL. None of them may be called like one that is produced."""
        taken = {self.find(name) for name in used}
        through = [name for name in self._types if name not in taken]
        outputs = {name.lower() for name in produced}
        for name in through:
            if name.lower() in outputs:
                raise InvalidRequestError(
                    f"Column '{name}' has the name of a column of the result. Drop or rename it first"
                )
        return [sql.identifier(name) for name in through]


@contextmanager
def refused() -> Iterator[None]:
    """Raises what the plugin refuses as an error of ours: each kind of client has its own exception for it."""
    try:
        yield
    except AnalysisException as error:
        if "UNRESOLVED_ROUTINE" in str(error) or "DATA_SOURCE_NOT_FOUND" in str(error):
            raise PluginMissingError(_JAR_HINT) from error
        raise
    except Exception as error:
        said = _REFUSED.search(str(error))
        if said is None:
            raise
        raise InvalidRequestError(said[1].strip()) from error


def analyzed(build: Callable[[], DataFrame]) -> DataFrame:
    """A frame that Spark has analyzed, whatever kind of client this is; what is wrong with it is raised now."""
    with refused():
        frame = build()
        _ = frame.schema
    return frame


def named(values: Mapping[str, str]) -> list[str]:
    """Select expressions from names and what they hold."""
    return [f"{value} AS {sql.identifier(name)}" for name, value in values.items()]

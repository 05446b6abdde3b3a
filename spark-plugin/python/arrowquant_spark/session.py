"""Sessions that know the plugin, for Python that brings Spark along: a notebook, a script, a test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

from arrowquant_spark.errors import ArrowQuantError

__all__ = ["configure", "jar_path", "jars"]

_JAR = "arrowquant-spark_2.13-*.jar"


def jar_path() -> str | None:
    """The plugin's jar: the one in the wheel, or the one built in the checkout that this package is used from.

    None when the package was imported from the jar itself, because then Spark has it.
    """
    package = Path(__file__).resolve().parent
    for directory in (package / "jars", package.parents[1] / "target"):
        found = sorted(file for file in directory.glob(_JAR) if not file.stem.endswith(("-sources", "-javadoc")))
        if found:
            return str(found[-1])
    return None


def jars() -> str:
    """What the plugin adds to the setting ``spark.jars``: one path, or nothing when Spark has the jar already.

    >>> from pyspark.sql import SparkSession
    >>> from arrowquant_spark import jars
    >>> builder = SparkSession.builder.config("spark.jars", jars())
    """
    return jar_path() or ""


def configure(builder: SparkSession.Builder) -> SparkSession.Builder:
    """Adds the plugin to a session that is to be built, after all other settings.

    Python workers get the interpreter that runs this, unless ``PYSPARK_PYTHON`` says otherwise: in an environment that
    is not activated they would start the ``python3`` of the path.

    >>> from pyspark.sql import SparkSession
    >>> from arrowquant_spark import configure
    >>> session = configure(SparkSession.builder.master("local[2]")).getOrCreate()
    """
    if int(pyspark.__version__.partition(".")[0]) < 4:
        raise ArrowQuantError(f"ArrowQuant needs PySpark 4.0 or newer; this is {pyspark.__version__}")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    ours = jars()
    if not ours:
        return builder
    # What the user has asked for goes along; a builder offers no other way to see it.
    options: dict[str, object] = getattr(builder, "_options", {})
    given = [jar for jar in str(options.get("spark.jars", "")).split(",") if jar and jar != ours]
    return builder.config("spark.jars", ",".join([*given, ours]))

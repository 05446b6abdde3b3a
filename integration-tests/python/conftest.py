"""What all Python tests share."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import arrowquant_spark
import pytest
from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def jar() -> Path:
    """The jar that Maven has just built."""
    return ROOT / "spark-plugin" / "target" / f"arrowquant-spark_2.13-{arrowquant_spark.__version__}.jar"


@pytest.fixture(scope="session")
def spark(jar: Path) -> Iterator[SparkSession]:
    """One session for all tests; a leak of Arrow or Spark memory fails the task it happens in."""
    assert jar.is_file(), f"{jar} is missing: build it with mvn -DskipTests -pl core,spark-plugin package"
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = (
        arrowquant_spark.configure(SparkSession.builder.master("local[2]").appName("python-tests"))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.unsafe.exceptionOnMemoryLeak", "true")
        .config("spark.sql.warehouse.dir", str(jar.parent / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()

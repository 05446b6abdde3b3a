"""What all Python tests share."""

from pathlib import Path

import arrowquant_spark
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def jar() -> Path:
    """The jar that Maven has just built."""
    return ROOT / "spark-plugin" / "target" / f"arrowquant-spark_2.13-{arrowquant_spark.__version__}.jar"

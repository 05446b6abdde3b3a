"""What the package promises to readers and to type checkers."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import arrowquant_spark
import pytest

PACKAGE = Path(arrowquant_spark.__file__).parent
MODULES = ["arrowquant_spark", *(f"arrowquant_spark.{module.name}" for module in pkgutil.iter_modules([str(PACKAGE)]))]

USE = '''
from pyspark.sql import DataFrame, SparkSession

from arrowquant_spark import configure, dequantize, partition_metrics, quantization_report, quantize, quantize_checkpoint

spark: SparkSession = configure(SparkSession.builder).getOrCreate()


def use(df: DataFrame) -> list[DataFrame]:
    return [
        quantize_checkpoint(spark, "a", "b", scheme="int4", layers={"re:.*lm_head": "int8"}, group_size=64),
        df.transform(quantize),
        df.transform(quantize, scheme="int8", group_size=64, skip=["re:.*norm.*"]),
        df.transform(quantize(scheme="int2", layers={"re:.*lm_head": "int8", "a": {"group_size": 32}, "b": "keep"})),
        quantize(df, bit_width=4, block=128, observer="mse"),
        df.transform(quantize).transform(dequantize),
        quantization_report(df, scheme="int4", skip="*norm*"),
        partition_metrics(spark),
    ]
'''


# The example of the job needs a model: test_jobs runs it.
@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith(".checkpoint")])
def test_examples_give_what_they_show(spark, name):
    module = importlib.import_module(name)
    result = doctest.testmod(module, extraglobs={"spark": spark})
    assert result.failed == 0


def test_every_public_name_is_documented():
    undocumented = []
    for name in MODULES:
        module = importlib.import_module(name)
        undocumented += [] if module.__doc__ else [name]
        for public in getattr(module, "__all__", []):
            value = getattr(module, public)
            if (isinstance(value, type) or callable(value)) and not value.__doc__:
                undocumented.append(f"{name}.{public}")
    assert undocumented == []


def mypy(*arguments: str) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null", *arguments]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_of_the_package():
    assert (PACKAGE / "py.typed").is_file()
    mypy("arrowquant_spark")


def test_types_of_its_users(tmp_path):
    (tmp_path / "use.py").write_text(USE)
    mypy(str(tmp_path / "use.py"))


def test_no_private_roads_into_the_jvm():
    """They do not exist over Spark Connect."""
    for file in PACKAGE.glob("*.py"):
        text = file.read_text()
        assert re.findall(r"\._(?:jvm|jdf|jsparkSession|sc)\b|py4j|sparkContext", text) == [], file

"""How Spark gets the plugin."""

import os
import subprocess
import sys
from pathlib import Path

import arrowquant_spark
import pyspark
import pytest
from arrowquant_spark import ArrowQuantError, configure, jar_path, jars, session

FRAME = "spark.createDataFrame([('a', [0.0, 3.0])], 'layer_name string, weights array<float>')"
USE = f"print('result:', {FRAME}.transform(quantize, scheme='int2').first().quantized_data.hex())"
RESULT = "result: 0c"


class Builder:
    """What a builder of sessions looks like from outside."""

    def __init__(self, **options: str) -> None:
        self._options = dict(options)

    def config(self, key: str, value: str) -> "Builder":
        self._options[key] = value
        return self


def test_the_jar_is_added_to_those_of_the_user(monkeypatch):
    monkeypatch.setattr(session, "jar_path", lambda: "/jars/ours.jar")
    monkeypatch.delenv("PYSPARK_PYTHON", raising=False)

    assert configure(Builder())._options == {"spark.jars": "/jars/ours.jar"}
    assert os.environ["PYSPARK_PYTHON"] == sys.executable
    given = Builder(**{"spark.jars": "/jars/theirs.jar,/jars/ours.jar"})
    assert configure(configure(given))._options == {"spark.jars": "/jars/theirs.jar,/jars/ours.jar"}


def test_a_jar_that_spark_has_is_not_added(monkeypatch):
    monkeypatch.setattr(session, "jar_path", lambda: None)
    monkeypatch.setenv("PYSPARK_PYTHON", "mine")

    assert jars() == ""
    assert configure(Builder())._options == {}
    assert os.environ["PYSPARK_PYTHON"] == "mine"


def test_older_sparks_are_refused(monkeypatch):
    monkeypatch.setattr(pyspark, "__version__", "3.5.9")
    with pytest.raises(ArrowQuantError, match="ArrowQuant needs PySpark 4.0 or newer; this is 3.5.9"):
        configure(Builder())


def test_the_jar_of_the_checkout_is_found(jar, monkeypatch, tmp_path):
    assert jar_path() == str(jar)
    monkeypatch.setattr(session, "__file__", str(tmp_path / "a" / "b" / "session.py"))
    assert jar_path() is None
    (tmp_path / "a" / "b" / "jars").mkdir(parents=True)
    (tmp_path / "a" / "b" / "jars" / jar.name).touch()
    assert jar_path() == str(tmp_path / "a" / "b" / "jars" / jar.name)


def run(command, cwd: Path, **environment: str) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE"))}
    done = subprocess.run(command, cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_one_jar_for_the_jvm_and_for_python(jar, tmp_path):
    """``spark-submit --jars X --py-files X``, and Python workers that import the package as well."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pyspark.sql import SparkSession, functions as F\n"
        "from arrowquant_spark import configure, quantize\n"
        "import arrowquant_spark\n"
        "assert '.jar' in arrowquant_spark.__file__, arrowquant_spark.__file__\n"
        "spark = configure(SparkSession.builder.config('spark.ui.enabled', 'false')).getOrCreate()\n"
        f"{USE}\n"
        "spark.range(1).select(F.udf(lambda _: __import__('arrowquant_spark').__version__)('id').alias('v')).show()\n"
    )
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"

    printed = run([submit, "--master", "local[1]", "--jars", jar, "--py-files", jar, script], tmp_path, PYSPARK_PYTHON=sys.executable)

    assert RESULT in printed
    assert arrowquant_spark.__version__ in printed


def test_connect(jar, tmp_path):
    """The same over Spark Connect, where errors come in another form."""
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from pyspark.sql import SparkSession\n"
        "from arrowquant_spark import *\n"
        "spark = configure(SparkSession.builder.remote('local[1]')).getOrCreate()\n"
        f"{USE}\n"
        f"df = {FRAME}\n"
        "print('columns:', *df.transform(quantize, on_error='quarantine', skip='re:x|y').transform(dequantize).columns)\n"
        "print('report:', quantization_report(df, layers={'a': 'int8'}).first().scheme)\n"
        "print('records:', partition_metrics(spark).count() > 0)\n"
        "def refused(*args, **kwargs):\n"
        "    try:\n"
        "        df.transform(*args, **kwargs)\n"
        "    except InvalidRequestError as error:\n"
        "        print('refused:', error)\n"
        "refused(quantize, scheme='int9')\n"
        "refused(quantize, layers={'b': 'int9'})\n"
        "refused(dequantize)\n"
        "try:\n"
        "    df.selectExpr('layer_name', 'array(float(\"NaN\")) AS weights').transform(quantize).collect()\n"
        "except Exception as error:\n"
        "    print('failed:', error)\n"
        "spark.stop()\n"
    )
    package = Path(arrowquant_spark.__file__).parents[1]

    printed = run([sys.executable, script], tmp_path, PYTHONPATH=str(package), SPARK_LOCAL_IP="127.0.0.1")

    assert RESULT in printed
    assert "columns: layer_name weights shape error" in printed
    assert "report: int8" in printed
    assert "records: True" in printed
    assert printed.count("refused: Unknown scheme 'int9'. Did you mean 'int2'? Known: int2, int4, int8\n") == 2
    assert "refused: Missing required column 'quantized_data'\n" in printed
    assert "Layer 'a' contains NaN at index 0" in printed

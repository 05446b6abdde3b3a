"""How Spark gets the plugin."""

import os
import shutil
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


SCRIPT = f"""
from pyspark.sql import SparkSession, functions as F
from arrowquant_spark import configure, quantize
import arrowquant_spark
print("package:", arrowquant_spark.__file__)
spark = configure(SparkSession.builder.config("spark.ui.enabled", "false")).getOrCreate()
{USE}
where = spark.range(1).select(F.udf(lambda _: __import__("arrowquant_spark").__file__)("id")).first()[0]
print("worker:", where)
"""
PYSPARK = Path(pyspark.__file__).parent


def submit(tmp_path: Path, *options: object) -> str:
    (tmp_path / "script.py").write_text(SCRIPT)
    command = [PYSPARK / "bin" / "spark-submit", "--master", "local[1]", *options, tmp_path / "script.py"]
    return run(command, tmp_path, PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")


def places(printed: str) -> list[str]:
    """Where driver and worker found the package."""
    return [line.partition(": ")[2] for line in printed.splitlines() if line.startswith(("package:", "worker:"))]


def test_one_jar_for_the_jvm_and_for_python(jar, tmp_path):
    printed = submit(tmp_path, "--jars", jar, "--py-files", jar)

    assert RESULT in printed
    assert all(f"{jar.name}/arrowquant_spark/__init__.py" in place for place in places(printed))
    assert len(places(printed)) == 2


def test_packages_from_a_repository(jar, tmp_path):
    """``--packages``: the jar and its pom as they are deployed, in a repository of their own."""
    version = arrowquant_spark.__version__
    module = tmp_path / "repository" / "io" / "arrowquant" / "arrowquant-spark_2.13" / version
    parent = tmp_path / "repository" / "io" / "arrowquant" / "arrowquant-parent" / version
    module.mkdir(parents=True)
    parent.mkdir(parents=True)
    shutil.copy(jar, module)
    shutil.copy(jar.parent / "dependency-reduced-pom.xml", module / f"{jar.stem}.pom")
    shutil.copy(jar.parents[2] / "pom.xml", parent / f"arrowquant-parent-{version}.pom")

    printed = submit(
        tmp_path,
        *("--packages", f"io.arrowquant:arrowquant-spark_2.13:{version}"),
        *("--repositories", (tmp_path / "repository").as_uri()),
        *("--conf", f"spark.jars.ivy={tmp_path / 'ivy'}"),
    )

    assert RESULT in printed
    assert all(".jar/arrowquant_spark/__init__.py" in place for place in places(printed))
    assert len(places(printed)) == 2


def test_wheel_carries_the_jars(jar, tmp_path):
    source = tmp_path / "spark-plugin" / "python"
    ignored = shutil.ignore_patterns("__pycache__", "jars", "build", "dist", "*.egg-info")
    shutil.copytree(jar.parents[1] / "python", source, ignore=ignored)
    (source.parent / "target").mkdir()
    shutil.copy(jar, source.parent / "target")
    (local_jar,) = (jar.parents[2] / "core" / "target").glob("arrowquant-core-*-local.jar")
    (tmp_path / "core" / "target").mkdir(parents=True)
    shutil.copy(local_jar, tmp_path / "core" / "target")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, source], tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    run([*pip, "install", "--no-deps", "--no-index", "--target", tmp_path / "site", wheel], tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)

    printed = run([sys.executable, tmp_path / "script.py"], tmp_path, PYTHONPATH=str(tmp_path / "site"), SPARK_LOCAL_IP="127.0.0.1")

    assert wheel.name == f"arrowquant_spark-{arrowquant_spark.__version__}-py3-none-any.whl"
    assert RESULT in printed
    assert places(printed) == [str(tmp_path / "site" / "arrowquant_spark" / "__init__.py")] * 2
    jars = sorted(file.name for file in (tmp_path / "site" / "arrowquant_spark" / "jars").iterdir())
    assert jars == [local_jar.name, jar.name]
    (tmp_path / "local.py").write_text(
        "import numpy, sys\n"
        "from arrowquant_spark.local import ArrowQuantV2\n"
        "with ArrowQuantV2() as q:\n"
        "    print('local:', q.quantize_numpy(numpy.ones(8, 'float32'), bit_width=4).table.num_rows, 'pyspark' in sys.modules)\n"
    )
    printed = run([sys.executable, tmp_path / "local.py"], tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert "local: 1 False" in printed


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
    assert printed.count("refused: Unknown scheme 'int9'. Did you mean 'int2'? Known: int2, int4, int8, ") == 2
    assert "refused: Missing required column 'quantized_data'\n" in printed
    assert "Layer 'a' contains NaN at index 0" in printed

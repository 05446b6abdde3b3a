"""The JVM: found, too old, missing, and shared with others."""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
import types
from pathlib import Path

import pytest
from arrowquant_spark.errors import QuantizationError
from arrowquant_spark.local import ResourceError, jvm


def run(code: str, **environment: str) -> str:
    full = {key: value for key, value in {**os.environ, **environment}.items() if value}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=full)
    assert done.returncode == 0, done.stderr
    return done.stdout


TRY = """
import numpy as np
from arrowquant_spark.local import ArrowQuantV2, ResourceError
try:
    print(ArrowQuantV2().quantize_numpy(np.ones(3, np.float32))["shape"])
except ResourceError as error:
    print(type(error).__name__, error, "|", error.remedy)
"""


def test_what_is_missing_is_said_with_the_remedy(tmp_path):
    assert "ARROWQUANT_JAR names no file: /none" in run(TRY, ARROWQUANT_JAR="/none")
    assert "where there is no JVM" in run(TRY, ARROWQUANT_JAVA_HOME=str(tmp_path))
    assert "does not start" in run(TRY, ARROWQUANT_JVM_OPTIONS="-XX:NoSuchOption=1")
    for module, said in (("jpype", "JPype is not installed"), ("pyarrow", "PyArrow is not installed")):
        blocked = f"import sys; sys.modules['{module}'] = None\n{TRY}"
        assert f"{said}. Run: pip install 'arrowquant-spark[local]'" in run(blocked)


def test_a_jvm_that_is_too_old(tmp_path):
    library = tmp_path / "lib" / "server" / "libjvm.so"
    library.parent.mkdir(parents=True)
    library.write_text("")
    (tmp_path / "release").write_text('JAVA_VERSION="11.0.2"\n')
    assert "is Java 11. Install a JDK 17 or newer and set JAVA_HOME" in run(TRY, ARROWQUANT_JAVA_HOME=str(tmp_path))


def test_what_is_wrong_with_a_java_is_found_before_it_starts(monkeypatch, tmp_path):
    home = Path(jvm.find_java().library).parents[2]
    monkeypatch.setenv("ARROWQUANT_JAVA_HOME", str(home))
    assert jvm.find_java().version >= 17
    monkeypatch.setenv("ARROWQUANT_JAVA_HOME", str(tmp_path))
    with pytest.raises(ResourceError, match="where there is no JVM"):
        jvm.find_java()
    library = tmp_path / "server" / "libjvm.so"
    library.parent.mkdir()
    library.write_text("")
    (tmp_path / "release").write_text('JAVA_VERSION="1.8.0_392"\n')
    with pytest.raises(ResourceError, match="is Java 8"):
        jvm.find_java()
    for module, call in (("jpype", jvm._jpype), ("pyarrow", jvm.pyarrow.__wrapped__)):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ResourceError, match="is not installed"):
            call()
    monkeypatch.setenv("ARROWQUANT_JAR", str(tmp_path / "none.jar"))
    with pytest.raises(ResourceError, match="names no file"):
        jvm.runtime_jar()
    monkeypatch.setenv("ARROWQUANT_JAR", str(library))
    assert jvm.runtime_jar() == str(library)


def test_starting_fails_with_the_remedy(monkeypatch):
    real = importlib.import_module("jpype")

    def fake(started: bool, version: int = 17, **changes):
        module = types.SimpleNamespace(
            isJVMStarted=lambda: started,
            getJVMVersion=lambda: (version, 0, 0),
            addClassPath=lambda path: None,
            startJVM=lambda *args, **options: None,
            getDefaultJVMPath=real.getDefaultJVMPath,
            JVMNotFoundException=real.JVMNotFoundException,
            JVMNotSupportedException=real.JVMNotSupportedException,
            **changes,
        )
        monkeypatch.setattr(jvm, "_jpype", lambda: module)
        monkeypatch.setattr(jvm, "_session", None)
        return module

    def refuse(*args, **options):
        raise RuntimeError("no memory")

    fake(False).startJVM = refuse
    with pytest.raises(ResourceError, match="does not start: no memory"):
        jvm.session()
    fake(True, version=11)
    with pytest.raises(ResourceError, match="already runs in this process is Java 11"):
        jvm.session()
    for started in (True, False):
        fake(started, JClass=refuse)
        with pytest.raises(ResourceError, match="cannot run ArrowQuant: no memory"):
            jvm.session()
    monkeypatch.setattr(jvm, "_session", object())
    monkeypatch.setattr(jvm, "_forked", False)
    jvm._after_fork_in_child()
    with pytest.raises(ResourceError, match="does not survive a fork"):
        jvm.session()
    jvm._stop_reference_queue()
    stopped = []
    queue = types.SimpleNamespace(getInstance=lambda: types.SimpleNamespace(stop=lambda: stopped.append(True)))
    fake(True, JClass=lambda name: queue)
    monkeypatch.setattr(jvm, "_forked", False)
    jvm._stop_reference_queue()
    assert stopped == [True]


def test_no_jvm_at_all(monkeypatch):
    jpype = importlib.import_module("jpype")

    def missing():
        raise jpype.JVMNotFoundException("none")

    monkeypatch.setattr(jpype, "getDefaultJVMPath", missing)
    monkeypatch.delenv("ARROWQUANT_JAVA_HOME", raising=False)
    with pytest.raises(ResourceError, match="No JVM was found. Install a JDK 17"):
        jvm.find_java()


def test_no_runtime_jar(monkeypatch):
    monkeypatch.delenv("ARROWQUANT_JAR", raising=False)
    monkeypatch.setattr(jvm, "_JAR", "no-such-*.jar")
    with pytest.raises(ResourceError, match="The runtime jar no-such-"):
        jvm.runtime_jar()


def test_options_follow_the_java(monkeypatch, tmp_path):
    assert not any("vector" in option for option in jvm.jvm_options(jvm.Java("x", 17, False)))
    assert "--enable-native-access=ALL-UNNAMED" in jvm.jvm_options(jvm.Java("x", 25, True))
    monkeypatch.setenv("ARROWQUANT_JVM_OPTIONS", "-Xmx3g -Da='b c'")
    assert jvm.jvm_options(jvm.Java("x", 17, True))[-2:] == ["-Xmx3g", "-Da=b c"]
    assert jvm._described(str(tmp_path / "libjvm.so")) == jvm.Java(str(tmp_path / "libjvm.so"), None, False)


def test_an_old_pyarrow(monkeypatch):
    pyarrow = importlib.import_module("pyarrow")
    jvm.pyarrow.cache_clear()
    monkeypatch.setattr(pyarrow, "__version__", "13.0.0")
    with pytest.raises(ResourceError, match="PyArrow 13.0.0 is too old"):
        jvm.pyarrow()


def test_a_jvm_that_somebody_else_started():
    start = "import jpype; jpype.startJVM({}, classpath=[])\n"
    assert run(start.format("'--add-opens=java.base/java.nio=ALL-UNNAMED', '-Xrs'") + TRY).startswith("(3,)")
    said = run(start.format("'-Xrs'") + TRY)
    assert "The JVM of this process cannot run ArrowQuant" in said and "--add-opens" in said


def test_the_scalar_kernels_give_the_same_and_warn():
    code = """
import logging, numpy as np
logging.basicConfig(format="%(message)s")
from arrowquant_spark.local import ArrowQuantV2
q = ArrowQuantV2()
w = np.random.default_rng(1).standard_normal(1000).astype(np.float32)
print(hash(q.quantize_numpy(w, bit_width=4)["quantized_data"].tobytes()) , q.metrics()["warnings"])
"""
    vector = run(code, PYTHONHASHSEED="1")
    scalar = run(code, PYTHONHASHSEED="1", ARROWQUANT_JVM_OPTIONS="-Darrowquant.kernels=scalar")
    assert vector.split()[0] == scalar.split()[0]
    assert "['scalar']" in scalar and "[]" in vector


def test_spark_is_not_imported():
    code = "import sys, arrowquant_spark.local; print([m for m in sys.modules if m.startswith(('pyspark', 'jpype'))])"
    assert run(code) == "[]\n"


def test_errors_survive_a_pickle():
    error = QuantizationError("m", layer="a", index=3, remedy="r")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.layer, copy.index, copy.remedy, copy.reason) == ("m", "a", 3, "r", "m")

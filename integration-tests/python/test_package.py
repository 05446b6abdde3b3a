"""The jar as Python sees it."""

import subprocess
import sys
import zipfile


def test_jar_holds_the_python_package_and_no_spark(jar):
    names = zipfile.ZipFile(jar).namelist()

    assert "arrowquant_spark/__init__.py" in names
    assert not [name for name in names if name.startswith(("org/apache/", "scala/", "com/fasterxml/"))]
    assert not [name for name in names if name.endswith(".pyc")]


def test_package_imports_from_inside_the_jar(jar):
    """Spark puts jars on PYTHONPATH as they are."""
    code = f"import sys; sys.path.insert(0, {str(jar)!r}); import arrowquant_spark as a; print(a.__file__, a.__version__)"
    printed = subprocess.run(
        [sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()

    assert printed == [f"{jar}/arrowquant_spark/__init__.py", "0.1.0"]

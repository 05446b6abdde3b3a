"""Puts the Spark jar into the wheel, as arrowquant_spark/jars/. All else is in pyproject.toml.

The jar comes from Maven (../target); an unpacked source distribution already has it in place.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.errors import SetupError

HERE = Path(__file__).resolve().parent
INSIDE = Path("arrowquant_spark", "jars")


def find_jar(version: str) -> Path:
    name = f"arrowquant-spark_2.13-{version}.jar"
    for directory in (HERE.parent / "target", HERE / INSIDE):
        if (directory / name).is_file():
            return directory / name
    raise SetupError(f"{name} is missing. Build it first: run 'mvn -B verify' in the root of the checkout.")


def put(jar: Path, directory: Path) -> None:
    """Makes it the only file there: an earlier build may have left its own."""
    content = jar.read_bytes()
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (directory / jar.name).write_bytes(content)


class BuildWithJar(build_py):
    def run(self) -> None:
        jar = find_jar(self.distribution.get_version())
        super().run()
        if self.editable_mode:
            put(jar, HERE / INSIDE)
        else:
            put(jar, Path(self.build_lib) / INSIDE)


class SourceWithJar(sdist):
    def make_release_tree(self, base_dir, files) -> None:
        jar = find_jar(self.distribution.get_version())
        super().make_release_tree(base_dir, files)
        put(jar, Path(base_dir) / INSIDE)


setup(cmdclass={"build_py": BuildWithJar, "sdist": SourceWithJar})

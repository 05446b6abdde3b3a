"""Puts the jars into the wheel, as arrowquant_spark/jars/: the one for Spark, and the one for a JVM in the Python process.

All else is in pyproject.toml. The jars come from Maven (../target and ../../core/target); an unpacked source distribution
already has them in place.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist
from setuptools.errors import SetupError

HERE = Path(__file__).resolve().parent
INSIDE = Path("arrowquant_spark", "jars")


def find_jars(version: str) -> list[Path]:
    core = HERE.parent.parent / "core"
    wanted = {
        f"arrowquant-spark_2.13-{version}.jar": HERE.parent / "target",
        f"arrowquant-core-{version}-local.jar": core / "target",
    }
    jars = []
    for name, target in wanted.items():
        found = [directory / name for directory in (target, HERE / INSIDE) if (directory / name).is_file()]
        if not found:
            raise SetupError(f"{name} is missing. Build it first: run 'mvn -B verify' in the root of the checkout.")
        jars.append(found[0])
    return jars


def put(jars: list[Path], directory: Path) -> None:
    """Makes them the only files there: an earlier build may have left its own."""
    contents = {jar.name: jar.read_bytes() for jar in jars}
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for name, content in contents.items():
        (directory / name).write_bytes(content)


class BuildWithJars(build_py):
    def run(self) -> None:
        jars = find_jars(self.distribution.get_version())
        super().run()
        if self.editable_mode:
            put(jars, HERE / INSIDE)
        else:
            put(jars, Path(self.build_lib) / INSIDE)


class SourceWithJars(sdist):
    def make_release_tree(self, base_dir, files) -> None:
        jars = find_jars(self.distribution.get_version())
        super().make_release_tree(base_dir, files)
        put(jars, Path(base_dir) / INSIDE)


setup(cmdclass={"build_py": BuildWithJars, "sdist": SourceWithJars})

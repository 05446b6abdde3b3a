"""bin/arrowquant: what it makes of its arguments, seen by a spark-submit that only writes down how it was called."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Prints its environment and arguments; asked for an archive of classes, it makes one.
SPARK_SUBMIT = """#!/usr/bin/env bash
{ printf '%s\\n' "options=$SPARK_SUBMIT_OPTS" "$@"; echo ---; } >> "$CALLS"
case $SPARK_SUBMIT_OPTS in
    *ArchiveClassesAtExit=*)
        [ -z "$NO_ARCHIVE" ] || exit 1
        file=${SPARK_SUBMIT_OPTS#*ArchiveClassesAtExit=\\"}
        echo classes > "${file%%\\"*}"
        ;;
esac
"""


class Launcher:
    """The launcher, beside a jar and in front of a Spark that are not there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._calls = directory / "calls"
        self.cache = directory / "cache" / "arrowquant"
        for name in ("bin", "spark/bin", "spark/jars", "spark/conf"):
            (directory / name).mkdir(parents=True)
        shutil.copy(ROOT / "spark-plugin" / "bin" / "arrowquant", directory / "bin")
        (directory / "bin" / "arrowquant-spark_2.13-1.jar").write_bytes(b"jar")
        submit = directory / "spark" / "bin" / "spark-submit"
        submit.write_text(SPARK_SUBMIT)
        submit.chmod(0o755)
        self.defaults = directory / "spark" / "conf" / "spark-defaults.conf"

    def run(self, *arguments: str, **environment: str) -> list[list[str]]:
        """The calls of spark-submit, each a list that begins with its JVM options."""
        self._calls.write_text("")
        inherited = {name: value for name, value in os.environ.items() if "JAVA" in name or name == "PATH"}
        inherited.pop("JAVA_TOOL_OPTIONS", None)
        subprocess.run(
            [str(self._directory / "bin" / "arrowquant"), *arguments],
            env={
                **inherited,
                "SPARK_HOME": str(self._directory / "spark"),
                "XDG_CACHE_HOME": str(self._directory / "cache"),
                "CALLS": str(self._calls),
                **environment,
            },
            check=True,
            capture_output=True,
            timeout=60,
        )
        return [call.splitlines() for call in self._calls.read_text().split("---\n")[:-1]]


@pytest.fixture
def launcher(tmp_path: Path) -> Launcher:
    return Launcher(tmp_path)


def test_the_first_quantize_makes_an_archive_and_all_use_it(launcher):
    archiving, first = launcher.run("quantize", "--input", "a", "--master", "local[2]")
    (second,) = launcher.run("quantize", "--input", "b", "--master", "local[2]")

    assert "ArchiveClassesAtExit" in archiving[0]
    assert "quantize" in archiving
    (archive,) = launcher.cache.glob("classes-*.jsa")
    for call in (first, second):
        assert f'-XX:SharedArchiveFile="{archive}"' in call[0]
        assert "-XX:+UseSerialGC" in call[0]
        assert "spark-internal" in call
        assert call[call.index("--driver-class-path") + 1].endswith("arrowquant-spark_2.13-1.jar")
    assert second[-3:] == ["quantize", "--input", "b"]
    assert [path.name for path in launcher.cache.iterdir()] == [archive.name]


def test_another_jar_gets_an_archive_in_place_of_the_old_one(launcher, tmp_path):
    launcher.run("quantize")
    (before,) = launcher.cache.glob("classes-*.jsa")
    (tmp_path / "bin" / "arrowquant-spark_2.13-1.jar").write_bytes(b"another jar")
    launcher.run("quantize")

    (after,) = launcher.cache.glob("classes-*.jsa")
    assert after.name != before.name


def test_without_a_place_for_it_there_is_no_archive(launcher, tmp_path):
    (tmp_path / "file").write_text("")

    (call,) = launcher.run("quantize", XDG_CACHE_HOME=str(tmp_path / "file"))

    assert "SharedArchiveFile" not in call[0]
    assert "-XX:CompileThresholdScaling=3" in call[0]


@pytest.mark.parametrize("argument", ["--help", "--dry-run"])
def test_what_is_over_at_once_makes_no_archive(launcher, argument):
    (call,) = launcher.run("quantize", argument)

    assert "SharedArchiveFile" not in call[0]
    assert "-XX:CompileThresholdScaling=3" in call[0]


def test_an_archive_that_cannot_be_made_is_not_tried_again(launcher):
    failed, first = launcher.run("quantize", NO_ARCHIVE="yes")
    (second,) = launcher.run("quantize", NO_ARCHIVE="yes")

    assert "ArchiveClassesAtExit" in failed[0]
    for call in (first, second):
        assert "SharedArchiveFile" not in call[0]
        assert "-XX:CompileThresholdScaling=3" in call[0]


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["inspect", "model"], {}),
        (["quantize"], {"ARROWQUANT_TUNING": "off"}),
        (["quantize", "--master", "yarn"], {}),
        (["quantize", "--master", "local-cluster[2,1,1024]"], {}),
        (["quantize", "--", "--conf", "spark.master=spark://host:7077"], {}),
        (["quantize", "--", "--deploy-mode", "cluster"], {}),
        (["quantize", "--", "--driver-java-options", "-Xss4m"], {}),
        (["quantize", "--", "--driver-class-path", "x.jar"], {}),
        (["quantize", "--", "--conf", "spark.driver.extraJavaOptions=-XX:+UseZGC"], {}),
        (["quantize"], {"SPARK_SUBMIT_OPTS": "-XX:+UseParallelGC"}),
        (["quantize"], {"JDK_JAVA_OPTIONS": "-XX:+UseParallelGC"}),
    ],
)
def test_whoever_chooses_gets_what_was_chosen(launcher, arguments, environment):
    (call,) = launcher.run(*arguments, **environment)

    assert "SerialGC" not in call[0]
    assert "SharedArchiveFile" not in call[0]
    assert call[0].endswith(environment.get("SPARK_SUBMIT_OPTS", ""))
    assert "spark-internal" not in call


@pytest.mark.parametrize(
    "line", ["spark.master yarn", "spark.driver.extraJavaOptions -Dx=y", "  spark.driver.extraClassPath=/lib"]
)
def test_what_the_defaults_of_spark_say_counts_too(launcher, line):
    launcher.defaults.write_text(f"# spark.master local\n{line}\n")

    (call,) = launcher.run("quantize")

    assert "SharedArchiveFile" not in call[0]


def test_many_cores_keep_the_collector_of_the_jvm(launcher):
    *_, call = launcher.run("quantize", "--master", "local[16]")

    assert "SerialGC" not in call[0]
    assert "SharedArchiveFile" in call[0]

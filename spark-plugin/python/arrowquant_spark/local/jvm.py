"""The JVM in this process: found, started once, and never twice.

It is started when it is first needed, with the runtime jar on its class path. What it is started with can be changed
before that: ``ARROWQUANT_JAVA_HOME`` or ``JAVA_HOME`` name the Java to use, ``ARROWQUANT_JAR`` another runtime jar, and
``ARROWQUANT_JVM_OPTIONS`` more options, such as ``-Xmx8g``.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import json
import os
import re
import shlex
import threading
from pathlib import Path
from typing import Any, NamedTuple

from arrowquant_spark.errors import ResourceError

__all__ = ["Java", "description", "find_java", "jvm_options", "runtime_jar", "session", "started"]

OLDEST_JAVA = 17
_VECTORS = "jdk.incubator.vector"
_JAR = "arrowquant-core-*-local.jar"
_ENTRY = "io.arrowquant.local.LocalSession"
_INSTALL = "pip install 'arrowquant-spark[local]'"

_lock = threading.Lock()
_session: Any = None
_description: dict[str, Any] | None = None
_forked = False


class Java(NamedTuple):
    """A Java installation.

    Attributes:
        library: Its JVM, such as ``libjvm.so``.
        version: The feature version, such as 17; None when it does not tell.
        has_vectors: Whether it has the module that fast kernels need.
    """

    library: str
    version: int | None
    has_vectors: bool


def started() -> bool:
    """True when this process has its JVM already."""
    return _session is not None


def session() -> Any:
    """The Java side of all calls of this process; starts the JVM when there is none."""
    if _forked:
        raise ResourceError(
            "This process was forked from one that had a JVM, which does not survive a fork. Start processes with "
            "multiprocessing.get_context('spawn'), or use arrowquant_spark.local in the children only",
            reason="forked from a process with a JVM",
            remedy="Start processes with multiprocessing.get_context('spawn')",
        )
    if _session is None:
        _start()
    return _session


def description() -> dict[str, Any]:
    """What runs in the JVM: ``java``, its version; ``kernels``, ``vector`` or ``scalar``; ``max_heap``."""
    global _description
    if _description is None:
        _description = json.loads(str(session().describe()))
    return _description


def _after_fork_in_child() -> None:
    global _forked
    if _session is not None:
        _forked = True


os.register_at_fork(after_in_child=_after_fork_in_child)


def runtime_jar() -> str:
    """The runtime jar: the one that ``ARROWQUANT_JAR`` names, the one in the wheel, or the one built in the checkout."""
    named = os.environ.get("ARROWQUANT_JAR")
    if named:
        if Path(named).is_file():
            return named
        raise ResourceError(f"ARROWQUANT_JAR names no file: {named}", remedy="Correct or unset ARROWQUANT_JAR")
    package = Path(__file__).resolve().parents[1]
    for directory in (package / "jars", package.parents[2] / "core" / "target"):
        found = sorted(directory.glob(_JAR)) if directory.is_dir() else []
        if found:
            return str(found[-1])
    remedy = (
        "Install the wheel of arrowquant-spark, or run 'mvn -DskipTests -pl core package' in the checkout, or name the "
        "jar in ARROWQUANT_JAR"
    )
    raise ResourceError(f"The runtime jar {_JAR} is missing. {remedy}", remedy=remedy)


def find_java() -> Java:
    """The Java that the JVM is started from."""
    jpype = _jpype()
    home = os.environ.get("ARROWQUANT_JAVA_HOME")
    if home:
        libraries = sorted(Path(home).glob("**/libjvm.*")) + sorted(Path(home).glob("**/jvm.dll"))
        if not libraries:
            raise _no_java(f"ARROWQUANT_JAVA_HOME is {home}, where there is no JVM")
        library = str(next((one for one in libraries if "server" in one.parts), libraries[0]))
    else:
        try:
            library = jpype.getDefaultJVMPath()
        except (jpype.JVMNotFoundException, jpype.JVMNotSupportedException, OSError, ValueError) as missing:
            raise _no_java("No JVM was found") from missing
    java = _described(library)
    if java.version is not None and java.version < OLDEST_JAVA:
        raise _no_java(f"The JVM {library} is Java {java.version}")
    return java


def _no_java(problem: str) -> ResourceError:
    remedy = f"Install a JDK {OLDEST_JAVA} or newer and set JAVA_HOME to it"
    return ResourceError(f"{problem}. {remedy}", reason=problem, remedy=remedy)


def _described(library: str) -> Java:
    """What the file ``release`` of the installation says."""
    for directory in Path(library).resolve().parents:
        release = directory / "release"
        if release.is_file():
            text = release.read_text(encoding="utf-8", errors="replace")
            version = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', text, re.MULTILINE)
            modules = re.search(r'^MODULES="([^"]*)"', text, re.MULTILINE)
            has_vectors = modules is not None and _VECTORS in modules[1].split()
            return Java(library, int(version[1]) if version else None, has_vectors)
    return Java(library, None, False)


def jvm_options(java: Java) -> list[str]:
    """What the JVM is started with.

    >>> "-Xrs" in jvm_options(Java("libjvm.so", 17, True))
    True
    """
    options = [
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        # Signals stay Python's: Ctrl-C is a KeyboardInterrupt.
        "-Xrs",
        # Weights are not in the Java heap, which only holds tiles: a small young generation keeps these in the cache,
        # and the process small.
        "-XX:+UseSerialGC",
        "-Xms32m",
        "-Xmn12m",
        "-Xmx1g",
        "-XX:-UsePerfData",
    ]
    if java.has_vectors:
        options.append(f"--add-modules={_VECTORS}")
    if java.version is not None and java.version >= 24:
        options += ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
    # Last, so that they win.
    return options + shlex.split(os.environ.get("ARROWQUANT_JVM_OPTIONS", ""))


def _jpype() -> Any:
    try:
        return importlib.import_module("jpype")
    except ImportError as missing:
        raise ResourceError(
            f"JPype is not installed. Run: {_INSTALL}", reason="JPype is not installed", remedy=f"Run: {_INSTALL}"
        ) from missing


def text(value: str) -> Any:
    """A string of the JVM."""
    session()
    return _jpype().JString(value)


@functools.cache
def pyarrow() -> Any:
    """The module, when it is new enough."""
    try:
        module = importlib.import_module("pyarrow")
    except ImportError as missing:
        raise ResourceError(
            f"PyArrow is not installed. Run: {_INSTALL}", reason="PyArrow is not installed", remedy=f"Run: {_INSTALL}"
        ) from missing
    if int(module.__version__.partition(".")[0]) < 14:
        raise ResourceError(
            f"PyArrow {module.__version__} is too old: 14 is the first with the Arrow PyCapsule interface. Run: {_INSTALL}",
            remedy=f"Run: {_INSTALL}",
        )
    return module


def _leave_jvm_at_exit() -> None:
    """The process takes the JVM with it: results may still be released after Python's own cleaning up."""
    config: Any = importlib.import_module("jpype.config")
    config.onexit = False
    config.destroy_jvm = False
    atexit.register(_stop_reference_queue)


def _stop_reference_queue() -> None:
    """Ends the one thread of JPype that takes Python's lock on its own account: Python aborts when it finds it at it
    while it shuts down."""
    if not _forked:
        _jpype().JClass("org.jpype.ref.JPypeReferenceQueue").getInstance().stop()


def _start() -> None:
    global _session
    with _lock:
        if _session is not None:
            return
        jpype = _jpype()
        pyarrow()
        if jpype.isJVMStarted():
            _join(jpype)
        else:
            java = find_java()
            jar = runtime_jar()
            try:
                jpype.startJVM(
                    *jvm_options(java), jvmpath=java.library, classpath=[jar], interrupt=False, convertStrings=False
                )
            except (OSError, RuntimeError) as failed:
                remedy = "Check ARROWQUANT_JVM_OPTIONS, and that the JVM and this Python are for the same processor"
                raise ResourceError(f"The JVM {java.library} does not start: {failed}. {remedy}", remedy=remedy) from failed
        try:
            opened = jpype.JClass(_ENTRY)()
        except Exception as failed:
            remedy = "Start arrowquant_spark.local before other users of JPype, or give the JVM the jar and the options"
            raise ResourceError(
                f"The JVM of this process cannot run ArrowQuant: {failed}. {remedy} "
                f"{' '.join(jvm_options(Java('', OLDEST_JAVA, True)))}",
                remedy=remedy,
            ) from failed
        _leave_jvm_at_exit()
        _session = opened


def _join(jpype: Any) -> None:
    """Somebody else started a JVM here: there is only one for each process."""
    version = jpype.getJVMVersion()[0]
    if version < OLDEST_JAVA:
        raise _no_java(f"The JVM that already runs in this process is Java {version}")
    jpype.addClassPath(runtime_jar())

"""The measurements of integration-tests/bench/run, which see."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import measure
import model

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAUNCHER = ROOT / "spark-plugin" / "bin" / "arrowquant"
MAIN_CLASS = "io.arrowquant.spark.job.ArrowQuantJob"
QUALITY = ", with quality"


@dataclasses.dataclass
class Figures:
    """The rounds of one way to do it: the whole process, and the job in it where that is known."""

    runs: list[measure.Run] = dataclasses.field(default_factory=list)
    jobs: list[float] = dataclasses.field(default_factory=list)


class Bench:
    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        self._options = options
        self._scratch = scratch
        self._output = scratch / "output"
        self._cores = [int(core) for core in options.cores.split(",")]
        self._master = f"local[{len(self._cores)}]"

    def _run(self, command: list[str], process: str = "", **environment: str) -> measure.Run:
        shutil.rmtree(self._output, ignore_errors=True)
        # What earlier runs left to be written must not slow this one down.
        os.sync()
        return measure.run([str(part) for part in command], self._cores, environment, process)

    def _job(self, directory: Path, quality: bool) -> list[str]:
        arguments = ["quantize", "--input", str(directory), "--output", str(self._output), "--scheme", "W4A16"]
        return [*arguments, *([] if quality else ["--no-quality"]), "--direct-io", self._options.direct_io]

    def launcher(self, directory: Path, quality: bool = False) -> Callable[[Figures], None]:
        return lambda figures: self._once(
            figures,
            [LAUNCHER, *self._job(directory, quality), "--master", self._master, "--", "--driver-memory", "1g"],
        )

    def plain(self, directory: Path, quality: bool = False) -> Callable[[Figures], None]:
        submit = Path(os.environ["SPARK_HOME"]) / "bin" / "spark-submit"
        options = ["--master", self._master, "--driver-memory", "1g", "--conf", "spark.log.level=ERROR"]
        return lambda figures: self._once(
            figures, [submit, *options, "--class", MAIN_CLASS, jar(), *self._job(directory, quality)]
        )

    def _once(self, figures: Figures, command: list) -> None:
        figures.runs.append(self._run(command, "java"))
        report = json.loads((self._output / "arrowquant.json").read_text())
        figures.jobs.append(report["seconds"])

    def again(self, directory: Path, quality: bool = False) -> Callable[[Figures], None]:
        def measured(figures: Figures) -> None:
            python = os.environ["BENCH_SPARK_PYTHON"]
            command = [python, HERE / "repeated.py", directory, self._output, "4", str(quality).lower()]
            run = self._run(command, "java", PYTHONPATH=str(ROOT / "spark-plugin" / "python"))
            # PySpark does not wait for its JVM, so that what this used of the processors is not known.
            figures.runs.append(dataclasses.replace(run, cpu=0.0))
            # The first job of a session is another figure.
            figures.jobs.append(statistics.median(seconds(run.output)[1:]))

        return measured

    def peer(self, script: str, directory: Path) -> Callable[[Figures], None]:
        def measured(figures: Figures) -> None:
            run = self._run([sys.executable, HERE / script, directory, self._output])
            figures.runs.append(run)
            figures.jobs.extend(seconds(run.output))

        return measured


def jar() -> Path:
    """The jar of this checkout; the launcher builds it where it is missing."""
    jars = sorted((ROOT / "spark-plugin" / "target").glob("arrowquant-spark_2.13-*.jar"))
    return next(path for path in jars if not path.stem.endswith(("-sources", "-javadoc", "-tests")))


def seconds(output: str) -> list[float]:
    return [float(line.split()[1]) for line in output.splitlines() if line.startswith("seconds ")]


def machine() -> str:
    name = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{name}, {os.cpu_count()} processors, {memory:.1f} GiB, Linux {platform.release()}"


def table(measured: dict[str, Figures], read: int) -> None:
    reference = measured.get("model_free_ptq")
    print("| | seconds | GB/s | job s | job GB/s | CPU s | peak MB | times as fast as model_free_ptq |")
    print("|---|---|---|---|---|---|---|---|")
    for name, figures in measured.items():
        wall = statistics.median(run.seconds for run in figures.runs)
        job = statistics.median(figures.jobs) if figures.jobs else None
        cpu = statistics.median(run.cpu for run in figures.runs)
        ratio = statistics.median(run.seconds for run in reference.runs) / wall if reference else None
        print(
            f"| {name} | {wall:.2f} | {read / 1e9 / wall:.2f} "
            f"| {f'{job:.2f}' if job else ''} | {f'{read / 1e9 / job:.2f}' if job else ''} "
            f"| {f'{cpu:.1f}' if cpu else ''} "
            f"| {max(run.peak for run in figures.runs):.0f} | {f'{ratio:.1f}' if ratio else ''} |"
        )


def cost_of_quality(measured: dict[str, Figures]) -> None:
    """How much longer jobs take when they measure errors."""
    costs = []
    for name, figures in measured.items():
        if name + QUALITY in measured:
            more = statistics.median(measured[name + QUALITY].jobs) / statistics.median(figures.jobs) - 1
            costs.append(f"{name} {more:+.0%}")
    print("\nThe job, with errors measured: " + ", ".join(costs) + ".")


def speed(options: argparse.Namespace, scratch: Path) -> None:
    directory = scratch / "model"
    read = model.write_model(directory, model.SIZES[options.size])
    bench = Bench(options, scratch)
    ways: dict[str, Callable[[Figures], None]] = {
        "launcher": bench.launcher(directory),
        "launcher" + QUALITY: bench.launcher(directory, quality=True),
        "spark-submit": bench.plain(directory),
        "spark-submit" + QUALITY: bench.plain(directory, quality=True),
        "again in one session": bench.again(directory),
        "again in one session" + QUALITY: bench.again(directory, quality=True),
    }
    ways["numpy, two processes"] = bench.peer("numpy_script.py", directory)
    if options.peers:
        ways["model_free_ptq"] = bench.peer("model_free.py", directory)
    # Makes the jar and the archive of classes where they are missing, and is not counted.
    bench.launcher(directory)(Figures())
    measured = {name: Figures() for name in ways}
    loads = []
    for number in range(options.rounds):
        for name, way in ways.items():
            print(f"round {number + 1}: {name}", file=sys.stderr, flush=True)
            loads.append(os.getloadavg()[0])
            way(measured[name])
    print(f"{read / 1e9:.3f} GB, {options.rounds} rounds, medians; cores {options.cores}; {machine()}.")
    print(f"Load before the runs: {min(loads):.1f} to {max(loads):.1f} (these runs themselves make about 2).\n")
    table(measured, read)
    cost_of_quality(measured)


def memory(options: argparse.Namespace, scratch: Path) -> None:
    bench = Bench(options, scratch)
    measured: dict[str, Figures] = {}
    # As in speed().
    model.write_model(scratch / "small", model.SIZES["small"], sparse=True)
    bench.launcher(scratch / "small")(Figures())
    print("| | GB | seconds | job s | peak MB |\n|---|---|---|---|---|")
    for name, write in {
        "8 layers": lambda place: model.write_model(place, model.SIZES["full"], sparse=True),
        "one matrix of 4 GiB": model.write_one_tensor,
        "82 layers": lambda place: model.write_model(place, model.SIZES["large"], sparse=True),
    }.items():
        directory = scratch / name.replace(" ", "-")
        read = write(directory)
        figures = measured[name] = Figures()
        bench.launcher(directory)(figures)
        run = figures.runs[0]
        print(f"| {name} | {read / 1e9:.1f} | {run.seconds:.1f} | {figures.jobs[0]:.1f} | {run.peak:.0f} |", flush=True)
        shutil.rmtree(directory)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the quantize job beside other tools.")
    parser.add_argument("--size", choices=["small", "full"], default="full", help="of the model (default: full)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", default="0,1", help="that everything runs on (default: 0,1)")
    parser.add_argument("--direct-io", choices=["auto", "on", "off"], default="auto")
    parser.add_argument("--scratch", default=tempfile.gettempdir(), help="where models and outputs go for the time")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="measure ours only")
    parser.add_argument("--memory", action="store_true", help="measure the memory that large inputs take")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arrowquant-bench-", dir=options.scratch) as scratch:
        (memory if options.memory else speed)(options, Path(scratch))


if __name__ == "__main__":
    main()

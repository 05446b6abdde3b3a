"""Prints what was measured: ours against the ceiling of the same run, and against other quantizers.

    table.py cases CASES.json BENCHMARK [long]     one line "SCHEME<tab>DTYPE" for each case
    table.py peers CASES.json [long]               the names of the peers
    table.py print CASES.json DIRECTORY            the table, from the results in a directory
"""
import glob
import json
import os
import statistics
import sys

ELEMENTS = 512 * 4096
BYTES = {"F32": 4, "BF16": 2, "F16": 2}
MEASURED = {"schemes": "encode", "decode": "decodeAndCompare", "scalar": "scalar encode"}
WHAT = {"schemes": "", "decode": ", decoded and compared", "scalar": ", without vectors"}


def chosen(cases, benchmark, long):
    return [case for case in cases[benchmark] if long or not case.get("long")]


def results(directory):
    """Nanoseconds an element of each benchmark, scheme and type, by the number of threads: the middle of all rounds' middle
    samples. Kernels without vectors, and what is compared with two threads, have results of their own in files of their own.
    """
    samples = {}
    for file in sorted(glob.glob(os.path.join(directory, "jmh-*.json"))):
        with open(file, encoding="utf-8") as source:
            text = source.read()
        for result in json.loads(text) if text.strip() else []:
            parameters = result.get("params", {})
            name = os.path.basename(file)
            kind = next((f"{kind} " for kind in ("scalar", "threads") if name.startswith(f"jmh-{kind}-")), "")
            benchmark = kind + result["benchmark"].rsplit(".", 1)[1]
            key = (benchmark, parameters.get("scheme"), parameters.get("dtype"), result["threads"])
            median = result["primaryMetric"]["scorePercentiles"]["50.0"] / ELEMENTS
            samples.setdefault(key, []).append(median)
    return {key: statistics.median(medians) for key, medians in samples.items()}


def verdict(ratio, least):
    return f"{ratio:.2f} (at least {least:g}: {'yes' if ratio >= least else 'NO'})"


def print_table(cases, directory):
    middle = results(directory)
    peers = {}
    peers_file = os.path.join(directory, "peers.json")
    if os.path.exists(peers_file):
        with open(peers_file, encoding="utf-8") as source:
            peers = json.load(source)
    for dtype in BYTES:
        ceiling = middle.get(("ceiling", None, dtype, 1))
        if ceiling:
            print(f"Ceiling, {dtype}: {BYTES[dtype] / ceiling:.1f} GB/s")
    print("\n| what | from | GB/s | of the ceiling | stretch | times as fast as |\n|---|---|---|---|---|---|")
    for benchmark, measured in MEASURED.items():
        for case in cases.get(benchmark, []):
            ours = middle.get((measured, case["scheme"], case["dtype"], 1))
            # A type without a ceiling of its own has that of the other type of two bytes.
            ceiling = middle.get(("ceiling", None, case["dtype"], 1)) or middle.get(("ceiling", None, "BF16", 1))
            if not ours or not ceiling:
                continue
            ratio = ceiling / ours
            least, stretch = case.get("ceiling", [None, None])
            against = []
            for i, name in enumerate(case["peers"]):
                if name in peers:
                    times = peers[name] * 1e9 / ours
                    wanted = case.get("times", [])
                    against.append(f"{name} {verdict(times, wanted[i]) if i < len(wanted) else f'{times:.1f}'}")
            what = case["scheme"] + WHAT[benchmark]
            print(
                f"| {what} | {case['dtype']} | {BYTES[case['dtype']] / ours:.2f} "
                f"| {verdict(ratio, least) if least else f'{ratio:.2f}'} | {stretch or ''} | {', '.join(against)} |"
            )
    for case in cases.get("threads", []):
        key = ("threads encode", case["scheme"], case["dtype"])
        one, two = middle.get((*key, 1)), middle.get((*key, 2))
        if one and two:
            print(f"\n{case['scheme']} from {case['dtype']} on two threads: {verdict(2 * one / two, case['least'])} times one")


def main(command, cases_file, *rest):
    with open(cases_file, encoding="utf-8") as source:
        cases = json.load(source)
    if command == "cases":
        for case in chosen(cases, rest[0], "long" in rest):
            print(f"{case['scheme']}\t{case['dtype']}")
    elif command == "peers":
        measured = [*chosen(cases, "schemes", "long" in rest), *chosen(cases, "scalar", "long" in rest)]
        names = [name for case in measured for name in case["peers"]]
        print("\n".join(dict.fromkeys(names)))
    else:
        print_table(cases, *rest)


if __name__ == "__main__":
    main(*sys.argv[1:])

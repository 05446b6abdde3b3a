#!/usr/bin/env bash
# Measures the kernels: ours, the ceiling of this machine, and other quantizers on the same weights, one thread on one core.
#
#   core/bench.sh              the quick round, a few minutes
#   core/bench.sh long         more time for each, and the slow schemes too
#   core/bench.sh SCHEME DTYPE one scheme of the catalog, e.g. core/bench.sh 'int4(group_size=64)' F32
#
# All cases are measured in rounds, BENCH_ROUNDS of them (2), and the middle of them counts. BENCH_PEERS=no leaves the others
# out (their environment is a large download). CORE names the core to run on, PYTHON the interpreter. What cases are measured,
# and what they should reach, stands in core/bench/cases.json. It never fails because something is slow.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
python=${PYTHON:-python3}
core=${CORE:-1}
out=$here/target/bench
cache=${XDG_CACHE_HOME:-$HOME/.cache}/arrowquant
vector=--add-modules=jdk.incubator.vector
kernels=$vector

long=
warmups=4
if [ "${1:-}" = long ]; then
    long=long
    warmups=10
    shift
fi

pin() {
    if command -v taskset > /dev/null; then
        taskset -c "$core" "$@"
    else
        "$@"
    fi
}

# jmh NAME BENCHMARK [ARGUMENT]...: one fork; not pinned, so that compilers take no time from the kernel.
jmh() {
    local name=$1
    shift
    java $vector -cp "$class_path" org.openjdk.jmh.Main -f 1 -wi "$warmups" -w 1 -i 2 -r 1 -foe true \
        -rf json -rff "$out/jmh-$name.json" -jvmArgs "-Xmx1500m $kernels" "$@" > "$out/jmh-$name.log" 2>&1 \
        || { echo "  left out, see $out/jmh-$name.log" >&2; rm -f "$out/jmh-$name.json"; }
}

# measure BENCHMARK [THREADS [PREFIX]]: the cases of the input.
measure() {
    local benchmark=$1 threads=${2:-1} prefix=${3:-} scheme dtype number=0
    while IFS=$'\t' read -r scheme dtype; do
        number=$((number + 1))
        echo "$benchmark $scheme from $dtype${prefix:+, ${prefix%-}}"
        jmh "$prefix$benchmark-$threads-$number-${round:-1}" "${benchmark}Benchmark" -t "$threads" \
            -p "scheme=$scheme" -p "dtype=$dtype" < /dev/null
    done
}

# cases LIST: of the quick round or of the long one.
cases() {
    "$python" "$here/bench/table.py" cases "$here/bench/cases.json" "$1" $long
}

# The environment of the peers; a new one for each state of requirements.txt.
find_environment() {
    local key
    key=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read() + sys.version.encode()).hexdigest()[:16])' \
        "$here/bench/requirements.txt")
    venv=$cache/bench-$key
    if [ -f "$venv/complete" ]; then
        return
    fi
    echo "Making the Python environment $venv (once; a large download)"
    "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --quiet -r "$here/bench/requirements.txt"
    touch "$venv/complete"
}

# What is in the local repository is enough, once it is there.
maven() {
    mvn -o -B -ntp -q "$@" > "$out/maven.log" 2>&1 || mvn -B -ntp -q "$@"
}

cd "$here/.."
rm -rf "$out"
mkdir -p "$out"
# Compiled without the profile, the benchmarks lack what is generated for them, and Maven sees nothing to do.
rm -rf "$here/target/test-classes" "$here/target/generated-test-sources" \
    "$here/target/maven-status/maven-compiler-plugin/testCompile"
maven -pl core -Pbench test-compile -Djacoco.skip
maven -pl core -Pbench dependency:build-classpath -Dmdep.outputFile="$out/class-path" -Dmdep.includeScope=test
class_path=$here/target/test-classes:$here/target/classes:$(cat "$out/class-path")

echo "Ceiling"
jmh ceiling-before CeilingBenchmark
if [ $# -eq 2 ]; then
    printf '%s\t%s\n' "$1" "$2" | measure Encode
    printf '{"schemes": [{"scheme": "%s", "dtype": "%s", "peers": []}], "decode": []}' "$1" "$2" > "$out/cases.json"
    "$python" "$here/bench/table.py" print "$out/cases.json" "$out"
    exit
fi
for round in $(seq "${BENCH_ROUNDS:-2}"); do
    cases schemes | measure Encode
    # One after the other, since speeds change from minute to minute.
    cases threads | measure Encode 1 threads-
    cases threads | measure Encode 2 threads-
    cases decode | measure Decode
    kernels=-Darrowquant.kernels=scalar
    cases scalar | measure Encode 1 scalar-
    kernels=$vector
    jmh "ceiling-after-$round" CeilingBenchmark
done

if [ "${BENCH_PEERS:-yes}" != no ]; then
    find_environment
    java $vector -cp "$class_path" io.arrowquant.kernel.Weights "$out/weights.f32" 2> /dev/null
    names=()
    while IFS= read -r name; do names+=("$name"); done < <("$python" "$here/bench/table.py" peers "$here/bench/cases.json" $long)
    pin "$venv/bin/python" "$here/bench/peers.py" "$out/weights.f32" "$out/peers.json" "${names[@]}"
fi
"$python" "$here/bench/table.py" print "$here/bench/cases.json" "$out" | tee "$out/table.md"

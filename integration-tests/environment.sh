# For scripts to source: Python environments outside the checkout, one for each state of the requirements they hold.
# shellcheck shell=bash
# Before: python names an interpreter.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/arrowquant

# environment_key FILE...: what an environment with these requirements is told apart by.
environment_key() {
    { cat "$@"; "$python" -c 'import platform, sys; print(sys.version, sys.executable, platform.machine())'; } \
        | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])'
}

# find_environment NAME REQUIREMENTS WHAT: sets venv to an environment that holds the requirements; makes it when there is
# none, after saying WHAT that costs.
find_environment() {
    find_made_environment "$1-$(environment_key "$2")" "$3" install_requirements "$2"
}

install_requirements() {
    "$1/bin/python" -m pip install --no-input --disable-pip-version-check --quiet -r "$2"
}

# find_made_environment NAME WHAT INSTALL [ARGUMENT]...: as above, for any function or command INSTALL, which gets the
# directory of a bare environment and the arguments.
# An environment stays where it was made, because its scripts name that place. What is published, last and in one step,
# is a link to it: a half-made environment has no link, and of two runs at once the first link stands.
find_made_environment() {
    local name=$1 what=$2 install=$3 made
    shift 3
    venv=$cache/$name
    if "$venv/bin/python" -c '' 2> /dev/null; then
        return
    fi
    echo "Making the Python environment $venv (once; $what)"
    mkdir -p "$cache"
    made=$(mktemp -d "$venv-XXXXXX")
    # shellcheck disable=SC2064 # the name is meant as it is now
    trap "rm -rf '$made'" EXIT
    "$python" -m venv "$made"
    "$install" "$made" "$@"
    if "$venv/bin/python" -c '' 2> /dev/null; then
        rm -rf "$made" # another run was faster
    else
        rm -f "$venv" # a link to an environment that somebody deleted, or nothing
        "$python" -c 'import os, sys; os.symlink(*sys.argv[1:])' "$(basename "$made")" "$venv"
    fi
    trap - EXIT
}

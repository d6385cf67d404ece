#!/bin/sh
# Create the virtual environment $1 with the newest Python >= 3.11 on PATH, unless a working one is there.
set -eu
venv=$1

suitable='import sys; sys.exit(sys.version_info < (3, 11))'

if "$venv/bin/python" -c "$suitable" 2>/dev/null && "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

for python in python3.14 python3.13 python3.12 python3.11 python3 python; do
    # Run it: a version manager may put a name on PATH that has no interpreter behind it.
    "$python" -c "$suitable" 2>/dev/null || continue
    if "$python" -m venv --clear "$venv" >"${TMPDIR:-/tmp}/venv.$$" 2>&1; then
        rm -f "${TMPDIR:-/tmp}/venv.$$"
        exit 0
    fi
    cat "${TMPDIR:-/tmp}/venv.$$" >&2
    rm -f "${TMPDIR:-/tmp}/venv.$$"
    rm -rf "$venv"
    echo "$python cannot create a virtual environment; trying the next Python." >&2
    found=$python
done

if [ -n "${found:-}" ]; then
    echo "error: no Python here can create a virtual environment." >&2
    echo "On Debian and Ubuntu: sudo apt-get install python3-venv" >&2
else
    echo "error: the portal needs Python 3.11 or newer, and none is on PATH." >&2
    echo "Install it from https://www.python.org/downloads/ or with the system's package manager." >&2
fi
exit 1

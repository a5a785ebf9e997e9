#!/bin/sh
# Make the virtual environment, also on a Debian or Ubuntu whose Python came without ensurepip.
set -eu
python=$1
venv=$2
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Technic Scanner needs Python 3.11 or newer; set PYTHON=... to name one (found: $("$python" --version 2>&1))" >&2
    exit 1
fi
[ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
if "$python" -m venv "$venv" 2>/dev/null; then
    exit 0
fi
rm -rf "$venv"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
    apt-get update -q && apt-get install -y -q "python$version-venv"
    exec "$python" -m venv "$venv"
fi
echo "Python cannot make virtual environments here; install python3-venv (apt install python3-venv) and try again" >&2
exit 1

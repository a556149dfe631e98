#!/bin/sh
# Build a virtual environment anew with the Python that is named; Debian's Python gets what it needs for that.
# Use: sh tools/venv.sh PYTHON FOLDER
python=$1
folder=$2
here=$(dirname "$0")
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
	echo "This needs Python 3.11 or newer: install it, or name it with make PYTHON=python3.12 ..." >&2
	exit 1
}
# Debian's Python without python3-venv has no ensurepip.
"$python" -c 'import ensurepip' 2>/dev/null || sh "$here/packages.sh" "Python's virtual environments" python3-venv || exit
# It may stand in the very folder that goes.
python=$("$python" -c 'import sys; print(sys._base_executable)') || exit
rm -rf "$folder"
sh "$here/quietly.sh" "making a virtual environment in $folder" "$python" -m venv "$folder"

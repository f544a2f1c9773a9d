#!/bin/sh
# kestrapy, the official SDK of Kestra for Python, cannot be imported as pip installs it.
#
# Most of its models begin with `import regex as re`, and its metadata does not require `regex`. pip reports success, and
# the first import ends with ModuleNotFoundError; whoever has regex by way of another package never sees it. With regex
# installed beside it, the import works. 1.3.1 and 2.0.3 are alike in this.
#
# Seen with: kestrapy 1.3.1 and 2.0.3, regex 2026.11.19 (PyPI). Source: the metadata and `kestrapy/models/abstract_flow.py`
# of the packages.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/old"
"${PYTHON:-python3}" -m venv "$folder/new"
"$folder/old/bin/pip" install --quiet --disable-pip-version-check kestrapy==1.3.1
"$folder/new/bin/pip" install --quiet --disable-pip-version-check kestrapy==2.0.3

imported() { # ENVIRONMENT: the error of the import, or "imported"
    "$folder/$1/bin/python" -W ignore -c 'import kestrapy; print("imported")' 2>&1 | tail -n 1
}

missing="ModuleNotFoundError: No module named 'regex'"
echo "kestrapy 1.3.1: $(imported old)"
[ "$(imported old)" = "$missing" ]
echo "kestrapy 2.0.3: $(imported new)"
[ "$(imported new)" = "$missing" ]
"$folder/new/bin/pip" install --quiet --disable-pip-version-check regex==2026.11.19
echo "kestrapy 2.0.3 with regex: $(imported new)"
[ "$(imported new)" = imported ]

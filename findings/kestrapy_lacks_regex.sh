#!/bin/sh
# kestrapy, the official SDK of Kestra for Python, cannot be imported as pip installs it.
#
# Most of its models begin with `import regex as re`, and its metadata does not require `regex`. pip reports success, and
# the first import ends with ModuleNotFoundError; whoever has regex by way of another package never sees it. With regex
# installed beside it, the import works.
#
# Seen with: kestrapy 1.3.1 and 2.0.3, regex 2026.11.19 (PyPI). Source: the metadata and `kestrapy/models/abstract_flow.py`
# of the packages.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

install() { # VERSION PACKAGE
    "$folder/$1/bin/pip" install --quiet --disable-pip-version-check "$2"
}

imported() { # VERSION: the error of the import, or "imported"
    "$folder/$1/bin/python" -W ignore -c 'import kestrapy; print("imported")' 2>&1 | tail -n 1
}

for version in 1.3.1 2.0.3; do
    "${PYTHON:-python3}" -m venv "$folder/$version"
    install "$version" "kestrapy==$version"
    echo "kestrapy $version: $(imported "$version")"
    [ "$(imported "$version")" = "ModuleNotFoundError: No module named 'regex'" ]
    install "$version" regex==2026.11.19
    echo "kestrapy $version with regex: $(imported "$version")"
    [ "$(imported "$version")" = imported ]
done

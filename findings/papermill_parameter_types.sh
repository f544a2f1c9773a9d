#!/bin/sh
# papermill: the same parameter has another value by another option.
#
# `-p` reads a value as Python would read a literal (and `010` as 10), `-f` reads it as YAML 1.1 (and `010` as octal).
# `1e3`, `08` and `None` are a number or null for one and a text for the other. A postal code or an account number is
# silently another one: pass texts by `-r`.
#
# Seen with: papermill 2.7.0, ipykernel 7.4.0 (PyPI). Documentation:
# https://papermill.readthedocs.io/en/latest/usage-cli.html
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check papermill==2.7.0 ipykernel==7.4.0
cd "$folder"
env/bin/python - <<'END'
import json
import subprocess

CELL = {"cell_type": "code", "execution_count": None, "outputs": []}
NOTEBOOK = {
    "cells": [
        CELL | {"id": "one", "metadata": {"tags": ["parameters"]}, "source": "value = None"},
        CELL | {"id": "two", "metadata": {}, "source": "print(repr(value))"},
    ],
    "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def run(*options: str) -> str:
    """What the notebook prints for these options."""
    command = ["env/bin/papermill", "--no-progress-bar", *options, "in.ipynb", "out.ipynb"]
    subprocess.run(command, check=True, capture_output=True)
    with open("out.ipynb") as file:
        return json.load(file)["cells"][-1]["outputs"][0]["text"][0].strip()


print(subprocess.run(["env/bin/papermill", "--version"], capture_output=True, text=True, check=True).stdout.strip())
with open("in.ipynb", "w") as file:
    json.dump(NOTEBOOK, file)
for text, expected in [
    ("010", ("10", "8")),
    ("08", ("8", "'08'")),
    ("1e3", ("1000.0", "'1e3'")),
    ("None", ("None", "'None'")),
]:
    with open("values.yaml", "w") as file:
        file.write(f"value: {text}")
    values = run("-p", "value", text), run("-f", "values.yaml")
    print(f"{text}: by -p {values[0]}, by -f {values[1]}, by -r {run('-r', 'value', text)}")
    assert values == expected, f"this changed; it was {expected}"
END

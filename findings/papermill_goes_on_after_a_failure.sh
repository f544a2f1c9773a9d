#!/bin/sh
# papermill: a cell tagged `raises-exception` lets the notebook run on, and then fails it all the same.
#
# The tag means that the error belongs to the lesson: JupyterLab and nbconvert go on and call the run a success.
# papermill goes on too, runs every later cell, and ends with exit code 1. The banner that it writes into the output
# says that the execution stopped at that cell, above cells with fresh outputs. A headless run of a notebook that
# shows an error therefore has to catch it in the cell.
#
# Seen with: papermill 2.7.0, ipykernel 7.4.0 (PyPI). The tag:
# https://nbclient.readthedocs.io/en/latest/client.html#handling-errors-and-exceptions
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check papermill==2.7.0 ipykernel==7.4.0
cd "$folder"
cat > notebook.ipynb <<'END'
{"cells": [
  {"cell_type": "code", "id": "one", "execution_count": null, "metadata": {"tags": ["raises-exception"]}, "outputs": [],
   "source": ["1 / 0"]},
  {"cell_type": "code", "id": "two", "execution_count": null, "metadata": {}, "outputs": [],
   "source": ["print('this cell ran')"]}],
 "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
 "nbformat": 4, "nbformat_minor": 5}
END
env/bin/papermill --version
code=0
env/bin/papermill --no-progress-bar notebook.ipynb executed.ipynb > log.txt 2>&1 || code=$?
echo "exit code $code"
grep --only-matching --max-count 1 'encountered an exception here and stopped' executed.ipynb
grep --only-matching --max-count 1 'this cell ran' executed.ipynb
[ "$code" = 1 ] || { echo "this changed; the exit code was 1"; exit 1; }

#!/bin/sh
# DuckDB: what a CSV row is depends on the columns that the query names.
#
# `force_not_null` is applied by position among the columns that are read, not by name: a query of other columns gets
# NULL where it asked for an empty text, and empty texts in a column that it never named. With `ignore_errors` a row
# is dropped only if one of the columns that are read is broken, so `count(*)` counts rows that `SELECT *` does not
# return. A load that reads some columns of a file therefore needs a check against all of them.
#
# Seen with: duckdb 2.0.0 (PyPI). Documentation: https://duckdb.org/docs/stable/data/csv/overview
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.0
cd "$folder"
env/bin/python - <<'END'
import duckdb

print("duckdb", duckdb.__version__)
with open("names.csv", "w") as file:
    file.write("id,name,note\n1,,\n2,b,\n3,,y\n")
names = """read_csv('names.csv', header = true, columns = {'id': 'INTEGER', 'name': 'VARCHAR', 'note': 'VARCHAR'},
    force_not_null = ['name'])"""
for columns, expected in [
    ("*", [(1, "", None), (2, "b", None), (3, "", "y")]),
    ("id, note", [(1, ""), (2, ""), (3, "y")]),
    ("name, note", [(None, ""), ("b", ""), (None, "y")]),
]:
    rows = duckdb.sql(f"SELECT {columns} FROM {names}").fetchall()
    print(f"SELECT {columns}: {rows}")
    assert rows == expected, f"this changed; it was {expected}"

with open("numbers.csv", "w") as file:
    file.write("id,n\n1,5\nx,6\n3,y\n")
numbers = """read_csv('numbers.csv', header = true, columns = {'id': 'INTEGER', 'n': 'INTEGER'},
    ignore_errors = true)"""
for columns, expected in [("*", [(1, 5)]), ("id", [(1,), (3,)]), ("n", [(5,), (6,)]), ("count(*)", [(3,)])]:
    rows = duckdb.sql(f"SELECT {columns} FROM {numbers}").fetchall()
    print(f"SELECT {columns}: {rows}")
    assert rows == expected, f"this changed; it was {expected}"
END

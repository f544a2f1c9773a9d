#!/bin/sh
# sqlglot: SQL that translates from Trino or BigQuery to DuckDB without a warning can answer otherwise.
#
# The translation keeps the syntax right and not always the meaning. Whole numbers divide to a fraction, a day of the
# week counts from another number, a cast that BigQuery refuses rounds, and a division by zero is infinite. A front
# that passes such SQL on to DuckDB gives wrong figures in green; the dialect's rules have to be applied beside the
# translation.
#
# Seen with: sqlglot 30.30.0, duckdb 2.0.0 (PyPI). What the vendors say:
# https://trino.io/docs/current/functions/math.html (integer division),
# https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions#extract (Sunday is 1),
# https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules,
# https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#arithmetic_operators (division by zero
# fails).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check sqlglot==30.30.0 duckdb==2.0.0
cd "$folder"
env/bin/python - <<'END'
import duckdb
import sqlglot

print("sqlglot", sqlglot.__version__, "duckdb", duckdb.__version__)
for dialect, query, vendor, expected in [
    ("trino", "SELECT 5 / 2", "2", 2.5),
    ("bigquery", "SELECT EXTRACT(DAYOFWEEK FROM DATE '2024-01-07')", "1", 0),
    ("bigquery", "SELECT SAFE_CAST('1.5' AS INT64)", "NULL", 2),
    ("bigquery", "SELECT 1 / 0", "an error", float("inf")),
]:
    [translated] = sqlglot.transpile(query, read=dialect, write="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    [[value]] = duckdb.sql(translated).fetchall()
    print(f"{dialect}: {query} is {vendor}; translated, {translated} is {value}")
    assert value == expected, f"this changed; it was {expected}"
END

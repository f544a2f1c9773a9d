#!/bin/sh
# ClickHouse: rows that were deleted cannot be inserted again, and the insert reports success.
#
# With insert deduplication a table remembers the hashes of its last blocks. DELETE removes the rows and keeps the
# hashes, so the same insert, repeated to repair the table, adds nothing and says nothing. DROP PARTITION and TRUNCATE
# forget the hashes with the rows. Whoever deletes before a reload has to drop partitions, or give the insert a token
# of its own.
#
# Seen with: chdb-core 26.9.0 (PyPI), the ClickHouse server 26.9.2 as a library. Documentation:
# https://clickhouse.com/docs/guides/developer/deduplicating-inserts-on-retries
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check chdb-core==26.9.0
cd "$folder"
env/bin/python - <<'END'
from chdb.session import Session

session = Session("data")


def run(sql: str) -> str:
    """The answer as tab-separated text."""
    return str(session.query(sql, "TabSeparated")).strip()


print("ClickHouse", run("SELECT version()"))
run("CREATE DATABASE d")
run("CREATE TABLE d.t (id UInt32) ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 100")
for step, expected in [
    ("INSERT INTO d.t VALUES (1), (2)", "2"),
    ("DELETE FROM d.t WHERE true", "0"),
    ("INSERT INTO d.t VALUES (1), (2)", "0"),
    ("ALTER TABLE d.t DROP PARTITION tuple()", "0"),
    ("INSERT INTO d.t VALUES (1), (2)", "2"),
]:
    run(step)
    rows = run("SELECT count() FROM d.t")
    print(f"{step}: then {rows} rows")
    assert rows == expected, f"this changed; it was {expected}"
END

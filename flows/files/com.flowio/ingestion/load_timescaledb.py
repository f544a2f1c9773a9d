"""Task timescaledb_load of s3-csv-ingestion: COPY, in one transaction."""

import os

from ingestion.columns import BATCH_ID, READING, names
from ingestion.readings import FILE, run_load
from stores import timescaledb

FROM_FILE = f"({names(READING)}) FROM STDIN WITH (FORMAT csv, HEADER)"
COLUMNS = names([*READING, BATCH_ID])
CHANGING = ("metric_value", "location", "zone", "batch_id")
"""The columns besides the key."""


def load() -> None:
    """Write all of the file or nothing."""
    table = os.environ["TABLE"]
    # The option is the default of the column batch_id.
    connection = timescaledb.connect(f"-c ingestion.batch_id={os.environ['BATCH']}")
    with connection, connection.cursor() as cursor, FILE.open() as file:
        # The lock makes a second load of this table wait.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table])
        span = [os.environ["FIRST"] or None, os.environ["LAST"] or None]
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE timestamp BETWEEN %s AND %s)", span)
        if cursor.fetchone() == (False,):  # nothing there to meet with: straight in
            cursor.copy_expert(f"COPY {table} {FROM_FILE}", file)
        else:
            cursor.execute(f"CREATE TEMP TABLE incoming (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP")
            cursor.copy_expert(f"COPY incoming {FROM_FILE}", file)
            cursor.execute(merge_statement(table))
    connection.close()


def merge_statement(table: str) -> str:
    """The statement that brings the table `incoming` into another; readings that are equal are not written."""
    old, new = (", ".join(f"{side}.{column}" for column in CHANGING) for side in ("target", "excluded"))
    return f"""
        INSERT INTO {table} AS target ({COLUMNS}) SELECT {COLUMNS} FROM incoming
        ON CONFLICT (timestamp, device_id, metric_name) DO UPDATE
            SET ({", ".join(CHANGING)}) = ({new})
            WHERE ({old}) IS DISTINCT FROM ({new})
    """


if __name__ == "__main__":
    run_load("TimescaleDB", load)

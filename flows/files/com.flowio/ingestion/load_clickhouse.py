"""Task clickhouse_load of s3-csv-ingestion: the file goes into a table of its own, whose parts are handed over."""

import os

from ingestion.readings import FILE, run_load
from stores import clickhouse

PARTS = """
    SELECT partition_id, sum(rows) FROM system.parts
    WHERE active AND database = currentDatabase() AND table = {table:String} GROUP BY partition_id
"""
PRESENT = """
    SELECT count() FROM {table:Identifier}
    WHERE timestamp BETWEEN {first:DateTime64(3, 'UTC')} AND {last:DateTime64(3, 'UTC')}
"""
# No key is in the file twice, so there is nothing to merge on the way.
SETTINGS = {"date_time_input_format": "best_effort", "optimize_on_insert": 0}


def load() -> None:
    """Write the file; nobody sees half of it, and nothing is copied."""
    table = os.environ["TABLE"]
    staging = f"{table}_load_{os.environ['EXECUTION'].lower()}"
    client = clickhouse.connect()
    client.command(f"CREATE OR REPLACE TABLE {staging} AS {table}")
    client.command(f"ALTER TABLE {staging} MODIFY COLUMN batch_id DEFAULT '{os.environ['BATCH']}'")
    try:
        with FILE.open("rb") as file:
            client.raw_insert(staging, insert_block=file, fmt="CSVWithNames", settings=SETTINGS)
        staged = client.query(PARTS, {"table": staging}).result_rows
        for partition, _ in staged:
            client.command(f"ALTER TABLE {table} ATTACH PARTITION ID '{partition}' FROM {staging}")
        # Readings that were there before are now there twice, until ReplacingMergeTree merges them: let it, at once.
        first, last = (os.environ[name].rstrip("Z") for name in ("FIRST", "LAST"))
        present = client.command(PRESENT, {"table": table, "first": first, "last": last}) if staged else 0
        if int(str(present)) > sum(rows for _, rows in staged):
            for partition, _ in staged:
                client.command(f"OPTIMIZE TABLE {table} PARTITION ID '{partition}' FINAL")
    finally:
        client.command(f"DROP TABLE IF EXISTS {staging}")


if __name__ == "__main__":
    run_load("ClickHouse", load)

"""The embedded BigQuery against plain DuckDB: the same SQL over a million generated taxi rows, in one run.

Run as `python -m bench.bigquery [rows]`. Prints the median time of each step on either side, and the ratio of the sums:
it must be at most 1.5. Plain DuckDB has the SQL that does the same to the same file with its own words, into a file of
its own; BigQuery is asked by Google's client over HTTP. Rounds of both sides take turns.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import uvicorn
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from starlette.applications import Starlette

from embedded.object_store.interface import ObjectInfo
from embedded.services.gcp.bigquery.routes import BigQuery

ROWS = 1_000_000
ROUNDS = 3
MOST = 1.5
PROJECT = "bench"
TYPES = {
    "VendorID": "STRING", "tpep_pickup_datetime": "TIMESTAMP", "tpep_dropoff_datetime": "TIMESTAMP",
    "passenger_count": "INT64", "trip_distance": "NUMERIC", "RatecodeID": "STRING", "store_and_fwd_flag": "STRING",
    "PULocationID": "STRING", "DOLocationID": "STRING", "payment_type": "INT64", "fare_amount": "NUMERIC",
    "extra": "NUMERIC", "mta_tax": "NUMERIC", "tip_amount": "NUMERIC", "tolls_amount": "NUMERIC",
    "improvement_surcharge": "NUMERIC", "total_amount": "NUMERIC", "congestion_surcharge": "NUMERIC",
}  # fmt: skip
PLAIN = {"STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMP", "INT64": "BIGINT", "NUMERIC": "DECIMAL(38, 9)"}
KEY = ("VendorID", "tpep_pickup_datetime", "tpep_dropoff_datetime", "PULocationID", "DOLocationID")
AGGREGATIONS = (
    "SELECT PULocationID, COUNT(*) AS trips, SUM(fare_amount) AS fares FROM {main} GROUP BY PULocationID",
    "SELECT passenger_count, payment_type, MAX(total_amount) AS most, MIN(trip_distance) AS least FROM {main}"
    " WHERE fare_amount > 10 GROUP BY passenger_count, payment_type",
    "SELECT COUNT(DISTINCT DOLocationID) AS places FROM {main}",
)


class Folder:
    """Objects of Cloud Storage: the files of a folder."""

    def __init__(self, root: Path) -> None:
        self.folder = root

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """As Objects has it."""
        for path in sorted(self.folder.glob(f"{prefix}*")):
            status = path.stat()
            yield ObjectInfo(
                path.name, status.st_size, str(status.st_mtime_ns), datetime.fromtimestamp(status.st_mtime, UTC)
            )

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """As Objects has it."""
        yield self.folder / key


def generate(path: Path, rows: int) -> None:
    """Write a gzip CSV in the shape of the yellow taxi files."""
    moment = "TIMESTAMP '2021-01-01' + to_seconds(CAST(i * 2.6 AS BIGINT)"
    values = {
        "VendorID": "1 + i % 2",
        "tpep_pickup_datetime": f"strftime({moment}), '%Y-%m-%d %H:%M:%S')",
        "tpep_dropoff_datetime": f"strftime({moment} + 600), '%Y-%m-%d %H:%M:%S')",
        "store_and_fwd_flag": "'N'",
        "RatecodeID": "1",
    }
    whole = ("passenger_count", "PULocationID", "DOLocationID", "payment_type")
    values |= {name: f"1 + CAST(hash(i, {index}) % {6 if 'LocationID' not in name else 260} AS BIGINT)"
               for index, name in enumerate(whole)}  # fmt: skip
    listed = ", ".join(
        f"{values.get(name, f'CAST(hash(i, {index + 9}) % 8000 AS DECIMAL(9, 2)) / 100')} AS {name}"
        for index, name in enumerate(TYPES)
    )
    with duckdb.connect() as connection:
        target = f"'{path}' (FORMAT csv, HEADER, COMPRESSION gzip)"
        connection.execute(f"COPY (SELECT {listed} FROM range({rows}) t(i)) TO {target}")


def bigquery_steps() -> list[str]:
    """The statements of the course's flow, and some questions."""
    columns = ", ".join(f"{name} {of}" for name, of in TYPES.items())
    key = ", ".join(f"COALESCE(CAST({name} AS STRING), '')" for name in KEY)
    options = "format = 'CSV', uris = ['gs://lake/taxi*.csv.gz'], skip_leading_rows = 1, ignore_unknown_values = TRUE"
    inserted = ", ".join(["unique_row_id", "filename", *TYPES])
    chosen = ", ".join(f"s.{name}" for name in ["unique_row_id", "filename", *TYPES])
    return [
        f"CREATE OR REPLACE TABLE d.main (unique_row_id BYTES, filename STRING, {columns})"
        " PARTITION BY DATE(tpep_pickup_datetime)",
        f"CREATE OR REPLACE EXTERNAL TABLE d.ext ({columns}) OPTIONS ({options})",
        f"CREATE OR REPLACE TABLE d.month AS SELECT MD5(CONCAT({key})) AS unique_row_id, 'taxi.csv' AS filename, *"
        " FROM d.ext",
        "MERGE INTO d.main t USING d.month s ON t.unique_row_id = s.unique_row_id"
        f" WHEN NOT MATCHED THEN INSERT ({inserted}) VALUES ({chosen})",
        *(sql.format(main="d.main") for sql in AGGREGATIONS),
    ]


def plain_steps(file: Path) -> list[str]:
    """The same in DuckDB's own words."""
    columns = ", ".join(f"{name} {PLAIN[of]}" for name, of in TYPES.items())
    typed = ", ".join(f"'{name}': '{PLAIN[of]}'" for name, of in TYPES.items())
    key = " || ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in KEY)
    return [
        f"CREATE OR REPLACE TABLE main (unique_row_id BLOB, filename VARCHAR, {columns})",
        f"CREATE OR REPLACE VIEW ext AS SELECT * FROM read_csv('{file}', columns = {{{typed}}}, header = true,"
        " auto_detect = false)",
        f"CREATE OR REPLACE TABLE month AS SELECT unhex(md5({key})) AS unique_row_id, 'taxi.csv' AS filename, *"
        " FROM ext",
        "MERGE INTO main t USING month s ON t.unique_row_id = s.unique_row_id WHEN NOT MATCHED THEN INSERT BY NAME",
        *(sql.format(main="main") for sql in AGGREGATIONS),
    ]


@contextmanager
def client(home: Path, objects: Folder) -> Iterator[bigquery.Client]:
    """Google's client of a BigQuery in this process, with a thread for its server."""
    service = BigQuery(home, objects, PROJECT)
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=service.routes()), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        yield bigquery.Client(PROJECT, AnonymousCredentials(), client_options=ClientOptions(api_endpoint=address))
    finally:
        server.should_exit = True
        thread.join()
        service.close()


def timed(run: Callable[[str], object], steps: list[str]) -> list[float]:
    """Seconds of each step."""
    seconds = []
    for step in steps:
        begun = time.perf_counter()
        run(step)
        seconds.append(time.perf_counter() - begun)
    return seconds


def main(rows: int) -> float:
    """Compare; returns the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "lake").mkdir()
        file = root / "lake" / "taxi.csv.gz"
        generate(file, rows)
        ours, plain = [], []
        with client(root / "home", Folder(root / "lake")) as asked, duckdb.connect(root / "plain.duckdb") as connection:
            asked.create_dataset("d")
            for _ in range(ROUNDS):
                plain.append(timed(lambda sql: connection.execute(sql).fetchall(), plain_steps(file)))
                ours.append(timed(lambda sql: list(asked.query(sql).result()), bigquery_steps()))
            same(asked, connection)
    names = ("create table", "external table", "monthly table with hash", "merge", "sums", "filter", "distinct")
    medians = [[statistics.median(step) for step in zip(*side, strict=True)] for side in (ours, plain)]
    for name, mine, theirs in zip(names, *medians, strict=True):
        print(f"{name:24} BigQuery {mine:6.2f} s   DuckDB {theirs:6.2f} s")
    ratio = sum(medians[0]) / sum(medians[1])
    totals = f"{sum(medians[0]):.2f} s against {sum(medians[1]):.2f} s"
    print(f"{rows:,} rows, medians of {ROUNDS}: {totals}, ratio {ratio:.2f}")
    return ratio


def same(asked: bigquery.Client, connection: duckdb.DuckDBPyConnection) -> None:
    """Both sides must have come to the same sums."""
    sql = "SELECT COUNT(*) AS n, SUM(fare_amount) AS fares, MAX(tpep_pickup_datetime) AS last FROM {main}"
    (mine,) = asked.query_and_wait(sql.format(main="d.main"))
    theirs = connection.execute(sql.format(main="main")).fetchone()
    if theirs is None or (mine.n, mine.fares, mine.last.replace(tzinfo=None)) != theirs:
        raise AssertionError(f"BigQuery has {mine.values()}, DuckDB {theirs}")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS) > MOST)

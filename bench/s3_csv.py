"""How near the CSV pipeline comes to the stores' own bulk loaders: `python bench/s3_csv.py [ROWS]`.

On one fresh stack, with one generated file (1 M rows unless told), it prints

- for each store, rows/s of its branch in the flow `s3-csv-ingestion` (preparing the table included), rows/s of the
  store's own loader fed with the same file, into a table of the same layout, and the ratio of the two;
- the run of all four branches at once: seconds, whether all four stores are exact, and the largest resident memory of
  each process on the way.

The own loaders: COPY from the file (TimescaleDB), INSERT ... FORMAT CSVWithNames over HTTP (ClickHouse),
`helpers.parallel_bulk` (Elasticsearch), `upload_points` (Qdrant), each as its documentation shows it. Each pair runs
one after the other, the loader first.
"""

import csv
import json
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from elasticsearch import helpers  # noqa: E402
from qdrant_client import models  # noqa: E402

from tests.pipelines.lab import SERVICES, STORES, Lab, Run  # noqa: E402
from tests.stack import own_stack  # noqa: E402

FLOW = "s3-csv-ingestion"
KEY = "bench/metrics.csv"
COLUMNS = "timestamp, device_id, metric_name, metric_value, location, zone"


def timescaledb(lab: Lab, file: Path, like: str) -> float:
    """Seconds of COPY into a hypertable of the same layout."""
    lab.sql(f"CREATE TABLE own (LIKE {like} INCLUDING ALL)")
    lab.sql("SELECT create_hypertable('own', by_range('timestamp', INTERVAL '1 day'))")
    with lab.timescale() as connection, connection.cursor() as cursor, file.open() as source:
        begun = time.monotonic()
        cursor.copy_expert(f"COPY own ({COLUMNS}) FROM STDIN WITH (FORMAT csv, HEADER)", source)
        connection.commit()
        return time.monotonic() - begun


def clickhouse(lab: Lab, file: Path, like: str) -> float:
    """Seconds of an INSERT of the file into a table of the same layout."""
    client = lab.clickhouse
    client.command(f"CREATE TABLE own AS {like}")
    with file.open("rb") as source:
        begun = time.monotonic()
        settings = {"date_time_input_format": "best_effort"}
        client.raw_insert("own", insert_block=source, fmt="CSVWithNames", settings=settings)
        return time.monotonic() - begun


def elasticsearch(lab: Lab, file: Path, like: str) -> float:
    """Seconds of the client's parallel bulk into daily indices of the same mapping."""
    indices = lab.elasticsearch.indices
    found = indices.get_index_template(name=like)["index_templates"][0]["index_template"]["template"]
    indices.put_index_template(name="own", index_patterns=["own-*"], template={**found, "aliases": {}})
    with file.open(newline="") as source:
        actions = ({"_index": f"own-{row['timestamp'][:10]}", **row} for row in csv.DictReader(source))
        begun = time.monotonic()
        for _ in helpers.parallel_bulk(lab.elasticsearch, actions):
            pass
        lab.elasticsearch.indices.refresh(index="own-*")
        return time.monotonic() - begun


def qdrant(lab: Lab, file: Path, like: str) -> float:
    """Seconds of the client's upload into a collection of the same layout, vectors at no cost."""
    vectors = models.VectorParams(size=6, distance=models.Distance.COSINE)
    lab.qdrant.create_collection("own", vectors_config=vectors, on_disk_payload=True)
    with file.open(newline="") as source:
        begun = time.monotonic()
        points = (
            models.PointStruct(id=str(uuid.uuid4()), vector=[1, 2, 3, 4, 5, 6], payload=row)
            for row in csv.DictReader(source)
        )
        lab.qdrant.upload_points("own", points, wait=True)
        return time.monotonic() - begun


OWN: dict[str, Callable[[Lab, Path, str], float]] = {
    "timescaledb": timescaledb,
    "clickhouse": clickhouse,
    "elasticsearch": elasticsearch,
    "qdrant": qdrant,
}


def branch_seconds(run: Run, store: str) -> float:
    """How long a branch took, from its first task's start to its last task's end."""
    (branch,) = (found for found in run.execution["taskRunList"] if found["taskId"] == store)
    return seconds(branch["state"]["duration"])


def seconds(duration: Any) -> float:
    """Seconds of an ISO duration such as PT1M2.5S, or of a number."""
    if isinstance(duration, int | float):
        return float(duration)
    text, total = duration.removeprefix("PT"), 0.0
    for unit, factor in (("H", 3600), ("M", 60), ("S", 1)):
        if unit in text:
            number, text = text.split(unit, 1)
            total += float(number) * factor
    return total


@contextmanager
def memory_watched(home: str) -> Iterator[dict[str, float]]:
    """The largest resident memory, in MB, of each process of the stack, by what it is."""
    largest: dict[str, float] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            for process in psutil.process_iter(["memory_info", "cmdline", "environ"]):
                if home in json.dumps([process.info["cmdline"], process.info["environ"]]):
                    name = describe(process.info["cmdline"] or [])
                    largest[name] = max(largest.get(name, 0), process.info["memory_info"].rss / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield largest
    finally:
        done.set()
        thread.join()


def describe(command: list[str]) -> str:
    """A process in a word or two."""
    line = " ".join(command)
    for name in ("elasticsearch", "kestra", "clickhouse", "qdrant", "aws", "dataset", "supervise"):
        if f"embedded.{name}" in line or f"org.{name}" in line or f"embedded {name}" in line:
            return name
    return Path(command[0]).name if command else "?"


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder), *SERVICES) as environment:
        lab = Lab(environment)
        lab.import_flow(FLOW)
        file = Path(folder, "metrics.csv")
        file.write_bytes(lab.sample(rows))
        lab.put(KEY, file.read_bytes())
        lab.run(FLOW, table_name="warm_up")  # tables of the same layout, and processes that have run once
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB\n{'':14}{'branch':>14}{'own loader':>14}{'ratio':>8}")
        for store in STORES:
            own = OWN[store](lab, file, "warm_up")
            run = lab.run(FLOW, s3_key=KEY, table_name=f"only_{store}", stores=json.dumps([store]))
            assert run.state == "SUCCESS", run.errors()
            branch = branch_seconds(run, store)
            print(f"{store:14}{rows / branch:>10,.0f} r/s{rows / own:>10,.0f} r/s{own / branch:>8.2f}", flush=True)
        with memory_watched(folder) as largest:
            begun = time.monotonic()
            run = lab.run(FLOW, s3_key=KEY, table_name="all_at_once")
            took = time.monotonic() - begun
        exact = set(lab.contents("all_at_once").values()) == {lab.manifest(rows)}
        print(f"all four at once: {run.state}, {took:.0f} s, {'exact' if exact else 'NOT EXACT'}")
        for name, megabytes in sorted(largest.items(), key=lambda item: -item[1]):
            print(f"  {name:24}{megabytes:8,.0f} MB")


if __name__ == "__main__":
    main()

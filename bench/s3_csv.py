"""How near the CSV pipeline comes to the stores' own bulk loaders: `python bench/s3_csv.py [ROWS]`.

On one fresh stack, with one generated file (1 M rows unless told), it prints

- the run of all four branches at once: seconds, whether all four stores are exact, and the largest resident memory of
  a process of each kind on the way;
- for each store, rows/s of its branch in the flow `s3-csv-ingestion` (preparing the table included), rows/s of the
  store's own loader fed with the same file, into a table of the same layout, and the ratio of the two.

The own loaders are the programs in `bench/loaders`: COPY, INSERT ... FORMAT CSVWithNames over HTTP, the client's
`parallel_bulk`, the client's `upload_points`, as the stores' documentations show them. Each is timed from the start of
its process to its end, and so is each branch. Each pair runs one after the other, the loader first.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from qdrant_client import models  # noqa: E402

from tests.pipelines.lab import SERVICES, STORES, Lab, Run  # noqa: E402
from tests.stack import own_stack  # noqa: E402

FLOW = "s3-csv-ingestion"
KEY = "bench/metrics.csv"
COLUMNS = "timestamp, device_id, metric_name, metric_value, location, zone"


def prepare_timescaledb(lab: Lab) -> None:
    """A hypertable of the flow's layout."""
    lab.sql("CREATE TABLE own (LIKE together INCLUDING ALL)")
    lab.sql("SELECT create_hypertable('own', by_range('timestamp', INTERVAL '1 day'))")


def prepare_clickhouse(lab: Lab) -> None:
    """A table of the flow's layout."""
    lab.clickhouse.command("CREATE TABLE own AS together")


def prepare_elasticsearch(lab: Lab) -> None:
    """A template with the flow's mapping."""
    indices = lab.elasticsearch.indices
    found = indices.get_index_template(name="together")["index_templates"][0]["index_template"]["template"]
    indices.put_index_template(name="own", index_patterns=["own-*"], template={**found, "aliases": {}})


def prepare_qdrant(lab: Lab) -> None:
    """A collection of the flow's layout."""
    vectors = models.VectorParams(size=6, distance=models.Distance.COSINE)
    lab.qdrant.create_collection("own", vectors_config=vectors, on_disk_payload=True)


PREPARE: dict[str, Callable[[Lab], None]] = {
    "timescaledb": prepare_timescaledb,
    "clickhouse": prepare_clickhouse,
    "elasticsearch": prepare_elasticsearch,
    "qdrant": prepare_qdrant,
}


def own_seconds(lab: Lab, store: str, file: Path) -> float:
    """How long the store's own loader takes, from the start of its process to the end."""
    PREPARE[store](lab)
    command = [sys.executable, str(ROOT / "bench" / "loaders" / f"{store}.py"), str(file), "own"]
    begun = time.monotonic()
    subprocess.run(command, env={**os.environ, **lab.environment}, check=True)
    return time.monotonic() - begun


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
        if "embedded.qdrant.compaction" in line:
            return "qdrant compaction"
        if f"embedded.{name}" in line or f"org.{name}" in line or f"embedded {name}" in line:
            return name
    return Path(command[0]).name if command else "?"


def together(lab: Lab, rows: int, folder: str) -> None:
    """One run of all four branches, on stores that hold nothing yet."""
    with memory_watched(folder) as largest:
        begun = time.monotonic()
        run = lab.run(FLOW, s3_key=KEY, table_name="together")
        took = time.monotonic() - begun
    exact = set(lab.contents("together").values()) == {lab.manifest(rows)}
    print(f"all four at once: {run.state}, {took:.0f} s, {'exact' if exact else 'NOT EXACT'}; largest resident memory:")
    for name, megabytes in sorted(largest.items(), key=lambda item: -item[1]):
        print(f"  {name:24}{megabytes:8,.0f} MB", flush=True)


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder), *SERVICES) as environment:
        lab = Lab(environment)
        lab.import_flow(FLOW)
        file = Path(folder, "metrics.csv")
        file.write_bytes(lab.sample(rows))
        lab.put(KEY, file.read_bytes())
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB")
        together(lab, rows, folder)
        print(f"{'':14}{'branch':>14}{'own loader':>14}{'ratio':>8}")
        for store in STORES:
            own = own_seconds(lab, store, file)
            run = lab.run(FLOW, s3_key=KEY, table_name=f"only_{store}", stores=json.dumps([store]))
            assert run.state == "SUCCESS", run.errors()
            branch = branch_seconds(run, store)
            print(f"{store:14}{rows / branch:>10,.0f} r/s{rows / own:>10,.0f} r/s{own / branch:>8.2f}", flush=True)


if __name__ == "__main__":
    main()

"""How near the CSV pipeline comes to the stores' own bulk loaders: `python -m bench.s3_csv [ROWS [STORE...]]`.

On one fresh stack, with one generated file (1 M rows by default), it prints

- the run of all four branches at once: seconds, whether all four stores are exact, and the largest resident memory
  and the CPU seconds of each kind of process on the way;
- for each store, rows/s of its branch in the flow `s3-csv-ingestion` (preparing the table included), rows/s of the
  store's own loader fed with the same file, into a table of the same layout, and the ratio of the two.

The own loaders are the programs in `bench/loaders`: COPY, INSERT ... FORMAT CSVWithNames over HTTP, the client's
`parallel_bulk`, the client's `upload_points`, as the stores' documentations show them. Each is timed from the start of
its process to its end, and so is each branch. Each pair runs one after the other, the loader first, three times where
it takes seconds; the median counts.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from qdrant_client import models

from flowtests.stack import own_stack
from tests.pipelines.client import SERVICES, STORES, PipelineRun, Pipelines

ROOT = Path(__file__).resolve().parent.parent

FLOW = "s3-csv-ingestion"
KEY = "bench/metrics.csv"
COLUMNS = "timestamp, device_id, metric_name, metric_value, location, zone"


def prepare_timescaledb(pipelines: Pipelines, name: str) -> None:
    """A hypertable of the flow's layout."""
    pipelines.sql(f"CREATE TABLE {name} (LIKE together INCLUDING ALL)")
    pipelines.sql(f"SELECT create_hypertable('{name}', by_range('timestamp', INTERVAL '1 day'))")


def prepare_clickhouse(pipelines: Pipelines, name: str) -> None:
    """A table of the flow's layout."""
    pipelines.clickhouse.command(f"CREATE TABLE {name} AS together")


def prepare_elasticsearch(pipelines: Pipelines, name: str) -> None:
    """A template with the flow's mapping."""
    indices = pipelines.elasticsearch.indices
    template = indices.get_index_template(name="together")["index_templates"][0]["index_template"]["template"]
    indices.put_index_template(name=name, index_patterns=[f"{name}-*"], template={**template, "aliases": {}})


def prepare_qdrant(pipelines: Pipelines, name: str) -> None:
    """A collection of the flow's layout."""
    vectors = models.VectorParams(size=6, distance=models.Distance.COSINE)
    pipelines.qdrant.create_collection(name, vectors_config=vectors, on_disk_payload=True)


PREPARE: dict[str, Callable[[Pipelines, str], None]] = {
    "timescaledb": prepare_timescaledb,
    "clickhouse": prepare_clickhouse,
    "elasticsearch": prepare_elasticsearch,
    "qdrant": prepare_qdrant,
}

REPEATS = {"timescaledb": 3, "clickhouse": 3, "elasticsearch": 1, "qdrant": 1}


def own_seconds(pipelines: Pipelines, store: str, file: Path, table: str) -> float:
    """How long the store's own loader takes, from the start of its process to the end, in seconds.

    Parameters:
        pipelines: the running stack.
        store: name of the store.
        file: the CSV file to load.
        table: name of the new table, index or collection.
    """
    PREPARE[store](pipelines, table)
    command = [sys.executable, str(ROOT / "bench" / "loaders" / f"{store}.py"), str(file), table]
    begun = time.monotonic()
    subprocess.run(command, env={**os.environ, **pipelines.environment}, check=True)
    return time.monotonic() - begun


def branch_seconds(run: PipelineRun, store: str) -> float:
    """How long a branch took, from its first task's start to its last task's end."""
    (branch,) = (task_run for task_run in run.execution["taskRunList"] if task_run["taskId"] == store)
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


@dataclass
class Usage:
    """What processes of one kind have used.

    Attributes:
        memory: resident memory of the largest at its largest, in MB; files that are mapped count, as in `ps`.
        own_memory: what of the memory of the largest is no mapped file, at its largest, in MB.
        cpu: CPU seconds of each process by its number, as of the last look at it.
    """

    memory: float = 0
    own_memory: float = 0
    cpu: dict[int, float] = field(default_factory=dict)


@contextmanager
def usage_watched(home: str) -> Iterator[dict[str, Usage]]:
    """What each kind of process of a stack uses, looked at twice a second.

    Parameters:
        home: the stack's folder, by which its processes are recognised.
    """
    used: dict[str, Usage] = {}
    done = threading.Event()
    wanted = ["memory_info", "cpu_times", "cmdline", "environ", "cwd"]

    def watch() -> None:
        before = None
        while not done.wait(0.5):
            for process in psutil.process_iter(wanted):
                if home in json.dumps([process.info[about] for about in ("cmdline", "environ", "cwd")]):
                    usage = used.setdefault(describe(process.info["cmdline"] or []), Usage())
                    memory = process.info["memory_info"]
                    usage.memory = max(usage.memory, memory.rss / 1e6)
                    usage.own_memory = max(usage.own_memory, (memory.rss - memory.shared) / 1e6)
                    usage.cpu[process.pid] = sum(process.info["cpu_times"][:2])
            before = before or {pid: spent for usage in used.values() for pid, spent in usage.cpu.items()}
        for usage in used.values():
            usage.cpu = {pid: spent - (before or {}).get(pid, 0) for pid, spent in usage.cpu.items()}

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield used
    finally:
        done.set()
        thread.join()


def describe(command: list[str]) -> str:
    """A process in a word or two."""
    line = " ".join(command)
    for name in ("elasticsearch", "kestra", "clickhouse", "qdrant", "aws", "dataset", "supervise"):
        if "embedded.services.qdrant.compaction" in line:
            return "qdrant compaction"
        if f"embedded.services.{name}" in line or f"org.{name}" in line or f"embedded {name}" in line:
            return name
    if module := re.search(r" -m (ingestion\.\w+)$", line):
        return module[1]
    return Path(command[0]).name if command else "?"


def together(pipelines: Pipelines, rows: int, stores: Sequence[str], folder: str) -> None:
    """Run the branches of several stores at once, on empty stores, and print the result.

    Parameters:
        pipelines: the running stack.
        rows: number of rows of the file.
        stores: names of the stores.
        folder: the stack's folder, by which its processes are recognised.
    """
    with usage_watched(folder) as used:
        begun = time.monotonic()
        run = pipelines.run(FLOW, s3_key=KEY, table_name="together", stores=json.dumps(stores))
        took = time.monotonic() - begun
    held = pipelines.contents("together")
    exact = {held[store] for store in stores} == {pipelines.manifest(rows)}
    outcome = f"{run.state}, {took:.0f} s, {'exact' if exact else 'NOT EXACT'}"
    print(f"{len(stores)} stores at once: {outcome}")
    print(f"  {'':28}{'memory, MB':>12}{'of it own':>12}{'CPU s':>8}")
    for name, usage in sorted(used.items(), key=lambda item: -item[1].memory):
        sizes = f"{usage.memory:12,.0f}{usage.own_memory:12,.0f}"
        print(f"  {name:28}{sizes}{sum(usage.cpu.values()):8.1f}", flush=True)
    print(f"  CPU of all: {sum(sum(usage.cpu.values()) for usage in used.values()):.0f} s")


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    stores = sys.argv[2:] or list(STORES)
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder), *SERVICES) as environment:
        pipelines = Pipelines(environment)
        pipelines.import_flow(FLOW)
        file = Path(folder, "metrics.csv")
        file.write_bytes(pipelines.sample(rows))
        pipelines.put(KEY, file.read_bytes())
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:.0f} MB")
        together(pipelines, rows, stores, folder)
        print(f"{'':14}{'branch':>14}{'own loader':>14}{'ratio':>8}")
        for store in stores:
            pairs = [measure(pipelines, store, file, number) for number in range(REPEATS[store])]
            own, branch = (median(figures) for figures in zip(*pairs, strict=True))
            print(f"{store:14}{rows / branch:>10,.0f} r/s{rows / own:>10,.0f} r/s{own / branch:>8.2f}", flush=True)


def measure(pipelines: Pipelines, store: str, file: Path, number: int) -> tuple[float, float]:
    """Seconds of the store's own loader and of its branch, each into an empty table.

    Parameters:
        pipelines: the running stack.
        store: name of the store.
        file: the CSV file to load.
        number: number of the repetition, for the tables' names.
    """
    own = own_seconds(pipelines, store, file, f"own_{number}")
    run = pipelines.run(FLOW, s3_key=KEY, table_name=f"only_{store}_{number}", stores=json.dumps([store]))
    if run.state != "SUCCESS":
        raise SystemExit(f"{store}: {run.errors()}")
    return own, branch_seconds(run, store)


if __name__ == "__main__":
    main()

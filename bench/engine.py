"""Compares what Kestra's engine costs in several checkouts: `python -m bench.engine [FOLDER...]`.

Each needs its `make setup` first. Without a folder it measures this checkout alone. Prints seconds through the API, and
CPU seconds of the engine's process, which hardly depend on what else the machine does: the start, hello-worlds one by
one and at once, executions of many tasks in sequence, at once and in a loop, log lines, a minute without work; and its
resident memory and the database's file after all of that. With several checkouts it prints the ratio of the first to
the last too, and beside it the goals.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).resolve().parent.parent
LOGIN = ("admin@kestra.io", "Admin1234")
HELLOS, AT_ONCE, TASKS, LINES = 20, 100, 100, 2_000
LOG = "type: io.kestra.plugin.core.log.Log"
IDLE_SECONDS = 20
GOALS = {
    "a start to the first success, s": 2.5,
    "a hello-world, median, s": 0.04,
    "100 hello-worlds at once, s": 1.0,
    "100 tasks in sequence, s": 3.0,
    "200 tasks in sequence, s": 8.0,
    "100 tasks in a Parallel, s": 1.5,
    "100 tasks in a ForEach, s": 2.0,
    "2000 log lines, s": 2.0,
    "20 s idle, CPU s": 0.4,
    "memory, MiB": 572.0,
}
START_SECONDS = 120
MIB = 1 << 20


class Measured:
    """An engine that runs, with its CPU time.

    Parameters:
        process: its process.
        address: of its API, without a path.
        database: the file of its database.
    """

    def __init__(self, process: psutil.Process, address: str, database: Path) -> None:
        self.process, self.address, self.database = process, address, database
        self.api = f"{address}/api/v1/main"
        self.session = requests.Session()
        self.session.auth = LOGIN

    def await_start(self) -> None:
        """Wait until the API answers."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, f"no engine at {self.address} within {START_SECONDS} s"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def cpu(self) -> float:
        """CPU seconds of the process so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def create(self, name: str, tasks: str) -> None:
        """Create a flow with these tasks, a YAML text."""
        text = f"id: {name}\nnamespace: bench\ntasks:\n{tasks}"
        self.session.post(f"{self.api}/flows/import", files={"fileUpload": ("f.yaml", text)}).raise_for_status()

    def run(self, name: str) -> None:
        """Run a flow, and wait for its end."""
        answer = self.session.post(f"{self.api}/executions/bench/{name}?wait=true")
        assert answer.json()["state"]["current"] == "SUCCESS", answer.text

    def run_at_once(self, name: str, times: int) -> None:
        """Run a flow so often at once, and wait for all."""
        with ThreadPoolExecutor(times) as pool:
            list(pool.map(self.run, [name] * times))

    def cost(self, work: Callable[[], None]) -> "Cost":
        """What something costs."""
        began, before = time.monotonic(), self.cpu()
        work()
        return Cost(time.monotonic() - began, self.cpu() - before)

    def count_lines(self) -> int:
        """The log lines stored of the executions of the flow `lines`."""
        found = self.session.get(f"{self.api}/logs/search", params={"flowId": "lines", "namespace": "bench"})
        return int(found.json()["total"])

    def store_lines(self) -> None:
        """Run the flow `lines`, and wait until all of its lines are stored."""
        self.run("lines")
        while self.count_lines() < LINES:
            time.sleep(0.02)

    def idle(self) -> None:
        """Wait without work."""
        time.sleep(IDLE_SECONDS)


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock, and CPU seconds of the process."""

    seconds: float
    cpu: float


@contextmanager
def engine_of(checkout: Path) -> Iterator[Measured]:
    """The engine of a checkout, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        own = {"HOME": f"{folder}/home", "STORAGE": f"{folder}/storage", "PORT": str(port)}
        own |= {"USERNAME": LOGIN[0], "PASSWORD": LOGIN[1]}
        environment = {**os.environ, **{f"KESTRA_{name}": value for name, value in own.items()}}
        command = [str(checkout / ".venv" / "bin" / "python"), "-m", "embedded.services.kestra"]
        with subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL) as process:
            database = Path(folder, "home", "database", "kestra.mv.db")
            try:
                yield Measured(psutil.Process(process.pid), f"http://127.0.0.1:{port}", database)
            finally:
                process.terminate()


def sequence(count: int) -> str:
    """So many tasks, each of which writes a log line."""
    return "\n".join(f"  - {{id: t{number}, {LOG}, message: Hello}}" for number in range(count))


def flows() -> dict[str, str]:
    """The tasks of each flow, by its name."""
    return {
        "hello": sequence(1),
        "ten": sequence(10),
        "hundred": sequence(TASKS),
        "two-hundred": sequence(2 * TASKS),
        "parallel": "  - id: all\n    type: io.kestra.plugin.core.flow.Parallel\n    tasks:\n"
        + sequence(TASKS).replace("  - {", "      - {"),
        "loop": f"  - id: each\n    type: io.kestra.plugin.core.flow.ForEach\n    values: {list(range(TASKS))}\n"
        f"    concurrencyLimit: 0\n    tasks: [{{id: one, {LOG}, message: Hello}}]",
        "lines": f"  - id: lines\n    {LOG}\n    message: {[f'line {number}' for number in range(LINES)]}",
    }


def measure(checkout: Path) -> dict[str, float]:
    """The figures of a checkout, by their names."""
    with engine_of(checkout) as engine:
        began = time.monotonic()
        engine.await_start()
        for name, tasks in flows().items():
            engine.create(name, tasks)
        engine.run("hello")
        first = Cost(time.monotonic() - began, engine.cpu())
        hellos = [engine.cost(lambda: engine.run("hello")) for _ in range(HELLOS)]
        figures = {
            "a start to the first success": first,
            "a hello-world, median": Cost(*(statistics.median(c) for c in zip(*map(astuple, hellos), strict=True))),
            "100 hello-worlds at once": engine.cost(lambda: engine.run_at_once("hello", AT_ONCE)),
            "10 tasks in sequence": engine.cost(lambda: engine.run("ten")),
            "100 tasks in sequence": engine.cost(lambda: engine.run("hundred")),
            "200 tasks in sequence": engine.cost(lambda: engine.run("two-hundred")),
            "100 tasks in a Parallel": engine.cost(lambda: engine.run("parallel")),
            "100 tasks in a ForEach": engine.cost(lambda: engine.run("loop")),
            f"{LINES} log lines": engine.cost(engine.store_lines),
            f"{IDLE_SECONDS} s idle": engine.cost(engine.idle),
        }
        named = {f"{name}, {unit}": value for name, cost in figures.items() for unit, value in parts(cost)}
        return named | {
            "memory, MiB": engine.process.memory_info().rss / MIB,
            "database, MiB": engine.database.stat().st_size / MIB,
        }


def parts(cost: Cost) -> list[tuple[str, float]]:
    """The figures of a cost, by their units."""
    return [("s", cost.seconds), ("CPU s", cost.cpu)]


def main() -> None:
    """Print the figures of each checkout, the ratio of the first to the last, and the goal."""
    checkouts = [Path(argument).resolve() for argument in sys.argv[1:]] or [ROOT]
    measured = [measure(checkout) for checkout in checkouts]
    for name in measured[0]:
        figures = "".join(f"{figure[name]:10.3f}" for figure in measured)
        ratio = f"{measured[0][name] / measured[-1][name]:9.2f}x" if len(measured) > 1 else ""
        goal = f"   goal {GOALS[name]:g}" if name in GOALS else ""
        print(f"{name:36}{figures}{ratio}{goal}")


if __name__ == "__main__":
    main()

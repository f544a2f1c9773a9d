"""Compares what Kestra's engine costs in several checkouts: `python -m bench.engine [FOLDER...]`.

Each needs its `make setup` first. Without a folder it measures this checkout alone. Prints CPU seconds of the engine's
process, as they hardly depend on what else the machine does: the start, a hello-world, executions of ten and of a
hundred tasks in sequence, a minute without work, many hello-worlds; and its resident memory and the database's file
after all of that. With several checkouts it prints the ratio of the last to the first too.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).resolve().parent.parent
LOGIN = ("admin@kestra.io", "Admin1234")
HELLOS, TENS, MANY = 30, 10, 1000
IDLE_SECONDS = 20
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

    def run(self, tasks: int, times: int) -> float:
        """Run a flow of so many tasks so often, one execution after the other; the CPU seconds of each."""
        steps = [f"  - {{id: t{step}, type: io.kestra.plugin.core.log.Log, message: Hello}}" for step in range(tasks)]
        text = "\n".join([f"id: tasks-{tasks}", "namespace: bench", "tasks:", *steps])
        self.session.post(f"{self.api}/flows/import", files={"fileUpload": ("f.yaml", text)}).raise_for_status()
        before = self.cpu()
        for _ in range(times):
            answer = self.session.post(f"{self.api}/executions/bench/tasks-{tasks}?wait=true")
            assert answer.json()["state"]["current"] == "SUCCESS", answer.text
        return (self.cpu() - before) / times

    def idle(self) -> float:
        """CPU seconds of a minute without work."""
        before = self.cpu()
        time.sleep(IDLE_SECONDS)
        return (self.cpu() - before) * 60 / IDLE_SECONDS


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


def measure(checkout: Path) -> dict[str, float]:
    """The figures of a checkout, by their names."""
    with engine_of(checkout) as engine:
        engine.await_start()
        return {
            "start, CPU s": engine.cpu(),
            "first hello-world, CPU s": engine.run(1, 1),
            "hello-world, CPU s": engine.run(1, HELLOS),
            "10 tasks, CPU s": engine.run(10, TENS),
            "100 tasks, CPU s": engine.run(100, 1),
            "a minute idle, CPU s": engine.idle(),
            f"{MANY} hello-worlds, CPU s": engine.run(1, MANY) * MANY,
            "memory, MiB": engine.process.memory_info().rss / MIB,
            "database, MiB": engine.database.stat().st_size / MIB,
        }


def main() -> None:
    """Print the figures of each checkout, and the ratio of the last to the first."""
    checkouts = [Path(argument).resolve() for argument in sys.argv[1:]] or [ROOT]
    measured = [measure(checkout) for checkout in checkouts]
    for name in measured[0]:
        figures = "".join(f"{figure[name]:10.2f}" for figure in measured)
        ratio = f"{measured[-1][name] / measured[0][name]:10.2f}" if len(measured) > 1 else ""
        print(f"{name:28}{figures}{ratio}")


if __name__ == "__main__":
    main()

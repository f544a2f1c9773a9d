"""Compares the embedded engine with Prefect, Dagster and Airflow: `python -m bench.peers [NAME...]`.

Each product runs in its documented local mode, with server, API and SQLite, on the loopback address, from an empty
state, in an environment of its own that the first use installs. Printed beside the engine of this checkout: seconds
from the start of its processes to the first run's success; of one more run of one task; of a run of a hundred tasks in
sequence; of a hundred runs of one task that are submitted at once; and the memory of all its processes, ten seconds
after the first run. Runs are started through the API, and have ended when the API says so. What failed, or had no end
within five minutes, is printed with its reason. All four take about half an hour: prefect, dagster, dagster-in-process,
airflow.
"""

import argparse
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.peers.airflow import Airflow
from bench.peers.dagster import Dagster, DagsterInProcess
from bench.peers.kestra import Kestra
from bench.peers.prefect import Prefect
from bench.peers.product import Peer, Problem, Product
from embedded.shared.loopback import HOST
from embedded.shared.parent_watch import adopt_orphans
from embedded.shared.python_environments import EnvironmentProblem

PEERS: dict[str, type[Peer]] = {
    "prefect": Prefect,
    "dagster": Dagster,
    "dagster-in-process": DagsterInProcess,
    "airflow": Airflow,
}
HELLOS, SLOW_HELLOS, SLOW_SECONDS = 20, 5, 3.0
IDLE_SECONDS = 10
START = "cold start to the first success, s"
MEMORY = "idle memory, MB"
HELLO = "hello-world, median, s"
SEQUENCE = "100 tasks in sequence, s"
AT_ONCE = "100 hello-worlds at once, s"
FIGURES = (START, MEMORY, HELLO, SEQUENCE, AT_ONCE)


@dataclass(frozen=True)
class Figure:
    """A value, or why there is none.

    Attributes:
        value: seconds or megabytes; None if it could not be measured.
        remark: the reason, or what has to be known of the value.
    """

    value: float | None
    remark: str = ""

    def text(self, own: "Figure | None" = None) -> str:
        """The figure as a cell, with its ratio to our own."""
        if self.value is None:
            return self.remark
        ratio = f", {self.value / own.value:.1f} times" if own and own.value else ""
        return f"{self.value:.3g}{self.remark}{ratio}" if self.value < 100 else f"{self.value:.0f}{self.remark}{ratio}"


def seconds(work: Callable[[], None]) -> float:
    """How long something takes."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def measured(work: Callable[[], Figure]) -> Figure:
    """A figure, or the reason why there is none."""
    try:
        return work()
    except Problem as problem:
        return Figure(None, str(problem).replace("|", "/"))  # it becomes a cell of a table


def first_success(product: Product) -> Figure:
    """Start a product, and run its first hello-world."""
    began = time.monotonic()
    product.start()
    product.run_hello()
    return Figure(time.monotonic() - began)


def idle_memory(product: Product) -> Figure:
    """The memory of a product that has nothing to do, in megabytes."""
    time.sleep(IDLE_SECONDS)
    return Figure(product.memory() / 1e6)


def hello(product: Product) -> Figure:
    """The median of some hello-worlds, of fewer where they are slow."""
    first = seconds(product.run_hello)
    count = SLOW_HELLOS if first > SLOW_SECONDS else HELLOS
    all_seconds = [first, *(seconds(product.run_hello) for _ in range(count - 1))]
    return Figure(statistics.median(all_seconds), f" (of {count})")


def at_once(product: Product) -> Figure:
    """A hundred runs at once, with how often the server was too busy to take one."""
    began = time.monotonic()
    busy = product.run_at_once()
    return Figure(time.monotonic() - began, f" (busy {busy} times)" if busy else "")


def measure(product: Product) -> dict[str, Figure]:
    """The figures of a product, by their names. Its processes have ended afterwards."""
    print(f"{product.title}:", file=sys.stderr, flush=True)
    work: dict[str, Callable[[], Figure]] = {
        START: lambda: first_success(product),
        MEMORY: lambda: idle_memory(product),
        HELLO: lambda: hello(product),
        SEQUENCE: lambda: Figure(seconds(product.run_sequence)),
        AT_ONCE: lambda: at_once(product),
    }
    figures: dict[str, Figure] = {}
    try:
        for name in FIGURES:
            began = figures.get(START, Figure(0)).value is not None
            figures[name] = measured(work[name]) if began else Figure(None, "not started")
            print(f"  {name}: {figures[name].text()}", file=sys.stderr, flush=True)
    finally:
        product.stop()
    return figures


def measure_peer(kind: type[Peer]) -> dict[str, Figure]:
    """The figures of a peer in a folder of its own, once its environment is installed."""
    try:
        kind.commands()
    except EnvironmentProblem as problem:
        return dict.fromkeys(FIGURES, Figure(None, f"not installed: {' '.join(str(problem).split())[:200]}"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with socket.create_server((HOST, 0)) as free:
            port = free.getsockname()[1]
        return measure(kind(Path(folder), port))


def main() -> None:
    """Print the figures of the peers that are named, or of all, beside our own, with the ratio to them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PEERS))
    names = options.parse_args().names or list(PEERS)
    if unknown := [name for name in names if name not in PEERS]:
        options.error(f"there is no {', '.join(unknown)}; there are {', '.join(PEERS)}")
    kinds = [PEERS[name] for name in names]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started ends
    adopt_orphans()
    own = measure(Kestra())
    columns = [measure_peer(kind) for kind in kinds]
    print(" | ".join(["", "figure", Kestra.title, *(kind.title for kind in kinds), ""]).strip())
    print("|---" * (2 + len(kinds)) + "|")
    for name in FIGURES:
        cells = [own[name].text(), *(column[name].text(own[name]) for column in columns)]
        print(" | ".join(["", name, *cells, ""]).strip())


if __name__ == "__main__":
    main()

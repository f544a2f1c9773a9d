"""Run all areas of tests, some at a time: `python -m tools.test_suites [--all] [AREA...]`.

Tests marked `slow` run with `--all` only.

Each area is one pytest process, because areas share nothing: every one starts a stack of its own on free ports. As many
run at once as memory allows, up to three: then a core is hardly ever idle while one of them waits. What an area prints
appears when it has ended. The exit code is 1 if any area failed.
"""

import argparse
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import psutil

FOLDER = Path(__file__).resolve().parent.parent / "tests"
MOST_AT_ONCE = 3
MEMORY_EACH = 6 << 30
"""Bytes: all stores with the engine, and the programs that they run."""
SUITES = {
    "unit": ("unit",),
    "notebooks": ("lessons/notebooks",),
    "exercises": ("lessons/exercises",),
    "pipelines": ("pipelines",),
    "insightflow": ("insightflow",),
    "flows": ("flows",),
    "api": ("wire/kestra_api",),
    "tasks": ("wire/kestra_tasks",),
    "engine": ("wire/kestra_engine",),
    "stores": ("wire/clickhouse", "wire/elasticsearch", "wire/postgres", "wire/qdrant", "wire/timescale"),
    "aws": ("wire/aws",),
    "gcp": ("wire/gcp",),
    "dataset": ("wire/dataset",),
    "docker": ("wire/docker",),
    "flowtests": ("wire/flowtests",),
    "supervision": ("wire/supervision",),
    "workbook": ("wire/workbook",),
}
"""Which folders below `tests` make up each suite."""
LONGEST = ("notebooks", "tasks", "pipelines", "exercises", "insightflow", "flows", "stores", "supervision", "aws")
"""They go first: a long area that begins last would run alone."""


@dataclass(frozen=True)
class Done:
    """How an area ended."""

    area: str
    code: int
    seconds: float


class Areas:
    """Runs areas as processes, which end with it.

    Parameters:
        slow: whether the slow tests run too.
    """

    def __init__(self, slow: bool) -> None:
        self._slow = slow
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = Lock()
        self._stopped = False

    def run(self, area: str) -> Done:
        """Run one area and print what it said."""
        begun = time.monotonic()
        with self._lock:
            if self._stopped:
                return Done(area, 1, 0)
            process = subprocess.Popen(self._command(area), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self._running.add(process)
        said, _ = process.communicate()
        done = Done(area, process.returncode, time.monotonic() - begun)
        with self._lock:
            self._running.discard(process)
            print(f"== tests/{area}: {done.seconds:.0f} s\n{said}", flush=True)
        return done

    def stop(self) -> None:
        """End what runs; pytest stops its stacks on the way out."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()

    def _command(self, area: str) -> list[str]:
        chosen = [] if self._slow else ["-m", "not slow"]
        options = ["--reruns", "2", "-rR", "--durations=5", *chosen]
        return [sys.executable, "-m", "pytest", *options, *(str(FOLDER / name) for name in SUITES[area])]


def main() -> int:
    """Run the areas named on the command line, or all, and sum up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = argparse.ArgumentParser()
    options.add_argument("--all", action="store_true", help="the slow tests too")
    options.add_argument("areas", nargs="*")
    chosen = options.parse_args()
    areas = Areas(slow=chosen.all)
    with ThreadPoolExecutor(at_once(psutil.virtual_memory().total)) as pool:
        results = [pool.submit(areas.run, area) for area in chosen.areas or in_order()]
        try:
            ended = [result.result() for result in results]
        except KeyboardInterrupt:
            areas.stop()
            raise
    failed = [done.area for done in ended if done.code]
    print(f"{len(ended)} areas, {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed else 0


def at_once(memory: int) -> int:
    """How many areas may run at once on a machine with so many bytes of memory."""
    return max(1, min(MOST_AT_ONCE, memory // MEMORY_EACH))


def in_order() -> list[str]:
    """All areas, the longest first."""
    return [*LONGEST, *sorted(set(SUITES).difference(LONGEST))]


if __name__ == "__main__":
    sys.exit(main())

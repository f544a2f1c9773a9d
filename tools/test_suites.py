"""Run test suites, some at a time: `python -m tools.test_suites [--all] [-k EXPRESSION] [SUITE...]`.

Tests marked `slow` run with `--all` only. Each suite is one pytest process, because suites share nothing: each one that
needs a stack starts its own on free ports. As many run at once as memory allows, up to three: then a core is hardly
ever idle while one of them waits. What a suite prints appears when it has ended. The exit code is 1 if a suite failed.

When all suites run, up to three tests that failed are tried once more, alone: those that pass then failed because the
machine was busy with other suites. They are named at the end, as unsteady.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeVar

import psutil

What = TypeVar("What")

FOLDER = Path(__file__).resolve().parents[1] / "tests"
MOST_AT_ONCE = 3
MEMORY_EACH = 6 << 30
"""Bytes: all stores with the engine, and the programs that they run."""
MOST_TRIED_AGAIN = 3
"""Failed tests of all suites; where more failed, it is not the busy machine."""
QUICK_START = ("-p", "no:nbval")
"""Without a plug-in that takes seconds to load; the tests of the lessons run it in processes of their own."""
NOTHING_SELECTED = 5
"""pytest's exit code if no test is left: https://docs.pytest.org/en/stable/reference/exit-codes.html."""
SUITES = {
    "tasks": ("wire/kestra_tasks",),
    "pipelines": ("pipelines",),
    "engine": ("wire/kestra_engine",),
    "notebooks-pipelines": ("lessons/notebooks/test_pipelines.py",),
    "exercises": ("lessons/exercises",),
    "notebooks-course": ("lessons/notebooks/test_course.py",),
    "flows": ("flows",),
    "stores": ("wire/clickhouse", "wire/elasticsearch", "wire/postgres", "wire/qdrant", "wire/timescale"),
    "supervision": ("wire/supervision",),
    "console": ("browser/console",),
    "browser": tuple(
        f"browser/test_{name}.py" for name in ("exercises", "first_opening", "html", "kernel", "readers", "run_all")
    ),
    "notebooks-concepts": (
        "lessons/notebooks/test_concepts.py",
        "lessons/notebooks/test_other_source.py",
        "lessons/notebooks/test_homework.py",
    ),
    "insightflow": ("insightflow",),
    "aws": ("wire/aws",),
    "api": ("wire/kestra_api",),
    "workbook": ("wire/workbook",),
    "conformance": ("conformance",),
    "flowtests": ("wire/flowtests",),
    "kestra2": ("wire/kestra2", "lessons/notebooks/test_kestra2.py"),
    "gcp": ("wire/gcp",),
    "dataset": ("wire/dataset",),
    "tools": ("wire/tools",),
    "docker": ("wire/docker",),
    "unit": ("unit",),
}
"""The folders and files below `tests` that make up each suite; the longest first: none runs alone at the end."""


@dataclass(frozen=True)
class Result:
    """How a suite ended.

    Attributes:
        suite: its name.
        code: pytest's exit code.
        seconds: how long it ran.
        failed: its tests that failed, by their node ids.
    """

    suite: str
    code: int
    seconds: float
    failed: tuple[str, ...] = ()


class SuiteRunner:
    """Runs suites as processes, which end with it.

    Parameters:
        options: further options of pytest.
        folder: where pytest's caches go, one for each suite, so that each knows its own failures.
    """

    def __init__(self, options: Sequence[str], folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = Lock()
        self._stopped = False

    def run(self, suite: str) -> Result:
        """Run one suite and print its output."""
        return self._run(suite)

    def run_again(self, result: Result) -> Result:
        """Run the failed tests of a suite once more."""
        return self._run(result.suite, "--last-failed")

    def _run(self, suite: str, *options: str) -> Result:
        began = time.monotonic()
        with self._lock:
            if self._stopped:
                return Result(suite, 1, 0)
            process = subprocess.Popen(
                self._command(suite, options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            self._running.add(process)
        output, _ = process.communicate()
        result = Result(suite, process.returncode, time.monotonic() - began, self._failed(suite))
        with self._lock:
            self._running.discard(process)
            print(f"== {suite}: {result.seconds:.0f} s\n{output}", flush=True)
        return result

    def stop(self) -> None:
        """End what runs; pytest stops its stacks on the way out."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()

    def _command(self, suite: str, options: Sequence[str]) -> list[str]:
        cache = f"cache_dir={self._folder / suite}"
        own = [*QUICK_START, "-o", cache, "-rRs", "--durations=5", *self._options, *options]
        return [sys.executable, "-m", "pytest", *own, *(str(FOLDER / name) for name in SUITES[suite])]

    def _failed(self, suite: str) -> tuple[str, ...]:
        """The failed tests of the last run, from pytest's cache, where a run without any leaves nothing."""
        names = self._folder / suite / "v" / "cache" / "lastfailed"
        return tuple(json.loads(names.read_text())) if names.exists() else ()


def main() -> int:
    """Run the suites named on the command line, or all with a stack, and sum up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = _arguments()
    options = [] if chosen.all else ["-m", "not slow"]
    options += ["-k", chosen.k] if chosen.k else []
    with tempfile.TemporaryDirectory() as folder:
        runner = SuiteRunner(options, Path(folder))
        ended = run_all(runner, runner.run, chosen.suites or with_a_stack())
        again = [] if chosen.suites else run_all(runner, runner.run_again, to_try_again(ended), most=1)
    return summarize(ended, again)


def run_all(
    runner: SuiteRunner, run: Callable[[What], Result], suites: Sequence[What], most: int = MOST_AT_ONCE
) -> list[Result]:
    """Run suites, as many at once as memory allows.

    Parameters:
        runner: is stopped by Ctrl-C.
        run: what runs one of them.
        suites: the suites.
        most: how many may run at once at most.
    """
    with ThreadPoolExecutor(min(most, at_once(psutil.virtual_memory().total))) as pool:
        results = [pool.submit(run, suite) for suite in suites]
        try:
            return [result.result() for result in results]
        except KeyboardInterrupt:
            runner.stop()
            raise


def to_try_again(ended: Sequence[Result]) -> list[Result]:
    """Those that failed, if few tests did and all of them are known."""
    failed = [result for result in ended if result.code not in (0, NOTHING_SELECTED)]
    few = sum(len(result.failed) for result in failed) <= MOST_TRIED_AGAIN
    return failed if few and all(result.failed for result in failed) else []


def summarize(ended: Sequence[Result], again: Sequence[Result] = ()) -> int:
    """Print how the suites ended; gives the exit code: 1 if one failed, or if no test was selected in any.

    Parameters:
        ended: the suites that ran.
        again: how those ended whose failed tests were tried once more.
    """
    steady = {result.suite for result in again if not result.code}
    ran = [result for result in ended if result.code != NOTHING_SELECTED]
    failed = [result.suite for result in ran if result.code and result.suite not in steady]
    for name in [name for result in ran if result.suite in steady for name in result.failed]:
        print(f"unsteady, passed alone: {name}")
    if not ran:
        print("no test matches")
    else:
        print(f"{len(ran)} suites, {'failed: ' + ', '.join(failed) if failed else 'all passed'}")
    return 1 if failed or not ran else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="the slow tests too")
    parser.add_argument("-k", metavar="EXPRESSION", help="only tests whose names match, as pytest's -k")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.suites if not suites_of(name)]:
        parser.error(f"there is no suite {', '.join(unknown)}; there are {', '.join(SUITES)}")
    chosen.suites = [suite for name in chosen.suites for suite in suites_of(name)]
    return chosen


def suites_of(name: str) -> list[str]:
    """The suite of this name, or those whose names begin so before a dash: `notebooks` is all three of them."""
    return [suite for suite in SUITES if suite == name or suite.startswith(f"{name}-")]


def at_once(memory: int) -> int:
    """How many suites may run at once on a machine with so many bytes of memory."""
    return max(1, min(MOST_AT_ONCE, memory // MEMORY_EACH))


def with_a_stack() -> list[str]:
    """All suites but the unit tests, which `make check` runs."""
    return [suite for suite in SUITES if suite != "unit"]


if __name__ == "__main__":
    sys.exit(main())

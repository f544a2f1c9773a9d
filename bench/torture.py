"""Tries to bring the embedded stack down: `python -m bench.torture [TRIAL...]`, after `make setup`. Takes 40 minutes.

Each trial runs on a stack of its own and prints a line of a table: what was done, what must hold, what was seen. The
exit code is 1 if something did not hold. The figures of a run are in `bench/README.md`.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import requests
from tqdm import tqdm

from bench.engine import LOGIN, Measured, engine_of
from bench.sizing import YAML, engines, memory_watched, size
from flowtests.stack import own_stack

ROOT = Path(__file__).resolve().parent.parent
NAMESPACE = "torture"
SEED = 20_260
ENGINE_KILLS = 50
EXECUTION_KILLS = 300
EXECUTIONS = 10_000
FUZZ_REQUESTS = 1_000
FUZZED = ("kestra_api", "aws", "gcp", "qdrant")
STARTS, CLIENTS = 30, 8
BACKFILL_DAYS = 300
VALUES, VALUES_AT_ONCE = 1_000, 20
"""As many values as a `ForEach` may have: see `LoopLimits.java`."""
DISK_BYTES = 300_000_000
ROOM_BYTES = 2_000_000
"""What is left of the disk when it is full: less than the engine writes in a trial."""
END_SECONDS = 900
ENDED = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"}

HELLO = {"id": "hello", "tasks": [{"id": "hello", "type": "io.kestra.plugin.core.log.Log", "message": "Hello"}]}
SLEEPER = {"id": "sleeper", "tasks": [{"id": "sleep", "type": "io.kestra.plugin.core.flow.Sleep", "duration": "PT5M"}]}
LOOP = {
    "id": "loop",
    "tasks": [
        {
            "id": "each",
            "type": "io.kestra.plugin.core.flow.ForEach",
            "values": list(range(VALUES)),
            "concurrencyLimit": VALUES_AT_ONCE,
            "tasks": HELLO["tasks"],
        }
    ],
}
DAILY = {
    **HELLO,
    "id": "daily",
    "triggers": [{"id": "daily", "type": "io.kestra.plugin.core.trigger.Schedule", "cron": "0 0 * * *"}],
}

FIRST_REQUESTS: tuple[tuple[str, str, Any], ...] = (
    *(("GET", f"/{name}/search", None) for name in ("flows", "executions", "logs", "triggers", "namespaces")),
    *(("GET", path, None) for path in ("/plugins", "/plugins/inputs", "/flows/torture/hello", "/flows/torture/no")),
    *(("GET", path, None) for path in ("/executions/no", "/logs/no", "/namespaces/torture/kv", "/kv")),
    *(("POST", path, HELLO) for path in ("/flows/validate", "/flows", "/flows/graph")),
    *(("POST", path, None) for path in ("/executions/torture/hello", "/executions/torture/no")),
)
"""What clients send to an engine that has just begun to listen: method, path, and a flow."""


@dataclass(frozen=True)
class Outcome:
    """What a trial has shown.

    Attributes:
        held: whether all that must hold did.
        seen: figures.
    """

    held: bool
    seen: str


class Kestra:
    """The engine of a running stack.

    Parameters:
        environment: of the stack.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._session = requests.Session()
        self._session.auth = (environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"])
        self._api = environment["KESTRA_URL"] + "/api/v1/main"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request."""
        return self._session.request(method, self._api + path, timeout=60, **options)

    def create(self, flow: dict[str, Any]) -> None:
        """Create a flow in the namespace of the trials."""
        source = json.dumps({"namespace": NAMESPACE, **flow})
        self.call("POST", "/flows", data=source, headers=YAML).raise_for_status()

    def start(self, flow: str) -> str:
        """Start an execution; gives its id."""
        answer = self.call("POST", f"/executions/{NAMESPACE}/{flow}")
        answer.raise_for_status()
        return str(answer.json()["id"])

    def count(self, flow: str, *states: str) -> int:
        """How many executions of a flow there are, in some states or in any."""
        filters: dict[str, Any] = {"namespace": NAMESPACE, "flowId": flow, "size": 1, "state": list(states)}
        found = self.call("GET", "/executions/search", params=filters)
        found.raise_for_status()
        return int(found.json()["total"])

    def healthy(self) -> bool:
        """Whether the engine says that it is up."""
        try:
            answer = self._session.get(self._environment["KESTRA_URL"] + "/health", timeout=10)
        except requests.RequestException:
            return False
        return answer.ok and answer.json()["status"] == "UP"

    def kill(self) -> None:
        """End the engine's process with SIGKILL, and wait until the stack has it again."""
        for process in engines(self._environment["EMBEDDED_HOME"]):
            process.send_signal(signal.SIGKILL)
            process.wait(30)
        command = [sys.executable, "-m", "embedded", "up", "--only", "kestra"]
        subprocess.run(command, cwd=ROOT, env=self._environment, check=True, stdout=subprocess.DEVNULL, timeout=300)


@contextmanager
def kestra(folder: Path) -> Iterator[Kestra]:
    """An engine with a state folder of its own."""
    with own_stack(folder, "kestra") as environment:
        yield Kestra(environment)


def until(reached: Callable[[], bool], seconds: float = END_SECONDS) -> bool:
    """Wait for a state; gives whether it came in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if reached():
            return True
        time.sleep(0.2)
    return False


def engine_kills(folder: Path) -> Outcome:
    """Kill the engine at random moments of a backfill: each date gets one execution, and each succeeds."""
    moments = random.Random(SEED)
    with kestra(folder) as engine:
        engine.create(DAILY)
        trigger = f"/triggers/{NAMESPACE}/daily/daily"
        until(lambda: engine.call("GET", trigger).ok, 60)
        backfill = {"start": "2024-01-01T00:00:00Z", "end": "2024-10-26T00:00:00Z"}
        wanted = {"namespace": NAMESPACE, "flowId": "daily", "triggerId": "daily", "backfill": backfill}
        engine.call("PUT", "/triggers", json=wanted).raise_for_status()
        for _ in tqdm(range(ENGINE_KILLS), desc="kills of the engine"):
            time.sleep(moments.uniform(0, 4))
            engine.kill()
        until(lambda: engine.count("daily", "SUCCESS") >= BACKFILL_DAYS)
        found = engine.call(
            "GET", "/executions/search", params={"namespace": NAMESPACE, "flowId": "daily", "size": 1_000}
        ).json()["results"]
    dates = Counter(execution["trigger"]["variables"]["date"][:10] for execution in found)
    states = Counter(execution["state"]["current"] for execution in found)
    backfilled = [date for date in dates if date.startswith("2024")]
    twice = sum(1 for date in backfilled if dates[date] > 1)
    held = len(backfilled) == BACKFILL_DAYS and not twice and set(states) == {"SUCCESS"}
    return Outcome(held, f"{len(backfilled)} of {BACKFILL_DAYS} dates, {twice} twice, {dict(states)}")


def starts(_: Path) -> Outcome:
    """Meet engines with requests of many clients as soon as they listen: none of them ends."""
    ended, answers = 0, Counter[tuple[str, int]]()
    for _number in tqdm(range(STARTS), desc="starts"):
        with engine_of(ROOT) as engine, ThreadPoolExecutor(CLIENTS) as clients:
            for answered in clients.map(partial(_meet, engine), range(CLIENTS)):
                answers.update(answered)
            ended += not _alive(engine)
    failed = {f"{where}: {status}": count for (where, status), count in answers.items() if status >= 500}
    seen = f"{STARTS} starts, {ended} ended, {answers.total():,} requests; answered with 5xx: {failed or 'none'}"
    return Outcome(not ended and not failed, seen)


def _alive(engine: Measured) -> bool:
    return engine.process.status() != psutil.STATUS_ZOMBIE


def _meet(engine: Measured, first: int) -> list[tuple[str, int]]:
    """Paths and statuses of all first requests, beginning with one of them; fewer if the engine ends."""
    session = requests.Session()
    session.auth = LOGIN
    answers: list[tuple[str, int]] = []
    for method, path, flow in FIRST_REQUESTS[first:] + FIRST_REQUESTS[:first]:
        body = json.dumps({"namespace": NAMESPACE, **flow}) if flow else None
        while engine.process.is_running() and engine.process.status() != psutil.STATUS_ZOMBIE:
            try:
                answer = session.request(
                    method, engine.api + path, data=body, headers=YAML if flow else None, timeout=60
                )
            except requests.ConnectionError:  # it does not listen yet
                time.sleep(0.01)
                continue
            answers.append((path, answer.status_code))
            break
    return answers


def execution_kills(folder: Path) -> Outcome:
    """Kill running executions: each ends KILLED, and the engine goes on."""
    with kestra(folder) as engine:
        engine.create(SLEEPER)
        engine.create(HELLO)
        for _ in tqdm(range(EXECUTION_KILLS), desc="kills of executions"):
            execution = engine.start("sleeper")
            until(lambda: engine.count("sleeper", "RUNNING") > 0, 30)
            engine.call("DELETE", f"/executions/{execution}/kill").raise_for_status()
        ended = until(lambda: engine.count("sleeper", *ENDED) == EXECUTION_KILLS)
        killed = engine.count("sleeper", "KILLED")
        engine.start("hello")
        alive = until(lambda: engine.count("hello", "SUCCESS") == 1, 60) and engine.healthy()
    return Outcome(ended and alive, f"{killed} KILLED, engine {'up' if alive else 'down'}")


def many_executions(folder: Path) -> Outcome:
    """Run 10,000 executions: none is lost, the database stays below 150 MB, the memory below 600 MB."""
    with memory_watched(str(folder)) as memory, kestra(folder) as engine:
        engine.create(HELLO)
        largest = 0
        for number in tqdm(range(EXECUTIONS), desc="executions"):
            engine.start("hello")
            if number % 100 == 0:
                largest = max(largest, _database(folder))
        until(lambda: engine.count("hello", "SUCCESS") == EXECUTIONS)
        largest = max(largest, _database(folder))
        succeeded = engine.count("hello", "SUCCESS")
    megabytes, resident = largest / 1e6, max(memory) / 1e6
    held = succeeded == EXECUTIONS and megabytes < 150 and resident < 600
    return Outcome(held, f"{succeeded:,} SUCCESS, database {megabytes:.0f} MB, memory {resident:.0f} MB at most")


def big_loop(folder: Path) -> Outcome:
    """Run a `ForEach` over as many values as the limits allow: it ends, the database stays below 300 MB."""
    with memory_watched(str(folder)) as memory, kestra(folder) as engine:
        engine.create(LOOP)
        largest = 0
        engine.start("loop")

        def ended() -> bool:
            nonlocal largest
            largest = max(largest, _database(folder))
            return engine.count("loop", *ENDED) == 1

        until(ended)
        succeeded = engine.count("loop", "SUCCESS") == 1
    megabytes, resident = largest / 1e6, max(memory) / 1e6
    seen = f"{'SUCCESS' if succeeded else 'no end'}, database {megabytes:.0f} MB, memory {resident:.0f} MB at most"
    return Outcome(succeeded and megabytes < 300, seen)


def _database(folder: Path) -> int:
    """Bytes of the database's files."""
    return size(folder / "home" / "kestra" / "database")


def full_disk(folder: Path) -> Outcome:
    """Fill the disk while executions run: what was accepted ends well once there is room again."""
    if os.geteuid() or not sys.platform.startswith("linux"):
        return Outcome(True, "skipped: only root of Linux can mount a small disk")
    options = f"size={DISK_BYTES},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        with kestra(folder) as engine:
            return _fill(folder, engine)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path, engine: Kestra) -> Outcome:
    engine.create(HELLO)
    accepted = [engine.start("hello") for _ in range(20)]
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(folder).free - ROOM_BYTES)
    refused = 0
    for _ in tqdm(range(400), desc="executions on a full disk"):
        try:
            accepted.append(engine.start("hello"))
        except requests.RequestException:
            refused += 1
    ballast.unlink()
    well = until(engine.healthy, 300) and until(lambda: engine.count("hello", "SUCCESS") >= len(accepted), 300)
    succeeded = engine.count("hello", "SUCCESS")
    return Outcome(well, f"{len(accepted)} accepted, {refused} refused, {succeeded} SUCCESS afterwards")


def fuzz(_: Path) -> Outcome:
    """Send 1,000 generated requests to each service that is this project's own."""
    environment = {**os.environ, "FUZZ_REQUESTS": str(FUZZ_REQUESTS)}
    failed = []
    for service in FUZZED:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:nbval", f"tests/wire/{service}/test_fuzz.py"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            failed.append(service)
            print(done.stdout[-4_000:], file=sys.stderr)
    return Outcome(not failed, f"{FUZZ_REQUESTS:,} requests each to {', '.join(FUZZED)}; failed: {failed or 'none'}")


TRIALS: dict[str, Callable[[Path], Outcome]] = {
    "engine-kills": engine_kills,
    "starts": starts,
    "execution-kills": execution_kills,
    "many-executions": many_executions,
    "big-loop": big_loop,
    "full-disk": full_disk,
    "fuzz": fuzz,
}


def main() -> int:
    """Run the trials that are named, or all; gives the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what a trial has started ends with it
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trials", nargs="*", metavar="TRIAL", help=", ".join(TRIALS))
    chosen = parser.parse_args().trials or list(TRIALS)
    if unknown := [name for name in chosen if name not in TRIALS]:
        parser.error(f"there is no trial {', '.join(unknown)}; there are {', '.join(TRIALS)}")
    outcomes = []
    print("| trial | held | seen | seconds |\n|---|---|---|---|")
    for name in chosen:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            outcome = TRIALS[name](Path(folder))
        outcomes.append(outcome)
        seconds = time.monotonic() - begun
        print(f"| {name} | {'yes' if outcome.held else 'NO'} | {outcome.seen} | {seconds:.0f} |", flush=True)
    return 0 if all(outcome.held for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())

"""What is measured of a product, and what all that run as servers of their own have in common."""

import os
import subprocess
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import requests

from embedded.shared.loopback import HOST
from embedded.shared.parent_watch import leave_no_orphans
from embedded.shared.processes import memory
from embedded.shared.python_environments import locked

HELLO, SEQUENCE = "hello", "hundred"
AT_ONCE = 100
CONNECTIONS = 8
"""Over which a peer gets them: of a hundred connections, Prefect refuses nearly all, and Airflow's scheduler ends."""
LIMIT_SECONDS = 300
START_SECONDS = 120
GRACE_SECONDS = 15
ANSWER_SECONDS = 60
AGAIN_SECONDS = 0.2
POLL_SECONDS, POLL_MANY_SECONDS = 0.05, 0.5
SUCCESS, FAILED, OPEN = "success", "failed", "open"


class Problem(Exception):
    """A figure could not be measured; the message is the reason, on one line."""


class Busy(Problem):
    """The server asks to come again later."""


class Product(ABC):
    """A product with its server and its API, which runs the two jobs.

    Attributes:
        title: the product with its version, as the head of its column.
    """

    title: str

    @abstractmethod
    def start(self) -> None:
        """Start its server on an empty state, and wait until its API takes a run. Raises Problem."""

    @abstractmethod
    def run_hello(self) -> None:
        """Run one task to its success. Raises Problem."""

    @abstractmethod
    def run_sequence(self) -> None:
        """Run a hundred tasks, one after the other, to their success. Raises Problem."""

    @abstractmethod
    def run_at_once(self) -> int:
        """Submit a hundred runs of one task at once, and wait until all have succeeded. Raises Problem.

        Returns:
            How often the server was too busy to take one.
        """

    @abstractmethod
    def stop(self) -> None:
        """End all of its processes."""

    def memory(self) -> int:
        """Bytes of memory of all of its processes; pages that they share count once."""
        return sum(memory(child.pid) for child in psutil.Process().children())


class Peer(Product):
    """A product of others: its processes have an environment and a folder of their own.

    Parameters:
        folder: an empty one, for its state and its logs.
        port: for its API, on the loopback address.
    """

    lock: str
    """The name of the file that locks its packages."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.address = f"http://{HOST}:{port}"
        self.session = requests.Session()
        self.session.trust_env = False  # our own machine is reached without a proxy
        self.session.headers["Connection"] = "close"  # a server may end an idle one just when it is used again
        self.processes: list[subprocess.Popen[bytes]] = []
        self.busy: list[Busy] = []

    @classmethod
    def commands(cls) -> Path:
        """The folder of its commands, in an environment that is built at the first use. Raises EnvironmentProblem."""
        return locked(Path(__file__).with_name(f"{cls.lock}.lock"), f"The packages of {cls.title} could not be fetched")

    @abstractmethod
    def variables(self) -> dict[str, str]:
        """What its processes find in their environment beside what is there."""

    @abstractmethod
    def submit(self, job: str) -> str:
        """Start a run of a job as users of the API do; gives the run's id."""

    @abstractmethod
    def states(self, job: str, runs: list[str]) -> list[str]:
        """Ask the API for the states of runs: SUCCESS, FAILED or OPEN."""

    def launch(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of its commands, with its output in a file of the folder."""
        folder = self.commands()
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        env = {**os.environ, **self.variables(), "PATH": path}
        argv = [str(folder / command), *arguments]
        with (self.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                argv, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def await_answer(self, path: str) -> None:
        """Wait until the API answers a GET of this path well. Raises Problem."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(path):
            self.check_servers()
            if time.monotonic() > deadline:
                raise Problem(f"no answer of {path} within {START_SECONDS} s: {self.last_words()}")
            time.sleep(POLL_SECONDS)

    def _answers(self, path: str) -> bool:
        with suppress(requests.RequestException):
            return self.session.get(f"{self.address}{path}", timeout=5).ok
        return False

    def check_servers(self) -> None:
        """Raise Problem if one of its processes has failed."""
        for number, process in enumerate(self.processes):
            if process.poll():
                raise Problem(f"a server ended with code {process.returncode}: {self.last_words(number)}")

    def last_words(self, number: int = -1) -> str:
        """What a process wrote last: the last line that names an error, if there is one.

        Parameters:
            number: which one, in the order of their start; the last one if left out.
        """
        log = self.folder / f"{range(len(self.processes))[number]}.log"
        lines = log.read_text(errors="replace").splitlines()
        named = [line for line in lines if "Error" in line] or [line for line in lines if line.strip()]
        return named[-1].strip()[:200] if named else "it wrote nothing"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON that the API answers to a GET, or to a POST of a body. Raises Problem."""
        try:
            method = "GET" if body is None else "POST"
            answer = self.session.request(method, self.address + path, json=body, timeout=ANSWER_SECONDS)
        except requests.RequestException as error:
            raise Problem(f"no answer of {path}: {type(error).__name__}") from error
        if not answer.ok:
            kind = Busy if answer.status_code == requests.codes.unavailable else Problem
            raise kind(f"{path} answers {answer.status_code}: {' '.join(answer.text.split())[:200]}")
        return answer.json()

    def run_hello(self) -> None:
        self.await_success(HELLO, [self.submit_patiently(HELLO)], POLL_SECONDS)

    def run_sequence(self) -> None:
        self.await_success(SEQUENCE, [self.submit_patiently(SEQUENCE)], POLL_SECONDS)

    def run_at_once(self) -> int:
        busy_before = len(self.busy)
        pool = ThreadPoolExecutor(CONNECTIONS)
        try:
            answers = list(pool.map(self._submit_or_problem, [HELLO] * AT_ONCE))
        finally:
            pool.shutdown(wait=False)  # a Ctrl-C has the servers ended first, and with them what still asks
        refused = [answer for answer in answers if isinstance(answer, Problem)]
        try:
            self.await_success(HELLO, [answer for answer in answers if isinstance(answer, str)], POLL_MANY_SECONDS)
        except Problem as problem:
            raise Problem(f"{len(refused)} of {AT_ONCE} refused; {problem}") from problem
        if refused:
            raise Problem(f"{len(refused)} of {AT_ONCE} refused: {refused[0]}")
        return len(self.busy) - busy_before

    def _submit_or_problem(self, job: str) -> str | Problem:
        try:
            return self.submit_patiently(job)
        except Problem as problem:
            return problem

    def submit_patiently(self, job: str) -> str:
        """Submit a run, again and again while the server is busy, as clients do; gives the run's id. Raises Problem."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while True:
            try:
                return self.submit(job)
            except Busy as problem:
                self.busy.append(problem)
                if time.monotonic() > deadline:
                    raise
            time.sleep(AGAIN_SECONDS)

    def await_success(self, job: str, runs: list[str], poll: float) -> None:
        """Wait until all of these runs have ended, at most LIMIT_SECONDS.

        Parameters:
            job: whose runs they are.
            runs: their ids.
            poll: seconds between two questions.

        Raises:
            Problem: not all have succeeded, or a server has failed.
        """
        began = time.monotonic()
        while OPEN in (states := self.states(job, runs)) and time.monotonic() < began + LIMIT_SECONDS:
            self.check_servers()
            time.sleep(poll)
        if states.count(SUCCESS) < len(runs):
            counts = ", ".join(f"{states.count(state)} {state}" for state in (SUCCESS, FAILED, OPEN))
            raise Problem(f"{counts} of {len(runs)} after {time.monotonic() - began:.0f} s")

    def stop(self) -> None:
        leave_no_orphans(GRACE_SECONDS)
        for process in self.processes:
            process.wait()

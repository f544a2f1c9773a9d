"""An attempt of a job: a process in its own session, whose output goes to a log.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psutil

from embedded.shared.memory import lift_limit
from embedded.shared.processes import stop_tree

GRACE_SECONDS = 5.0
"""Seconds between SIGTERM and SIGKILL; on AWS 30."""
JOB_ID = "AWS_BATCH_JOB_ID"
_POLL_SECONDS = 0.05
_FLUSH_SECONDS = 0.2
_LONGEST_LINE = 256 * 1024
_END_SECONDS = 5.0

Write = Callable[[Sequence[tuple[int, str]]], None]
"""Writes lines to a log: times in milliseconds since 1970, and texts."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of an attempt.

    Parameters:
        exit_code: exit code of the process; None if it did not start.
        status_reason: reason in Batch's words.
        reason: reason of the container, if any.
        final: whether a further attempt is forbidden.
    """

    exit_code: int | None
    status_reason: str
    reason: str | None = None
    final: bool = False


class Attempt:
    """Runs a process. `run` starts it and waits; `stop` may be called from any thread, before the start too.

    Parameters:
        argv: program and arguments.
        folder: working directory.
        environment: all variables, with `AWS_BATCH_JOB_ID`.
        seconds: time limit; None for no limit.
    """

    def __init__(self, argv: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: int | None) -> None:
        self._argv = list(argv)
        self._folder = folder
        self._environment = dict(environment)
        self._seconds = seconds
        self._stop = threading.Event()
        self._reason = ""
        self._final = True

    def stop(self, reason: str, final: bool = True) -> None:
        """Stop the process.

        Parameters:
            reason: status reason of the outcome.
            final: whether a further attempt is forbidden.
        """
        if not self._stop.is_set():
            self._reason, self._final = reason, final
            self._stop.set()

    def run(self, started: Callable[[], None], write: Write) -> Outcome:
        """Start the process; wait for the end of it and of all its descendants.

        Parameters:
            started: called after the start.
            write: writes its output.
        """
        if self._stop.is_set():
            return Outcome(None, self._reason, final=self._final)
        try:
            process = self._start()
        except OSError as error:
            return Outcome(
                127, "Task failed to start", f"CannotStartContainerError: {self._argv[:1]}: {error.strerror}"
            )
        reader = threading.Thread(target=_pump, args=(process.stdout, write), daemon=True)
        reader.start()
        started()
        try:
            outcome = self._wait(process)
        finally:
            self._sweep(process)
            reader.join(_END_SECONDS)
        return outcome

    def _start(self) -> subprocess.Popen[bytes]:
        name = self._argv[0] if self._argv else ""
        path = self._folder / name if "/" in name else name
        program = shutil.which(path, path=self._environment["PATH"])
        if program is None:
            raise FileNotFoundError(2, "executable file not found in $PATH")
        process = subprocess.Popen(
            [program, *self._argv[1:]],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        lift_limit(process)
        return process

    def _wait(self, process: subprocess.Popen[bytes]) -> Outcome:
        deadline = None if self._seconds is None else time.monotonic() + self._seconds
        while process.poll() is None:
            if self._stop.wait(_POLL_SECONDS):
                return Outcome(_end(process), self._reason, final=self._final)
            if deadline is not None and time.monotonic() > deadline:
                return Outcome(_end(process), "Job attempt duration exceeded timeout", final=True)
        return Outcome(_shell_code(process.returncode), "Essential container in task exited")

    def _sweep(self, process: subprocess.Popen[bytes]) -> None:
        """End the remaining descendants: a container ends with its first process."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        stop_tree(processes_of_job(self._environment[JOB_ID]), signal.SIGKILL, 0)


def processes_of_job(identity: str) -> list[psutil.Process]:
    """The processes of a job, by the variable that each inherits."""
    return [process for process in psutil.process_iter() if _is_of(process, identity)]


def _is_of(process: psutil.Process, identity: str) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        return process.environ().get(JOB_ID) == identity
    return False


def _end(process: subprocess.Popen[bytes]) -> int:
    """End a process group; returns the exit code in a shell's form."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        return _shell_code(process.wait(GRACE_SECONDS))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return _shell_code(process.wait())


def _shell_code(code: int) -> int:
    return code if code >= 0 else 128 - code


def _pump(output: BinaryIO, write: Write) -> None:
    """Write lines in batches, as each write waits for the disk."""
    lines: list[tuple[int, str]] = []
    rest, due = b"", time.monotonic()
    with output:
        while True:
            ready, _, _ = select.select([output], [], [], _FLUSH_SECONDS)
            chunk = os.read(output.fileno(), _LONGEST_LINE) if ready else b""
            *whole, rest = _split(rest + chunk, is_all=bool(ready and not chunk))
            now = int(time.time() * 1000)
            lines += [(now, text) for line in whole if (text := line.decode(errors="replace").rstrip("\r"))]
            if lines and (not chunk or time.monotonic() > due):
                write(lines)
                lines, due = [], time.monotonic() + _FLUSH_SECONDS
            if ready and not chunk:
                return


def _split(data: bytes, is_all: bool) -> list[bytes]:
    """Split into lines and the incomplete rest; a line that is too long is split."""
    parts = data.split(b"\n")
    if is_all or len(parts[-1]) >= _LONGEST_LINE:
        parts.append(b"")
    return parts

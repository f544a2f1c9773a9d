"""Recognises and stops processes, also those that an earlier, killed supervisor left."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

OWNER = "EMBEDDED_OWNER"
"""Environment variable with which everything started for a service can be recognised, its children included."""
_SAME_START_SECONDS = 2.0
_KILL_SECONDS = 5.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Identity:
    """A process, not just a number that another process may bear after a reboot."""

    pid: int
    started: float
    """Seconds since the epoch."""

    @classmethod
    def of(cls, pid: int) -> Identity:
        """Identify a running process.

        Raises:
            psutil.NoSuchProcess: there is none.
        """
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The process, if it still runs."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _SAME_START_SECONDS
            if same and runs(process):
                return process
        return None


def owner_mark(home: Path, service: str) -> str:
    """The value of `OWNER` for one service of one stack."""
    return f"{home}:{service}"


def leftovers(home: Path, service: str, session: int | None = None) -> list[psutil.Process]:
    """Find what runs on behalf of a service: by the mark it inherited or by its session.

    Parameters:
        home: the stack's state folder.
        service: its name.
        session: the session that the service led, when known.
    """
    marked = bearers(owner_mark(home, service))
    return marked + [p for p in psutil.process_iter() if _in_session(p, session) and p not in marked]


def bearers(mark: str | None) -> list[psutil.Process]:
    """Find the processes, other than ourselves, whose `OWNER` is this one."""
    if mark is None:
        return []
    return [p for p in psutil.process_iter() if p.pid != os.getpid() and _marked(p, mark)]


def _marked(process: psutil.Process, mark: str) -> bool:
    with contextlib.suppress(psutil.Error, OSError):
        return process.environ().get(OWNER) == mark
    return False


def _in_session(process: psutil.Process, session: int | None) -> bool:
    with contextlib.suppress(OSError):
        return session is not None and os.getsid(process.pid) == session
    return False


def stop_tree(processes: Iterable[psutil.Process], number: signal.Signals, grace: float) -> None:
    """Signal processes and wait for them; then kill those that stay, and all children that they had.

    Parameters:
        processes: the roots of the trees.
        number: the first signal.
        grace: seconds to wait before SIGKILL.
    """
    roots = list(processes)
    children = [child for root in roots for child in _children(root)]
    for process in roots:
        _send(process, number)
    alive = _wait_for_end(roots, grace)
    late = alive + children + [child for process in alive for child in _children(process)]
    late = [process for process in late if process.pid != os.getpid()]
    for process in late:
        _send(process, signal.SIGKILL)
    _wait_for_end(late, _KILL_SECONDS)


def _wait_for_end(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait, at most so long; give those that still run."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if runs(process)]) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return alive


def runs(process: psutil.Process) -> bool:
    """Tell whether a process runs. One that ended and was not yet collected by its parent does not."""
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def number_runs(pid: int) -> bool:
    """Tell whether a process of this number runs, whichever it is."""
    try:
        return runs(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return process.children(recursive=True)
    return []


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.Error):
        process.send_signal(number)


def memory(pid: int) -> int:
    """Bytes of memory of a process and its children; pages that they share count once where the system tells."""
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        return sum(_memory_of(process) for process in [root, *_children(root)])
    return 0


def _memory_of(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    with contextlib.suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0

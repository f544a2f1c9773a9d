"""Ends processes whose supervisor has gone, however it went.

Three ways, for three kinds of process: our own Python services watch their standard input, a pipe that the system
closes with the supervisor (`exit_with_parent`); on Linux the kernel signals any other child (`die_with_parent`);
elsewhere a small watcher process does (`watch`). `ParentWatch` chooses the way of a child.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

import psutil

from embedded.shared.paths import ROOT
from embedded.shared.processes import OWNER, bearers, runs, stop_tree

MARK = "EMBEDDED_ENDS_WITH_PARENT"
"""Set for processes that watch their standard input."""
KERNEL_SIGNALS = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def exit_with_parent(grace: float = 10.0) -> None:
    """End this process and all that it started when the supervisor goes. Call it first thing.

    It does nothing for a process that the supervisor did not start. The end begins with SIGTERM to ourselves, so that
    the process's own shutdown runs.

    Parameters:
        grace: seconds for the shutdown, before SIGKILL.
    """
    if os.environ.pop(MARK, None):
        threading.Thread(target=_watch_supervisor, args=(grace,), name="parent-watch", daemon=True).start()


def _watch_supervisor(grace: float) -> None:
    if _was_abandoned(0):
        # From outside: our children must be ended after ourselves, and without our help if we hang.
        subprocess.Popen(watcher(os.getpid(), signal.SIGTERM, grace), cwd=ROOT, stdin=subprocess.DEVNULL)


def watcher(pid: int, number: signal.Signals, grace: float) -> list[str]:
    """The command line of a process that runs `watch`; `OWNER` in its environment says whose children to end."""
    return [sys.executable, "-m", "embedded.shared.parent_watch", str(pid), str(int(number)), str(grace)]


def watch(pid: int, number: int, grace: float) -> None:
    """Wait for the end of standard input, then end a process, and what carries the same `OWNER` as we do.

    Parameters:
        pid: the process.
        number: the first signal to it.
        grace: seconds before SIGKILL.
    """
    os.setsid()  # what ends the process's session must not end us
    processes = _process_of(pid)  # taken now: a later process of the same number is not the same
    if _was_abandoned(0):
        stop_tree(processes, signal.Signals(number), grace)
        stop_tree(bearers(os.environ.get(OWNER)), signal.SIGKILL, grace=0)


def _process_of(pid: int) -> list[psutil.Process]:
    """The process of a number; none if it has ended already: what it started may go on, and must end too."""
    try:
        return [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []


def _was_abandoned(descriptor: int) -> bool:
    """Wait until a pipe ends; tell whether its other end was closed without a byte, as the kernel does."""
    with contextlib.suppress(OSError):
        return not os.read(descriptor, 1)
    return True


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Make a function to run in a child between fork and exec (Linux): the kernel will signal it when we are gone.

    It must run after a change of user, which would undo it; `subprocess` runs it last.
    """
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it went before we were armed
            os._exit(1)

    return arm


def adopt_orphans() -> None:
    """Become the parent of what our descendants leave behind (Linux), however they left it: see `leave_no_orphans`."""
    if KERNEL_SIGNALS:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def leave_no_orphans(grace: float) -> None:
    """End the adopted ones, when all children of our own have ended.

    Parameters:
        grace: seconds between SIGTERM and SIGKILL.
    """
    if KERNEL_SIGNALS:
        stop_tree(psutil.Process().children(recursive=True), signal.SIGTERM, grace)


def collect_orphans(known: Collection[int], before: Collection[int]) -> set[int]:
    """Collect adopted children that have ended, which nobody else waits for.

    Parameters:
        known: the numbers of our own children.
        before: what the last call gave: one that is known as ended since then is nobody's.

    Returns:
        The numbers of the ended ones that were not collected yet.
    """
    ended = {child.pid for child in psutil.Process().children() if not runs(child)} - set(known)
    for pid in ended.intersection(before):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return ended.difference(before)


class ParentWatch:
    """Ends one child with this process, in the way that fits the child and the system.

    Create it, start the child with `popen_arguments` and `variables`, then `attach`; `release` after the child's end.

    Parameters:
        child_watches: whether the child calls `exit_with_parent`.
        stop_signal: the first signal to a child that does not.
        grace: seconds before SIGKILL.
    """

    def __init__(self, child_watches: bool, stop_signal: signal.Signals, grace: float) -> None:
        self._child_watches = child_watches
        self._stop_signal = stop_signal
        self._grace = grace
        self._read_end, self._write_end = os.pipe()

    @property
    def variables(self) -> dict[str, str]:
        """What the child's environment needs."""
        return {MARK: "1"} if self._child_watches else {}

    @property
    def popen_arguments(self) -> dict[str, Any]:
        """What `Popen` needs, called in the main thread: the kernel takes the thread's end for the parent's."""
        if self._child_watches:
            return {"stdin": self._read_end}
        return {
            "stdin": subprocess.DEVNULL,
            "preexec_fn": die_with_parent(self._stop_signal) if KERNEL_SIGNALS else None,
        }

    def attach(self, pid: int, env: Mapping[str, str]) -> None:
        """Watch the started child from outside, where neither it nor the kernel does.

        Parameters:
            pid: the child.
            env: the child's environment.
        """
        if not self._child_watches and not KERNEL_SIGNALS:
            argv = watcher(pid, self._stop_signal, self._grace)
            subprocess.Popen(argv, stdin=self._read_end, cwd=ROOT, env=env)

    def close_child_end(self) -> None:
        """Leave the pipe's read end to the child, or to its watcher, alone."""
        os.close(self._read_end)

    def release(self) -> None:
        """Stop watching on purpose: a byte tells the watcher not to kill."""
        with contextlib.suppress(OSError):
            os.write(self._write_end, b".")
        os.close(self._write_end)


if __name__ == "__main__":
    watch(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))

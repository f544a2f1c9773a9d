"""Ends processes whose supervisor has gone, however it went.

Three ways, for three kinds of process: our own Python services watch their standard input, a pipe that the system
closes with the supervisor (`exit_with_parent`); on Linux the kernel signals any other child (`die_with_parent`);
elsewhere a small watcher process does (`watch`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import psutil

from embedded.shared.paths import ROOT
from embedded.shared.processes import OWNER, bearers, stop_tree

MARK = "EMBEDDED_LIFELINE"
"""Set for processes whose standard input is a lifeline."""
KERNEL_SIGNALS = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1


def exit_with_parent(grace: float = 10.0) -> None:
    """End this process and all that it started when the supervisor goes. Call it first thing.

    It does nothing for a process that the supervisor did not start. The end begins with SIGTERM to ourselves, so that
    the process's own shutdown runs.

    Parameters:
        grace: seconds for the shutdown, before SIGKILL.
    """
    if os.environ.pop(MARK, None):
        threading.Thread(target=_watch_supervisor, args=(grace,), name="lifeline", daemon=True).start()


def _watch_supervisor(grace: float) -> None:
    if _torn(0):
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
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)  # taken now: a later process of the same number is not the same
        if _torn(0):
            stop_tree([process], signal.Signals(number), grace)
            stop_tree(bearers(os.environ.get(OWNER)), signal.SIGKILL, grace=0)


def _torn(descriptor: int) -> bool:
    """Wait until a lifeline ends; tell whether it was torn, or let go with a word."""
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


if __name__ == "__main__":
    watch(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))

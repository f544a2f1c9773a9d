"""Ends processes whose supervisor has gone, however it went.

Three ways, for three kinds of process: our own Python services watch their standard input, a pipe that the system
closes with the supervisor (`exit_with_parent`); on Linux the kernel signals any other child (`die_with_parent`);
elsewhere a small watcher process does (`python -m embedded.lifeline PID SIGNAL`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import psutil

from embedded.processes import stop_tree

MARK = "EMBEDDED_LIFELINE"
"""Set for processes whose standard input is a lifeline."""
KERNEL_SIGNALS = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1


def exit_with_parent(grace: float = 10.0) -> None:
    """End this process and all that it started when the supervisor goes. Call it first thing.

    It does nothing for a process that the supervisor did not start. The end begins with SIGTERM to ourselves, so that
    the process's own shutdown runs.

    Args:
        grace: seconds for the shutdown, before SIGKILL.
    """
    if os.environ.pop(MARK, None):
        threading.Thread(target=_watch_stdin, args=(grace,), name="lifeline", daemon=True).start()


def _watch_stdin(grace: float) -> None:
    _wait_for_end_of(0)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)  # our process usually ends here
    stop_tree(psutil.Process().children(recursive=True), signal.SIGKILL, grace=0)
    os.kill(os.getpid(), signal.SIGKILL)


def _wait_for_end_of(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        while os.read(descriptor, 4096):
            pass


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


def watch(pid: int, number: int, grace: float = 10.0) -> None:
    """Wait for the end of standard input, then signal a process; after `grace` seconds kill it with its children."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)  # taken now: a later process of the same number is not the same
        _wait_for_end_of(0)
        stop_tree([process], signal.Signals(number), grace)


if __name__ == "__main__":
    watch(int(sys.argv[1]), int(sys.argv[2]))

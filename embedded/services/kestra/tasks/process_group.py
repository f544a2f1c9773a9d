"""Runs a command and ends its processes with it. The engine starts it as `python process_group.py COMMAND...`.

The command gets a session of its own. When the command ends, when the engine closes this process's input, or when the
engine dies (which closes it too), every process left in that session's group is ended. So no script outlives its task.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
import time

GRACE_SECONDS = 3.0
POLL_SECONDS = 0.02


def main(command: list[str]) -> int:
    """Run the command; returns its exit code, or 128 plus the number of the signal that ended it, as a shell does."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    ended, ending = os.pipe()
    os.set_blocking(ending, False)
    signal.set_wakeup_fd(ending)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler, so that the wake-up is written
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os.close(0))
    if child.poll() is None:
        _await_end(child, ended)
    if child.poll() is None:
        _end_family(child)
    _signal_family(child, signal.SIGKILL)
    code = child.wait()
    return code if code >= 0 else 128 - code


def _await_end(child: subprocess.Popen[bytes], ended: int) -> None:
    """Return when the child has ended, or when the input has ended or failed, which is the request to end the child."""
    while child.poll() is None:
        try:
            ready, _, _ = select.select([0, ended], [], [])
            if ended in ready:
                os.read(ended, 64)
            if 0 in ready and not os.read(0, 64):
                return
        except OSError:
            return


def _end_family(child: subprocess.Popen[bytes]) -> None:
    _signal_family(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _signal_family(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

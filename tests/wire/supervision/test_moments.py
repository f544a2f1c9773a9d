"""A signal to `run` at any moment of its life: all that it started ends, in order, and without a traceback."""

import itertools
import os
import pty
import signal
import subprocess
import sys

import pytest

from embedded.shared.paths import ROOT
from tests.support.command import ENDING_SIGNALS, Command, take_signals
from tests.support.waiting import eventually

MOMENTS = (
    "call main",
    "return raise_on_signals",
    "call _Command.run",
    "return SignalQueue.__init__",
    "call start",
    "return StateFolder.claim",
    "call call_or_start",
    "call _start",
    "return _start",
    "return call_or_start",
    "call Call._line",
    "call Progress.service",
    "return start",
    "call run_command",
    "return _birth",
    "call _wait",
    "return run_command",
    "call release",
    "return Call.cancel",
    "call Call.wait_for_end",
    "return Call.close",
)


def take_terminal() -> None:
    """To run in a child before its program: the first terminal that the leader of a session opens is the session's."""
    take_signals()
    os.close(os.open(os.ttyname(0), os.O_RDWR))


@pytest.mark.parametrize(("moment", "number"), list(zip(MOMENTS, itertools.cycle(ENDING_SIGNALS), strict=False)))
def test_a_signal_at_any_moment_of_run_leaves_nothing(fakes: Command, moment: str, number: signal.Signals) -> None:
    done = fakes("run", "--only", "web", "--", "sh", "-c", "echo begun", FAKE_SIGNAL=f"{number:d} {moment}")
    assert fakes.nothing_runs(), fakes.processes()
    assert "Traceback" not in done.stderr
    after_all = moment in ("return run_command", "call release", "return Call.cancel", "call Call.wait_for_end")
    assert done.returncode in ((0,) if after_all else (0, 128 + number, -number)), done.stderr
    assert done.stdout in ("", "begun\n")


def test_signals_that_come_while_it_stops_interrupt_nothing(fakes: Command) -> None:
    run = fakes.spawn("run", "--", "sh", "-c", "echo begun; exec sleep 986", FAKE_QUIET="stubborn")
    eventually(lambda: run.stdout.readline() == "begun\n")
    run.send_signal(signal.SIGTERM)
    eventually(lambda: "stopping" in run.stderr.readline())
    for number in ENDING_SIGNALS:
        run.send_signal(number)
    run.communicate(timeout=60)
    assert run.returncode == 128 + signal.SIGTERM
    assert fakes.nothing_runs(), fakes.processes()


def test_a_closed_terminal_ends_all(fakes: Command) -> None:
    terminal, inner = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", fakes.module, "run", "--", "sh", "-c", "echo begun; exec sleep 986"],
        cwd=ROOT,
        env=fakes.env,
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
        preexec_fn=lambda: (
            take_signals(),
            os.close(os.open(os.ttyname(0), os.O_RDWR)),
        ),  # a session's first is its own
    )
    os.close(inner)
    said = b""
    while b"begun" not in said:
        said += os.read(terminal, 1000)
    os.close(terminal)
    assert run.wait(timeout=60) == 128 + signal.SIGHUP
    assert fakes.nothing_runs(), fakes.processes()

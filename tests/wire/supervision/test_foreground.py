"""Signals at the moments of a command's birth: none is lost, and none takes the wrong way."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import ENDING_SIGNALS, take_signals

SCRIPT = str(Path(__file__).with_name("early_signal.py"))


def _run(moment: str, number: signal.Signals, mark: Path) -> subprocess.CompletedProcess[str]:
    name = number.name.removeprefix("SIG")
    command = f"trap 'echo told; exit 5' {name}; touch {mark}; while :; do sleep 0.05; done"
    return subprocess.run(
        [sys.executable, SCRIPT, moment, str(int(number)), str(mark), "sh", "-c", command],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=take_signals,
    )


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_before_the_child_is_known_reaches_its_program(tmp_path: Path, number: signal.Signals) -> None:
    done = _run("before the child is known", number, tmp_path / "mark")
    assert (done.returncode, done.stdout, done.stderr) == (5, "told\n", "")


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_to_the_child_before_its_program_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    done = _run("in the child before its program", number, tmp_path / "mark")
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")
    assert not (tmp_path / "mark").exists()

"""Who merely was there when the engine ended is not set aside."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import ROOT


@pytest.mark.parametrize(
    ("ends", "guilty"),
    [
        (["memory:a"], ["a"]),
        (["memory:a,b,c"], [""]),
        (["memory:a,b", "memory:a,c"], ["", "a"]),
        (["memory:a,b", ":c", "memory:a,b"], ["", "", ""]),
        (["failure:a,b", "failure:b"], ["", "b"]),
        (["failure:a", ":", "failure:a"], ["", "", ""]),
        ([":a,b", ":a,b", ":b,c", ":c"], ["", "", "b", ""]),
    ],
    ids=[
        "alone when memory ended",
        "one of several when memory ended",
        "there both times",
        "a start between in which all went well",
        "the engine ended by itself twice",
        "all went well in between",
        "killed again and again",
    ],
)
def test_only_who_was_alone_or_there_again_is_guilty(tmp_path: Path, ends: list[str], guilty: list[str]) -> None:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.suspects", str(tmp_path), *ends]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("guilty: ")]
    assert [line.removeprefix("guilty: ") for line in lines] == guilty

"""Threads may use a Java class for the first time at once, as requests do right after the engine's start."""

import subprocess
import sys

import jpype

from tests.support.stack import ROOT


def test_first_uses_at_once_do_not_end_the_process() -> None:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.first_uses"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert int(done.stdout) > 400


def test_the_mended_version_of_jpype_is_the_one_in_use() -> None:
    """When this fails: look whether JPype still calls `_jclassPost` after others can see the class."""
    assert jpype.__version__ == "1.7.1"

"""A Java class has its hints before any other thread can see it, as requests do right after the engine's start."""

import subprocess
import sys

import jpype

from tests.support.stack import ROOT


def test_no_python_function_runs_between_a_class_and_its_hints() -> None:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.class_hints"]
    calls = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    made = calls.index("_prepare has ended")
    assert calls[made + 1] == "_Rest.__eq__ with hints: True", calls


def test_the_mended_version_of_jpype_is_the_one_in_use() -> None:
    """When this fails: look whether JPype still calls `_jclassPost` after others can see the class."""
    assert jpype.__version__ == "1.7.1"

"""The executor reads the last of several messages about one execution, or one task run; other readers read all."""

import subprocess
import sys

import pytest

from tests.support.stack import ROOT

EXECUTION = "io.kestra.core.models.executions.Execution"
RESULT = "io.kestra.core.runners.WorkerTaskResult"
MESSAGES = ["a:RUNNING", "b:FAILED", "a:RETRYING", "c:RUNNING", "b:RUNNING", "a:SUCCESS"]
"""Keys and states of task runs."""


@pytest.mark.parametrize(
    ("queue", "reader", "read"),
    [
        (EXECUTION, "executor", [3, 4, 5]),
        (EXECUTION, "indexer", [0, 1, 2, 3, 4, 5]),
        (RESULT, "executor", [1, 2, 3, 4, 5]),
        (RESULT, "indexer", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_messages_about_the_same_are_merged(queue: str, reader: str, read: list[int]) -> None:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.merged_messages", queue, reader, *MESSAGES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(map(int, done.stdout.split()[-len(read) :])) == read, done.stdout

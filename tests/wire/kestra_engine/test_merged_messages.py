"""The executor reads the last of several messages about one execution, or one task run; other readers read all."""

import json
import subprocess
import sys

import pytest

from tests.support.stack import ROOT

EXECUTION = "io.kestra.core.models.executions.Execution"
RESULT = "io.kestra.core.runners.WorkerTaskResult"
MESSAGES = ["a:RUNNING", "b:FAILED", "a:RETRYING", "c:RUNNING", "b:RUNNING", "a:SUCCESS"]
"""Keys and states of task runs."""


READ = {
    (EXECUTION, "executor"): [3, 4, 5],
    (EXECUTION, "indexer"): [0, 1, 2, 3, 4, 5],
    (RESULT, "executor"): [1, 2, 3, 4, 5],
    (RESULT, "indexer"): [0, 1, 2, 3, 4, 5],
}
"""The numbers of the messages that a reader of a queue gets."""


@pytest.fixture(scope="module")
def delivered() -> dict[tuple[str, str], list[int]]:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.merged_messages", *MESSAGES]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(list(READ)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(zip(READ, json.loads(done.stdout.splitlines()[-1]), strict=True))


@pytest.mark.parametrize("reader", READ)
def test_messages_about_the_same_are_merged(
    delivered: dict[tuple[str, str], list[int]], reader: tuple[str, str]
) -> None:
    assert delivered[reader] == READ[reader]

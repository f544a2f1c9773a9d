"""Messages about large executions go without the task runs, which nobody misses."""

import json
import subprocess
import sys

from tests.support.stack import ROOT

ALL = {"RUNNING": 1, "SUCCESS": 49}


def test_task_runs_of_large_executions_are_read_where_they_are_stored() -> None:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.brief_executions"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    assert results == {
        "large": ["RUNNING", None],
        "small": ["RUNNING", {"RUNNING": 1, "SUCCESS": 48}],
        "ended": ["SUCCESS", ALL],
        "not followed": ["RUNNING", None],
        "goes on": ["RUNNING", None],
        "fails": ["FAILED", {"FAILED": 1, "SUCCESS": 49}],
        "fails small": ["FAILED", None],
        "followed": ["RUNNING", ALL],
        "left": ["RUNNING", None],
    }

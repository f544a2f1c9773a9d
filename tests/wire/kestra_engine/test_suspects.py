"""Who merely was there when the engine ended is not set aside."""

import json
import subprocess
import sys

import pytest

from tests.support.stack import ROOT

CASES = {
    "alone when memory ended": (["memory:a"], ["a"]),
    "one of several when memory ended": (["memory:a,b,c"], [""]),
    "there both times": (["memory:a,b", "memory:a,c"], ["", "a"]),
    "a start between in which all went well": (["memory:a,b", ":c", "memory:a,b"], ["", "", ""]),
    "the engine ended by itself twice": (["failure:a,b", "failure:b"], ["", "b"]),
    "all went well in between": (["failure:a", ":", "failure:a"], ["", "", ""]),
    "killed again and again": ([":a,b", ":a,b", ":b,c", ":c"], ["", "", "b", ""]),
}
"""The ends of an engine, and who is set aside after each."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.suspects", str(tmp_path_factory.mktemp("suspects"))]
    ends = json.dumps({name: ends for name, (ends, _) in CASES.items()})
    done = subprocess.run(command, cwd=ROOT, input=ends, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", CASES)
def test_only_who_was_alone_or_there_again_is_guilty(judged: dict[str, list[str]], name: str) -> None:
    assert judged[name] == CASES[name][1]

"""The project's replacements of three of the engine's classes do what the originals do."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.stack import ROOT
from tests.wire.kestra_engine.replaced_classes import MESSAGES

pytestmark = pytest.mark.slow


def play(folder: Path, part: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.replaced_classes", str(folder), part]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return play(tmp_path_factory.mktemp("original"), "original")


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return play(tmp_path_factory.mktemp("replaced"), "replaced")


def test_both_are_what_they_are_called(original: dict[str, Any], replaced: dict[str, Any]) -> None:
    assert "jdbc-h2" in original["origin"]
    assert "task-types" in replaced["origin"]


def test_functions_of_generated_columns_give_the_same_values(
    original: dict[str, Any], replaced: dict[str, Any]
) -> None:
    assert replaced["functions"] == original["functions"]
    assert len(set(original["functions"])) > 20


def test_consumers_of_a_queue_get_the_same_messages(original: dict[str, Any], replaced: dict[str, Any]) -> None:
    assert replaced["queue"] == original["queue"]
    assert original["queue"]["in order"] == [f"message {number}" for number in range(MESSAGES)]
    assert len(original["queue"]["got"]["other"]) == MESSAGES + 6


def test_waiting_ends_in_the_same_way(original: dict[str, Any], replaced: dict[str, Any]) -> None:
    assert replaced["awaits"] == original["awaits"]
    assert ["here", "3"] in original["awaits"]
    assert sum("java.util.concurrent.TimeoutException" in answer for answer in original["awaits"]) == 3

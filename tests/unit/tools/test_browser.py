"""The browser of the tests is found, and installed where that can be done."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tools import browser


def _program(folder: Path, name: str) -> str:
    path = folder / name
    path.touch(mode=0o755)
    return str(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "MAC", tmp_path / "none")
    return tmp_path


def test_an_installed_browser_is_found_before_playwrights_own(folder: Path) -> None:
    assert browser.find(str(folder / "nothing")) is None
    own = _program(folder, "own")
    assert browser.find(own) == own
    installed = _program(folder, "google-chrome")
    assert browser.find(own) == installed


def test_a_named_browser_is_used_or_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = _program(folder, "own")
    monkeypatch.setenv(browser.VARIABLE, str(folder / "nothing"))
    assert browser.find(own) is None
    named = _program(folder, "mine")
    monkeypatch.setenv(browser.VARIABLE, named)
    assert browser.find(own) == named


def test_packages_are_installed_by_root_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(folder, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert list(browser.ways_to_install()) == ["Playwright"]
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert list(browser.ways_to_install()) == ["apt-get", "Playwright"]


class Shell:
    """Stands for the programs that an installation calls: notes them, and gives the answer of each.

    Parameters:
        answers: the exit code and the output of a program by its name, or that it does not end.
    """

    def __init__(self, answers: dict[str, tuple[int, str] | None]) -> None:
        self.ran: list[str] = []
        self._answers = answers

    def __call__(self, command: Sequence[str], timeout: float, **_: Any) -> subprocess.CompletedProcess[str]:
        self.ran.append(command[0])
        answer = self._answers.get(command[0], (0, ""))
        if answer is None:
            raise subprocess.TimeoutExpired(command, timeout)
        return subprocess.CompletedProcess(command, *answer)


def test_an_installation_tells_what_failed_and_goes_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell({"fails": (3, "no such\npackage\n"), "is silent": (4, ""), "hangs": None})
    monkeypatch.setattr(subprocess, "run", shell)
    assert browser.install([["works"], ["fails"], ["next"]]) == "package"
    assert shell.ran == ["works", "fails"]
    assert browser.install([["is silent"]]) == "exit code 4"
    assert browser.install([["hangs"]]) == f"not within {browser.SECONDS} s"
    assert browser.install([["works"]]) == ""


def test_all_ways_are_tried_and_each_says_why_none_came_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "ways_to_install", lambda: {"a shop": [["fails"]], "a friend": [["works"]]})
    monkeypatch.setattr(browser, "_playwrights_place", lambda: str(folder / "own"))
    monkeypatch.setattr(subprocess, "run", Shell({"fails": (1, "closed")}))
    assert browser.main() == 1
    assert [line for line in capsys.readouterr().out.splitlines() if not line.startswith("Installing")] == [
        "  a shop: closed",
        "  a friend: no browser came of it",
        "There is no browser; CHROMIUM can name one. Its tests are skipped.",
    ]


def test_nothing_is_installed_where_one_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(browser, "_playwrights_place", lambda: _program(folder, "own"))
    monkeypatch.setattr(subprocess, "run", shell := Shell({}))
    assert browser.main() == 0
    assert shell.ran == []
    assert capsys.readouterr().out == f"The tests use {folder / 'own'}\n"

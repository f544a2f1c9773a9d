"""Another Python than the project's is told so by the first import of a notebook."""

import importlib.util
import sys

import pytest

from tests.support.stack import ROOT
from workbook import this_python


def test_this_one_is_right() -> None:
    this_python.check()


def test_a_python_without_the_packages_is_told_which_one_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "dotenv" else name)
    with pytest.raises(ImportError) as refused:
        this_python.check()
    assert f"runs on {sys.executable}, which lacks dotenv.\n" in str(refused.value)
    assert f"the project's own environment, {ROOT / '.venv'}:" in str(refused.value)

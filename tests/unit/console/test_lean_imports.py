"""What the console leaves out counts as not installed."""

import importlib
import sys

import pytest

from console import lean_imports

NAME = "colorsys"
"""A module that nothing here needs."""


@pytest.fixture
def unused(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(lean_imports, "UNUSED", (NAME,))
    monkeypatch.setitem(sys.modules, NAME, sys)
    return NAME


def test_what_is_left_out_counts_as_not_installed(unused: str) -> None:
    del sys.modules[unused]
    lean_imports.leave_out()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(unused)


def test_what_has_been_imported_stays(unused: str) -> None:
    lean_imports.leave_out()
    assert importlib.import_module(unused) is sys

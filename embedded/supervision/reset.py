"""Deletes all state of a stack, and nothing else."""

from __future__ import annotations

from pathlib import Path

from catalog.services.kestra import KESTRA
from embedded.registry import Stack
from embedded.service import Context
from embedded.shared.paths import ROOT
from embedded.shared.settings import Settings
from embedded.shared.state_folder import MARKER, Home, HomeError, is_ours, remove_content

_OWN_STORAGE = ROOT / "kestra-storage"


def check(home: Home, settings: Settings) -> None:
    """Make sure that only folders of ours would be cleared.

    Raises:
        HomeError: a folder is not ours.
    """
    if home.path.is_dir() and not is_ours(home.path):
        raise HomeError(f"{home.path} has no {MARKER}, so it is not ours to clear: check EMBEDDED_HOME")
    storage = settings[KESTRA].storage
    if storage.is_dir() and storage != _OWN_STORAGE and not is_ours(storage):
        raise HomeError(f"{storage} has no {MARKER}, so it is not ours to clear: check KESTRA_STORAGE")


def clear(home: Home, settings: Settings, stack: Stack) -> None:
    """Delete the state of a stopped stack: the content of its folder and of Kestra's storage.

    Raises:
        HomeError: a folder is not ours, or a supervisor is at work on it.
    """
    check(home, settings)
    if home.path.is_dir():
        _clear_home(home, settings, stack)
    if settings[KESTRA].storage.is_dir():
        remove_content(settings[KESTRA].storage, kept={".gitkeep", MARKER})


def _clear_home(home: Home, settings: Settings, stack: Stack) -> None:
    with home.locked() as ours:
        if not ours:
            raise HomeError(f"{home.path} is in use by a supervisor that just started: run `reset` again")
        for service in stack.services:
            service.reset(Context(settings, home.path / service.name, home.log_of(service.name), ports={}))
        home.clear()


def describe(home: Home, settings: Settings) -> list[Path]:
    """Name the folders that a reset empties."""
    return [folder for folder in (home.path, settings[KESTRA].storage) if folder.is_dir()]

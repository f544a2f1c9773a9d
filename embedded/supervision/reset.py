"""Deletes all state of a stack, and nothing else."""

from __future__ import annotations

from pathlib import Path

from catalog.services.kestra import KESTRA
from embedded.registry import Stack
from embedded.service import Context
from embedded.shared.paths import ROOT
from embedded.shared.settings import Settings
from embedded.shared.state_folder import MARKER, StateFolder, StateFolderError, is_ours, remove_content

_OWN_STORAGE = ROOT / "kestra-storage"


def check(folder: StateFolder, settings: Settings) -> None:
    """Make sure that only folders of ours would be cleared.

    Raises:
        StateFolderError: a folder is not ours.
    """
    if folder.path.is_dir() and not is_ours(folder.path):
        raise StateFolderError(f"{folder.path} has no {MARKER}, so it is not ours to clear: check EMBEDDED_HOME")
    storage = settings[KESTRA].storage
    if storage.is_dir() and storage != _OWN_STORAGE and not is_ours(storage):
        raise StateFolderError(f"{storage} has no {MARKER}, so it is not ours to clear: check KESTRA_STORAGE")


def clear(folder: StateFolder, settings: Settings, stack: Stack) -> None:
    """Delete the state of a stopped stack: the content of its folder and of Kestra's storage.

    Raises:
        StateFolderError: a folder is not ours, or a supervisor is at work on it.
    """
    check(folder, settings)
    if folder.path.is_dir():
        _clear_folder(folder, settings, stack)
    if settings[KESTRA].storage.is_dir():
        remove_content(settings[KESTRA].storage, kept={".gitkeep", MARKER})


def _clear_folder(folder: StateFolder, settings: Settings, stack: Stack) -> None:
    with folder.locked() as ours:
        if not ours:
            raise StateFolderError(f"{folder.path} is in use by a supervisor that just started: run `reset` again")
        for service in stack.services:
            service.reset(Context(settings, folder.path / service.name, folder.log_of(service.name), ports={}))
        folder.clear()


def describe(state: StateFolder, settings: Settings) -> list[Path]:
    """Name the folders that a reset empties."""
    return [folder for folder in (state.path, settings[KESTRA].storage) if folder.is_dir()]

"""Folders that every part of the embedded stack agrees on."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""


def home_folder() -> Path:
    """The folder of all state: `EMBEDDED_HOME`, else `.embedded` in the checkout."""
    return Path(os.environ.get("EMBEDDED_HOME") or ROOT / ".embedded").absolute()


def storage_folder() -> Path:
    """Kestra's internal storage: `KESTRA_STORAGE`, else `kestra-storage` in the checkout."""
    return Path(os.environ.get("KESTRA_STORAGE") or ROOT / "kestra-storage").absolute()


def cache_folder() -> Path:
    """What is fetched or built once and shared by all checkouts: `EMBEDDED_CACHE`, else the user's cache folder."""
    if chosen := os.environ.get("EMBEDDED_CACHE"):
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "kestra-workbook"

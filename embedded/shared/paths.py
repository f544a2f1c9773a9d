"""Folders that every part of the embedded stack agrees on."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""


def cache_folder() -> Path:
    """What is fetched or built once and shared by all checkouts: `EMBEDDED_CACHE`, else the user's cache folder."""
    if chosen := os.environ.get("EMBEDDED_CACHE"):
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "kestra-workbook"

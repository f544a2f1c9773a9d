"""Stored files as tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from amazon.ion import simpleion

from workbook.errors import WorkbookError


def read(file: Path) -> pd.DataFrame:
    """A file as a table, by the ending of its name.

    Raises:
        WorkbookError: the ending is unknown.
    """
    ending = "".join(file.suffixes[-2:]) if file.suffix == ".gz" else file.suffix
    match ending.lower():
        case ".csv" | ".csv.gz":
            return pd.read_csv(file)
        case ".json":
            return _json(file.read_text(encoding="utf-8"))
        case ".jsonl" | ".ndjson":
            return pd.read_json(file, lines=True)
        case ".ion":
            return _ion(file)
        case ".parquet":
            return pd.read_parquet(file)
    raise WorkbookError(f"{file.name} is no table that can be read (CSV, JSON, JSON lines, ION, Parquet).")


def _json(text: str) -> pd.DataFrame:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = [json.loads(line) for line in text.splitlines() if line.strip()]
    return pd.DataFrame(value if isinstance(value, list) else [value])


def _ion(file: Path) -> pd.DataFrame:
    with file.open("rb") as stream:
        rows = list(simpleion.load(stream, single_value=False))
    return pd.DataFrame([_plain(row) for row in rows])


def _plain(value: Any) -> Any:
    """An ION value as a plain Python value."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return value

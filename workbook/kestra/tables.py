"""Stored files as tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from amazon.ion import simpleion
from amazon.ion.core import Timestamp
from amazon.ion.simple_types import (
    IonPyBool,
    IonPyBytes,
    IonPyDecimal,
    IonPyDict,
    IonPyFloat,
    IonPyInt,
    IonPyNull,
    IonPyText,
)
from amazon.ion.simpleion import IonPyValueModel
from amazon.ion.symbols import SymbolToken

from workbook.errors import WorkbookError

BARE = IonPyValueModel.MAY_BE_BARE | IonPyValueModel.SYMBOL_AS_TEXT | IonPyValueModel.STRUCT_AS_STD_DICT
"""Values without annotations as Python's own. By default a null is an object that pandas does not take for missing, and
a boolean is a number: https://amazon-ion.github.io/ion-python/."""
ANNOTATED: dict[type, Callable[[Any], Any]] = {
    IonPyBool: bool,
    IonPyBytes: bytes,
    IonPyDecimal: Decimal,
    IonPyFloat: float,
    IonPyInt: int,
    IonPyText: str,
}
"""Python's type for each of those that ION keeps for values with annotations."""


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
        rows = list(simpleion.load(stream, single_value=False, value_model=BARE))
    return pd.DataFrame([_plain(row) for row in rows])


def _plain(value: Any) -> Any:
    """An ION value as pandas reads it: typed nulls, annotated values and ION's own timestamps as Python's."""
    match value:
        case IonPyNull():
            return None
        case dict() | IonPyDict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case Timestamp():
            return datetime.combine(value.date(), value.timetz())
        case SymbolToken():
            return value.text
    python = ANNOTATED.get(type(value))
    return python(value) if python else value

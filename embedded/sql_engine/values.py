"""Values and queries: what expressions and SELECTs compile to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedded.sql_engine.types import Type


@dataclass(frozen=True)
class Value:
    """An expression for DuckDB.

    Parameters:
        sql: its text, which may be used wherever an operand may.
        type: its neutral type.
        constant: a literal or a parameter: dialects coerce these more freely.
    """

    sql: str
    type: Type
    constant: bool = False


@dataclass(frozen=True)
class Query:
    """A query for DuckDB: its text, and the names and types of its columns.

    Parameters:
        sql: DuckDB has the columns under their names made unique, see `unique_names`.
        columns: as the user sees them; names may repeat.
        constants: which of the columns are literals.
    """

    sql: str
    columns: Sequence[tuple[str, Type]]
    constants: Sequence[bool] = ()


def unique_names(columns: Sequence[tuple[str, Type]]) -> list[tuple[str, Type]]:
    """The columns with names that differ even without their case, as DuckDB needs them."""
    seen: set[str] = set()
    unique = []
    for name, of in columns:
        candidate, number = name, 1
        while candidate.lower() in seen:
            candidate, number = f"{name}_{number}", number + 1
        seen.add(candidate.lower())
        unique.append((candidate, of))
    return unique

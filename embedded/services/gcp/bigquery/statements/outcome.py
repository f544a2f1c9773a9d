"""What a statement has done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedded.sql_engine.types import Type


@dataclass(frozen=True)
class Outcome:
    """What a statement has done.

    Parameters:
        type: BigQuery's word for the kind of statement.
        columns: of its rows; None if it has none.
        count: of its rows.
        kept: under which name the results have its rows.
        inserted: rows.
        updated: rows.
        deleted: rows.
        target: data set and name of the table that it changed.
        operation: CREATE, REPLACE, DROP or SKIP, of a change of what there is.
    """

    type: str
    columns: Sequence[tuple[str, Type]] | None = None
    count: int = 0
    kept: str | None = None
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    target: tuple[str, str] | None = None
    operation: str | None = None

"""Results of statements, before they are written to S3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lines:
    """The result of a statement such as SHOW TABLES.

    Parameters:
        columns: names of the columns.
        rows: values of the rows.
    """

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Written:
    """The result of a statement that writes a table.

    Parameters:
        rows: number of rows.
        files: `s3://` URIs.
    """

    rows: int
    files: Sequence[str]

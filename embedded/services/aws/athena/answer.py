"""What a statement leaves behind, before it becomes a file in S3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lines:
    """The result of a statement such as SHOW TABLES.

    Parameters:
        columns: their names.
        rows: the values.
    """

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Written:
    """The result of a statement that writes a table.

    Parameters:
        rows: how many.
        files: `s3://` addresses.
    """

    rows: int
    files: Sequence[str]

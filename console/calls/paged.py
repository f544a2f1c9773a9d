"""One page of a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Page:
    """Rows of a search.

    Attributes:
        rows: as the server sends them.
        total: how many there are in all.
    """

    rows: list[dict[str, Any]]
    total: int

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Page:
        """The page in the server's answer."""
        return cls(answer["results"], answer["total"])

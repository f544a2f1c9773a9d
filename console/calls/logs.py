"""Lines of the logs of all executions."""

from __future__ import annotations

from dataclasses import dataclass

from console.calls.filters import TimedFilters
from console.calls.paged import Page
from workbook.kestra.client import KestraClient


@dataclass(frozen=True)
class LogFilters(TimedFilters):
    """Which lines are meant; the text is a part of the message.

    Attributes:
        level: the lowest level.
    """

    level: str = "INFO"

    def _values(self) -> dict[tuple[str, ...], str]:
        return super()._values() | {("level", "EQUALS"): self.level}


def search(kestra: KestraClient, filters: LogFilters, page: int, size: int) -> Page:
    """Lines of logs, the latest first.

    Parameters:
        kestra: the client.
        filters: which.
        page, size: which rows.
    """
    params = {**filters.query(), "page": page, "size": size, "sort": "timestamp:desc"}
    return Page.of(kestra.http.json("GET", "/logs/search", params=params))

"""Lines of the logs of all executions."""

from __future__ import annotations

from dataclasses import dataclass

from console.calls.executions import DEFAULT_PERIOD, PERIODS
from console.calls.paged import Page
from workbook.kestra.client import KestraClient


@dataclass(frozen=True)
class LogFilters:
    """Which lines are meant; what is empty filters nothing.

    Attributes:
        text: a part of the message.
        namespace: of the flow, or one around it.
        flow: id of the flow.
        level: the lowest level.
        period: how far back, one of `PERIODS`.
    """

    text: str = ""
    namespace: str = ""
    flow: str = ""
    level: str = "INFO"
    period: str = DEFAULT_PERIOD

    def query(self) -> dict[str, str]:
        """The filters as the API takes them."""
        parameters = {
            "filters[q][EQUALS]": self.text,
            # With a flow, the namespace is its own; alone, those below it count too.
            f"filters[namespace][{'EQUALS' if self.flow else 'STARTS_WITH'}]": self.namespace,
            "filters[flowId][EQUALS]": self.flow,
            "filters[level][EQUALS]": self.level,
            "filters[timeRange][EQUALS]": self.period if self.period in PERIODS else DEFAULT_PERIOD,
        }
        return {name: value for name, value in parameters.items() if value}


def search(kestra: KestraClient, filters: LogFilters, page: int, size: int) -> Page:
    """Lines of logs, the latest first.

    Parameters:
        kestra: the client.
        filters: which.
        page, size: which rows.
    """
    params = {**filters.query(), "page": page, "size": size, "sort": "timestamp:desc"}
    return Page.of(kestra.http.json("GET", "/logs/search", params=params))

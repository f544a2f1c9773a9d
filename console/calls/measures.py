"""Numbers over days: executions by state, and the metrics of a flow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from workbook.kestra.api import quoted
from workbook.kestra.client import KestraClient
from workbook.kestra.models import FlowId

AGGREGATIONS = {"sum": "sum", "avg": "mean", "min": "least", "max": "greatest"}
_CHART = """id: executions_by_day
type: io.kestra.plugin.core.dashboard.chart.TimeSeries
chartOptions: {displayName: Executions, column: date, colorByColumn: state}
data:
  type: io.kestra.plugin.core.dashboard.data.Executions
  columns:
    date: {field: START_DATE, displayName: Date}
    state: {field: STATE}
    total: {displayName: Executions, agg: COUNT}
"""


def days_until_now(count: int, now: datetime | None = None) -> list[str]:
    """The last days in UTC, as the engine counts them; today is the last one.

    Parameters:
        count: how many.
        now: the moment; now if None.
    """
    today = (now or datetime.now(UTC)).date()
    return [f"{today - timedelta(days=back):%Y-%m-%d}" for back in range(count - 1, -1, -1)]


def executions_by_day(kestra: KestraClient, days: Sequence[str]) -> dict[str, list[float]]:
    """How many executions began on each day, by state.

    Parameters:
        kestra: the client.
        days: one after the other.
    """
    recent = {"field": "timeRange", "operation": "EQUALS", "value": f"P{len(days)}D"}
    body = {"chart": _CHART, "globalFilter": {"filters": [recent]}}
    rows = kestra.http.json("POST", "/dashboards/charts/preview", json=body)["results"]
    found: dict[str, list[float]] = {}
    for row in rows:
        day = row["date"][:10]
        if day in days:
            found.setdefault(row["state"], [0.0] * len(days))[days.index(day)] += row["total"]
    return found


def metric_names(kestra: KestraClient, flow: FlowId) -> list[str]:
    """What the tasks of a flow have measured."""
    return sorted(kestra.http.json("GET", f"/metrics/names/{quoted(flow.namespace)}/{quoted(flow.id)}"))


def metric_by_day(kestra: KestraClient, flow: FlowId, name: str, aggregation: str, days: Sequence[str]) -> list[float]:
    """A metric of a flow for each day.

    Parameters:
        kestra: the client.
        flow: the flow.
        name: of the metric.
        aggregation: one of `AGGREGATIONS`.
        days: one after the other.
    """
    path = f"/metrics/aggregates/{quoted(flow.namespace)}/{quoted(flow.id)}/{quoted(name)}"
    params = {
        "aggregation": aggregation,
        "startDate": f"{days[0]}T00:00:00Z",
        "endDate": f"{days[-1]}T23:59:59Z",
    }
    rows = kestra.http.json("GET", path, params=params)["aggregations"]
    found = {row["date"][:10]: float(row["value"] or 0) for row in rows}
    return [found.get(day, 0.0) for day in days]

"""What the tasks of an execution measured."""

from __future__ import annotations

from nicegui import ui

from console.components.table import Column, Table
from console.live_execution import LiveExecution
from console.tabs import Tab
from console.view import View

COLUMNS = (
    Column("task", "Task"),
    Column("name", "Metric"),
    Column("value", "Value"),
    Column("kind", "Kind", narrow=True),
    Column("tags", "Tags", "labels", narrow=True),
)


async def show(view: View, live: LiveExecution) -> None:
    """Build the tab."""
    table = Table(COLUMNS, "Metrics")
    table.element.props('no-data-label="The tasks measured nothing."')

    async def refresh() -> None:
        """Read the metrics."""
        metrics = await view.ask(view.kestra.logs.metrics, live.now)
        table.show(
            [
                {
                    "id": number,
                    "task": metric.task_id or "",
                    "name": metric.name,
                    "value": f"{metric.value:,.3f} s" if metric.kind == "timer" else f"{metric.value:,g}",
                    "kind": metric.kind,
                    "tags": [f"{key}: {value}" for key, value in metric.tags.items()],
                }
                for number, metric in enumerate(metrics)
            ]
        )

    await refresh()
    live.watch(refresh)
    ui.label("Timers in seconds.").classes("muted small")


TAB = Tab("metrics", "Metrics", 60, show)

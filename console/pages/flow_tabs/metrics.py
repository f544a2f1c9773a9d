"""What a flow's tasks have measured, day by day."""

from __future__ import annotations

from nicegui import ui

from console.calls import measures as calls
from console.components import marks
from console.components.day_chart import DayChart
from console.tabs import Tab
from console.view import View
from workbook import theme
from workbook.kestra.models import Flow

DAYS = {8: "last 8 days", 30: "last 30 days"}


async def show(view: View, flow: Flow) -> None:
    """Build the tab."""
    names = await view.ask(calls.metric_names, view.kestra, flow.full_id)
    if not names:
        marks.empty("The tasks of this flow have measured nothing yet.")
        return
    with ui.element("div").classes("toolbar"):
        name = ui.select(names, value=names[0], label="Metric")
        aggregation = ui.select(calls.AGGREGATIONS, value="sum", label="Of each day the")
        days = ui.select(DAYS, value=8, label="Period")
    with ui.element("section").classes("card"):
        chart = DayChart("The metric by day")
    ui.label("Days in UTC. Timers count in seconds.").classes("muted small")

    async def refresh() -> None:
        """Read the numbers."""
        shown = calls.days_until_now(days.value or 8)
        chosen = str(name.value)
        arguments = (view.kestra, flow.full_id, chosen, str(aggregation.value), shown)
        values = await view.attempt(calls.metric_by_day, *arguments)
        if values is not None:
            chart.show(shown, {chosen: (theme.BLUE, values)})

    for field in (name, aggregation, days):
        field.props("outlined dense options-dense").on_value_change(refresh)
    await refresh()


TAB = Tab("metrics", "Metrics", 80, show)

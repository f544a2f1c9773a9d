"""What an execution is: when it began, by what, with what, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from nicegui import ui

from console import addresses
from console.components import marks
from console.components.values import MASK, masked
from console.live_execution import LiveExecution
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Execution, Flow


async def show(view: View, live: LiveExecution) -> None:
    """Build the tab."""
    flow = await view.attempt(view.kestra.flows.get, live.now.full_flow_id)
    secret = secret_inputs(flow) if flow else frozenset()

    @ui.refreshable
    def content() -> None:
        """The execution as it is now."""
        _content(live.now, secret)

    content()

    async def changed() -> None:
        """Show it anew."""
        content.refresh()

    live.watch(changed)


def secret_inputs(flow: Flow) -> frozenset[str]:
    """The ids of the inputs that nobody may see."""
    return frozenset(entry["id"] for entry in flow.inputs if entry.get("type") == "SECRET")


def _content(now: Execution, secret: frozenset[str]) -> None:
    with ui.element("div").classes("columns"):
        with ui.element("section").classes("card"), ui.element("dl").classes("facts"):
            _fact("Flow", lambda: ui.link(str(now.full_flow_id), addresses.flow(now.namespace, now.flow_id)))
            _fact("Revision", lambda: ui.label(str(now.raw.get("flowRevision", ""))))
            _fact("Created", lambda: marks.moment(now.start))
            if now.end:
                _fact("Ended", lambda: marks.moment(now.end))
            _fact("Started by", lambda: ui.label(now.trigger_id or "hand"))
            if now.trigger_date:
                _fact("For the date", lambda: marks.moment(now.trigger_date))
            if now.labels:
                _fact("Labels", lambda: marks.labels(now.labels))
        with ui.element("section").classes("card"):
            ui.label("States").classes("card-title")
            for change in now.states.history:
                with ui.row().style("gap:12px;align-items:center;padding:2px 0"):
                    marks.state(change.state)
                    marks.moment(change.start)
    _values("Inputs", {name: MASK if name in secret else value for name, value in now.inputs.items()})
    _values("Outputs", now.outputs)


def _fact(word: str, build: Any) -> None:
    with ui.element("dt"):
        ui.label(word)
    with ui.element("dd"):
        build()


def _values(title: str, values: Mapping[str, Any]) -> None:
    if not values:
        return
    with ui.element("h2"):
        ui.label(title)
    with ui.element("div").classes("card scroll"), ui.element("table").classes("plain-table"):
        for name, value in values.items():
            with ui.element("tr"):
                with ui.element("th").props("scope=row"):
                    ui.label(name)
                with ui.element("td"):
                    ui.label(_words(masked(value))).classes("mono pre")


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2)


TAB = Tab("overview", "Overview", 10, show)

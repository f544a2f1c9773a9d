"""How the tasks of an execution follow one another, in the colours of their states."""

from __future__ import annotations

from nicegui import ui

from console.components.pictures import picture
from console.live_execution import LiveExecution
from console.tabs import Tab
from console.view import View
from workbook.pictures.topology import topology


async def show(view: View, live: LiveExecution) -> None:
    """Build the tab."""
    box = ui.element("div")

    async def draw() -> None:
        """Draw the topology with the states as they are now."""
        drawn = topology(await view.ask(view.kestra.flows.graph, live.now))
        box.clear()
        with box:
            picture(drawn)

    await draw()
    live.watch(draw)


TAB = Tab("topology", "Topology", 40, show)

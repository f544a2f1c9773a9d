"""How the tasks of a flow follow one another."""

from __future__ import annotations

from console.components.pictures import picture
from console.tabs import Tab
from console.view import View
from workbook.kestra.models import Flow
from workbook.pictures.topology import topology


async def show(view: View, flow: Flow) -> None:
    """Build the tab."""
    picture(topology(await view.ask(view.kestra.flows.graph, flow)))


TAB = Tab("topology", "Topology", 20, show)

"""The page of a flow: its tabs are the modules of `flow_tabs`."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.components.dialogs import confirm
from console.components.execute import ask_to_execute
from console.frame import frame, page
from console.tabs import tab_bar, tabs_of
from console.view import View
from workbook.kestra.models import Flow, FlowId

TABS = "console.pages.flow_tabs"


@page("/ui/main/flows/edit/{namespace}/{flow_id}")
async def flow_start(namespace: str, flow_id: str) -> None:
    """The flow's first tab."""
    ui.navigate.to(addresses.flow(namespace, flow_id, "overview"))


@page("/ui/main/flows/edit/{namespace}/{flow_id}/{tab}")
async def flow(namespace: str, flow_id: str, tab: str) -> None:
    """The page of a flow.

    Parameters:
        namespace, flow_id: which flow.
        tab: key of the tab.
    """
    listed = f"{addresses.FLOWS}?namespace={namespace}"
    crumbs = [("Flows", addresses.FLOWS), (namespace, listed), (flow_id, "")]
    async with frame(flow_id, "Flows", crumbs) as view:
        current = await view.ask(view.kestra.flows.get, FlowId(namespace, flow_id))
        _head(view, current)
        chosen = tab_bar(tabs_of(TABS), tab, addresses.flow(namespace, flow_id))
        await chosen.show(view, current)


def _head(view: View, current: Flow) -> None:
    with ui.element("div").classes("page-head"):
        ui.label(f"revision {current.revision}").classes("muted")
        if current.raw.get("disabled"):
            ui.label("disabled").classes("label-chip")
        ui.space()
        with ui.button(icon="more_vert").props('flat round dense aria-label="More"'), ui.menu():
            ui.menu_item("Delete the flow", lambda: _delete(view, current))
        execute = ui.button("Execute", icon="play_arrow", on_click=lambda: ask_to_execute(view, current))
        execute.props("unelevated no-caps")
        execute.set_enabled(not current.raw.get("disabled"))


async def _delete(view: View, current: Flow) -> None:
    explanation = "Its executions stay; its revisions are gone."
    if not await confirm(f"Delete the flow {current.id}?", explanation, "Delete"):
        return
    if await view.do(f"{current.id} is deleted", view.kestra.flows.delete, current):
        ui.navigate.to(addresses.FLOWS)

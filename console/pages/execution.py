"""The page of one execution: its tabs are the modules of `execution_tabs`."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.components import marks
from console.components.execution_actions import ExecutionActions
from console.frame import frame, page
from console.live_execution import LiveExecution
from console.tabs import tab_bar, tabs_of
from console.view import View

TABS = "console.pages.execution_tabs"
TICK_SECONDS = 1.0


@page("/ui/main/executions/{namespace}/{flow_id}/{execution_id}")
async def execution_start(namespace: str, flow_id: str, execution_id: str) -> None:
    """The execution's first tab."""
    await execution(namespace, flow_id, execution_id, "overview")


@page("/ui/main/executions/{namespace}/{flow_id}/{execution_id}/{tab}")
async def execution(namespace: str, flow_id: str, execution_id: str, tab: str) -> None:
    """The page of an execution.

    Parameters:
        namespace, flow_id: of its flow.
        execution_id: which execution.
        tab: key of the tab.
    """
    crumbs = [
        ("Executions", addresses.EXECUTIONS),
        (namespace, addresses.executions_of(namespace)),
        (flow_id, addresses.flow(namespace, flow_id, "overview")),
        (execution_id, ""),
    ]
    async with frame(execution_id, "Executions", crumbs) as view:
        live = LiveExecution(view, await view.ask(view.kestra.executions.get, execution_id))
        _head(view, live)
        page_address = addresses.execution(namespace, flow_id, execution_id)
        chosen = tab_bar(tabs_of(TABS), tab, page_address)
        await chosen.show(view, live)
        if not live.now.terminated:
            live.follow()


def _head(view: View, live: LiveExecution) -> None:
    with ui.element("div").classes("page-head"):
        with ui.element("div").props("aria-live=polite"):
            state = marks.state(live.now.state)
        duration = ui.label().classes("muted")
        ui.space()
        actions = ExecutionActions(view, live)

    def tick() -> None:
        """Show how long it has been going on."""
        duration.text = marks.span(live.now.duration)

    async def changed() -> None:
        """Show its state."""
        state.text = live.now.state
        state.props(f'data-state="{live.now.state}"')
        tick()
        actions.show()

    tick()
    live.watch(changed)
    ui.timer(TICK_SECONDS, lambda: None if live.now.terminated else tick())

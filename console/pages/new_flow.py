"""The page on which a flow is created."""

from __future__ import annotations

from nicegui import ui

from console import addresses
from console.calls import flows as calls
from console.components.flow_editor import FlowEditor
from console.frame import frame, page

EXAMPLE = """id: hello
namespace: company.team

inputs:
  - id: name
    type: STRING
    defaults: World

tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello, {{ inputs.name }}!
"""


@page("/ui/main/flows/new")
async def new_flow() -> None:
    """The page."""
    async with frame("Create a flow", "Flows", [("Flows", addresses.FLOWS), ("Create a flow", "")]) as view:
        with ui.element("div").classes("page-head"):
            ui.label("Paste or write a flow. Its id and namespace are those of the text.").classes("muted")
            ui.space()
            save = ui.button("Save", icon="save").props("unelevated no-caps data-save")
        editor = FlowEditor(view, EXAMPLE, "new")

        async def create() -> None:
            """Store the flow, and go to its page."""
            flow = await view.attempt(calls.create, view.kestra, editor.text)
            if flow is not None:
                editor.mark_saved(EXAMPLE)
                ui.navigate.to(addresses.flow(flow.namespace, flow.id, "edit"))

        save.on_click(create)

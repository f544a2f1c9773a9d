"""The dialog that starts an execution: a form of the flow's inputs, labels, a date, and the same as commands."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nicegui import ui

from console import addresses
from console.calls import executions as calls
from console.components.dialogs import page_dialog
from console.components.inputs_form import InputsForm
from console.places import shared
from console.view import View
from workbook.errors import WorkbookError
from workbook.kestra.models import Flow


async def ask_to_execute(view: View, flow: Flow) -> None:
    """Open the dialog; when an execution has started, go to its page."""
    with page_dialog().props("persistent") as dialog, ui.card().classes("dialog dialog-wide"):
        dialog.on("hide", dialog.delete)
        with ui.element("h2").style("margin:0"):
            ui.label(f"Execute {flow.id}")
        form = ExecuteForm(view, flow)
        try:
            await form.build()
        except WorkbookError as error:
            ui.label(str(error)).classes("form-error")
        with ui.row().classes("dialog-buttons"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button("Execute", icon="play_arrow", on_click=form.start).props("unelevated no-caps").mark("start")
    dialog.open()


class ExecuteForm:
    """The content of the dialog."""

    def __init__(self, view: View, flow: Flow) -> None:
        self._view, self._flow = view, flow
        self._form = InputsForm(view, partial(calls.check_inputs, view.kestra, flow.full_id), self._tell_commands)

    async def build(self) -> None:
        """Build the fields.

        Raises:
            WorkbookError: the engine cannot be asked.
        """
        if not self._flow.inputs:
            ui.label("This flow takes no inputs.").classes("muted")
        await self._form.build()
        with ui.expansion("Labels and date").classes("expansion").props("dense"):
            self._labels = ui.input("Labels", placeholder="team:data, reason:test", on_change=self._tell_commands)
            self._labels.props("outlined dense")
            self._when = ui.input("Start at", placeholder="now, or such as 2026-01-31T10:00:00Z")
            self._when.props("outlined dense").style("margin-top:10px")
        with ui.expansion("The same as a command").classes("expansion").props("dense"):
            self._curl, self._python = _command("curl"), _command("Python")
        self._tell_commands()

    @property
    def labels(self) -> list[str]:
        """The labels, each `key:value`."""
        return [pair.strip() for pair in (self._labels.value or "").split(",") if pair.strip()]

    async def start(self) -> None:
        """Start the execution, unless the engine has something against its inputs."""
        if not await self._form.is_valid():
            return
        when = (self._when.value or "").strip()
        arguments = (self._view.kestra, self._flow.full_id, self._form.values, self.labels, when)
        started = await self._view.attempt(calls.start, *arguments)
        if started is not None:
            ui.navigate.to(addresses.execution(started.namespace, started.flow_id, started.id, "gantt"))

    def _tell_commands(self) -> None:
        if not hasattr(self, "_python"):
            return
        self._curl(curl_line(self._view.username, self._flow, self._form.shown_values, self.labels))
        self._python(python_line(self._flow, self._form.shown_values, self.labels))


def curl_line(username: str, flow: Flow, values: Mapping[str, Any], labels: list[str]) -> str:
    """The command that starts the same execution.

    Parameters:
        username: with Kestra; curl asks for the password.
        flow: which flow.
        values: inputs by their ids.
        labels: each `key:value`.
    """
    query = "?" + "&".join(f"labels={label}" for label in labels) if labels else ""
    url = f"{shared().settings.kestra_url}/api/v1/main/executions/{flow.namespace}/{flow.id}{query}"
    parts = ["curl", "-u", shlex.quote(username), "-X POST", shlex.quote(url)]
    for name, value in values.items():
        parts.append("-F " + shlex.quote(f"{name}=@{value.name}" if isinstance(value, Path) else f"{name}={value}"))
    return " ".join(parts)


def python_line(flow: Flow, values: Mapping[str, Any], labels: list[str]) -> str:
    """The line of a notebook that starts the same execution.

    Parameters:
        flow: which flow.
        values: inputs by their ids.
        labels: each `key:value`.
    """
    arguments = ", ".join(
        f"{json.dumps(name)}: " + (f"Path({value.name!r})" if isinstance(value, Path) else json.dumps(value))
        for name, value in values.items()
    )
    pairs = dict(label.split(":", 1) for label in labels if ":" in label)
    more = f", {{{arguments}}}" if arguments else ""
    more += f", labels={json.dumps(pairs)}" if pairs else ""
    return f'lab.kestra.execute("{flow.full_id}"{more})'


def _command(name: str) -> Callable[[str], object]:
    """A command that can be copied; gives the function that changes it."""
    ui.label(name).classes("muted small")
    with ui.element("div").classes("command"):
        with ui.element("pre"):
            text = ui.label()
        ui.button(icon="content_copy", on_click=lambda: ui.clipboard.write(text.text)).props(
            f'flat round dense size=sm aria-label="Copy the {name} line"'
        )
    return text.set_text

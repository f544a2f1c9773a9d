"""What the tasks of an execution left: values, files, and a box in which an expression is tried on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from nicegui import ui

from console.calls import executions as calls
from console.components import marks
from console.components.dialogs import page_dialog
from console.components.values import masked
from console.downloads import file_address
from console.live_execution import LiveExecution
from console.tabs import Tab
from console.view import View
from workbook.kestra.files import SCHEME
from workbook.kestra.models import Execution, TaskRun

EXAMPLE = "{{ outputs }}"
_LONG = 600
"""Characters of a value that are shown at once."""


async def show(view: View, live: LiveExecution) -> None:
    """Build the tab."""
    box, shown = ui.element("div"), [-1]

    async def draw() -> None:
        """Draw the outputs anew when there are more."""
        count = sum(bool(run.outputs) for run in live.now.task_runs)
        if count != shown[0]:
            shown[0] = count
            box.clear()
            with box:
                _outputs(view, live.now)

    await draw()
    live.watch(draw)
    Expression(view, live).build()


def _outputs(view: View, now: Execution) -> None:
    runs = [run for run in now.task_runs if run.outputs]
    if not runs:
        marks.empty("No task has left an output." if now.terminated else "No task has left an output yet.")
    for run in runs:
        with ui.element("section").classes("card").style("margin-bottom:12px"):
            ui.label(run.label).classes("card-title")
            with ui.element("div").classes("scroll"), ui.element("table").classes("plain-table"):
                for name, value in flat(masked(run.outputs)):
                    _value(view, now, run, name, value)


def flat(outputs: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The values of outputs, each with the path to it as an expression writes it; lists of plain values stay whole."""
    if isinstance(outputs, dict) and outputs:
        for key, value in outputs.items():
            step = f".{key}" if key.isidentifier() else f"[{key!r}]"
            yield from flat(value, f"{name}{step}".removeprefix("."))
    elif isinstance(outputs, list) and any(isinstance(item, dict | list) or _is_file(item) for item in outputs):
        for number, item in enumerate(outputs):
            yield from flat(item, f"{name}[{number}]")
    else:
        yield name, outputs


def _value(view: View, now: Execution, run: TaskRun, name: str, value: Any) -> None:
    with ui.element("tr"):
        with ui.element("th").props("scope=row"):
            ui.label(name).classes("mono")
        with ui.element("td"):
            if _is_file(value):
                _file(view, now, value)
            else:
                text = value if isinstance(value, str) else json.dumps(value, indent=2)
                ui.label(text if len(text) <= _LONG else f"{text[:_LONG]} …").classes("mono pre")


def _is_file(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(SCHEME)


def _file(view: View, now: Execution, uri: str) -> None:
    name = PurePosixPath(uri).name
    with ui.row().style("gap:10px;align-items:center"):
        ui.icon("description").props("aria-hidden=true")
        ui.label(name).classes("mono")
        size = ui.label().classes("muted")
        preview = ui.button("Preview", on_click=lambda: _preview(view, now, uri)).props("flat dense no-caps")
        preview.props["aria-label"] = f"Preview {name}"
        ui.link("Download", file_address(now.id, uri)).props("download").classes("download")

    async def tell_size() -> None:
        """Ask how large the file is, or whether it is there still."""
        size.text = marks.size(await view.ask(_size, view, now.id, uri))

    ui.timer(0, tell_size, once=True)


def _size(view: View, execution_id: str, uri: str) -> int | None:
    return view.kestra.files.size(execution_id, uri)


async def _preview(view: View, now: Execution, uri: str) -> None:
    found = await view.attempt(calls.preview, view.kestra, now.id, uri)
    if found is None:
        return
    with page_dialog() as dialog, ui.card().classes("dialog dialog-wide"):
        ui.label(PurePosixPath(uri).name).classes("card-title")
        with ui.element("div").classes("scroll").style("max-height:62vh").props("tabindex=0"):
            _content(found)
        if found.get("truncated"):
            ui.label(f"The first {found.get('maxLine')} lines; the download has all.").classes("muted")
        with ui.row().classes("dialog-buttons"):
            ui.link("Download", file_address(now.id, uri)).props("download").classes("download")
            ui.button("Close", on_click=dialog.close).props("flat no-caps")
    dialog.on("hide", dialog.delete)
    dialog.open()


def _content(found: dict[str, Any]) -> None:
    kind, content = found.get("type"), found.get("content")
    if kind == "LIST" and content and all(isinstance(row, dict) for row in content):
        names = list(dict.fromkeys(name for row in content for name in row))
        _table(names, [[row.get(name) for name in names] for row in content])
    elif kind == "IMAGE":
        kind = str(found.get("extension", "png")).replace("jpg", "jpeg").replace("svg", "svg+xml")
        ui.image(f"data:image/{kind};base64,{content}").props('fit=contain alt="The picture in the file"')
    elif found.get("extension") == "csv" and isinstance(content, str):
        rows = [line.split(",") for line in content.splitlines()]
        if rows and '"' not in content:
            _table(rows[0], rows[1:])
        else:
            ui.label(content).classes("mono pre")
    else:
        ui.label(content if isinstance(content, str) else json.dumps(content, indent=2)).classes("mono pre")


def _table(head: list[str], rows: list[list[Any]]) -> None:
    with ui.element("table").classes("plain-table mono"):
        with ui.element("thead"), ui.element("tr"):
            for name in head:
                with ui.element("th").props("scope=col"):
                    ui.label(name)
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for cell in row:
                        with ui.element("td"):
                            ui.label("" if cell is None else str(cell))


class Expression:
    """The box in which an expression is tried."""

    def __init__(self, view: View, live: LiveExecution) -> None:
        self._view, self._live = view, live

    def build(self) -> None:
        """Build the box."""
        runs = {"": "the execution", **{run.id: run.label for run in self._live.now.task_runs}}
        with ui.element("section").classes("card"):
            ui.label("Try an expression").classes("card-title")
            with ui.element("div").classes("toolbar").style("margin-top:8px"):
                self._run = ui.select(runs, value="", label="As seen by").props("outlined dense")
                self._text = ui.input("Expression", value=EXAMPLE).props("outlined dense").classes("grow mono")
                self._text.on("keydown.enter", self._evaluate)
                ui.button("Evaluate", on_click=self._evaluate).props("outline no-caps")
            self._result = ui.label().classes("mono pre").props("aria-live=polite").mark("result")

    async def _evaluate(self) -> None:
        arguments = (self._view.kestra, self._live.now.id, self._run.value or "", self._text.value or "")
        found = await self._view.attempt(calls.evaluate, *arguments)
        if found is not None:
            self._result.text = found[1] or "(empty)"
            self._result.classes(remove="form-error") if found[0] else self._result.classes(add="form-error")


TAB = Tab("outputs", "Outputs", 50, show)

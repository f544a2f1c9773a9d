"""The editor of a flow's text: the engine's word while one types, completion, the documentation of the type at the
cursor, and a copy in the browser of what is not saved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from nicegui import Client, background_tasks, context, events, ui

from console.calls import flows as calls
from console.calls.flows import Validation
from console.components.type_document import TypePanel
from console.view import View
from console.yaml_lines import line_of
from console.yaml_outline import place_of
from workbook.errors import WorkbookError
from workbook.kestra.models import Problem

PAUSE_SECONDS = 0.35
"""How long nothing is typed before the engine is asked."""
BROWSER_SECONDS = 5.0


class FlowEditor:
    """The editor with its problems below it, and the documentation beside it.

    Parameters:
        view: of the page.
        saved: the text on the server, or the one that a new flow begins with.
        draft: names the browser's copy of a text that is not saved.

    Attributes:
        saved: as above; set it after saving.
    """

    def __init__(self, view: View, saved: str, draft: str) -> None:
        self._view, self._draft, self.saved = view, f"console-draft:{draft}", saved
        self._asked = 0
        self._restored = ui.element("div").classes("note")
        self._restored.set_visibility(False)
        with ui.element("div").classes("editing"):
            with ui.element("div"):
                self._editor = ui.codemirror(
                    saved,
                    language="YAML",
                    theme="basicLight",
                    indent="  ",
                    line_wrapping=False,
                    on_change=self._changed,
                ).classes("editor")
                self._editor.props('aria-label="Flow as YAML"').on("cursor", self._moved)
                self._problems = ui.element("div").classes("problems").props("aria-live=polite")
            self._document = TypePanel(view)
        background_tasks.create(self._begin(context.client), name="editor")

    @property
    def text(self) -> str:
        """The text as it is now."""
        return self._editor.value or ""

    @property
    def changed(self) -> bool:
        """Whether it differs from the saved one."""
        return self.text != self.saved

    def set_text(self, text: str) -> None:
        """Replace the text."""
        self._editor.set_value(text)

    def mark_saved(self, text: str) -> None:
        """Take a text for the saved one, and drop the browser's copy."""
        self.saved = text
        self._restored.set_visibility(False)
        ui.run_javascript(f"draftSaved({json.dumps(self._draft)}, {json.dumps(text)})")

    async def validate(self) -> Validation | None:
        """Ask the engine now, and show what it says; None if it cannot be asked."""
        self._asked += 1
        number, text = self._asked, self.text
        try:
            result = await self._view.ask(calls.validate, self._view.kestra, text)
        except WorkbookError:
            return None  # the page's banner tells
        if number == self._asked:
            self._show(result, text)
        return result

    async def _changed(self) -> None:
        self._asked += 1
        number = self._asked
        await asyncio.sleep(PAUSE_SECONDS)
        if number == self._asked:
            await self.validate()

    async def _begin(self, client: Client) -> None:
        """Once the browser is there, let it keep a copy, and take what it kept."""
        await client.connected()
        with self._problems:
            place = json.dumps([self._editor.id, self._draft, self.saved])
            kept = await ui.run_javascript(f"return keepDraft(...{place})", timeout=BROWSER_SECONDS)
            if isinstance(kept, str) and kept != self.saved:
                self.set_text(kept)
                self._offer_saved()
            ui.run_javascript(f'import("/static/flow_editor.js").then((module) => module.assist({self._editor.id}))')
            await self.validate()

    async def _moved(self, event: events.GenericEventArguments) -> None:
        """Document the type that the cursor is in."""
        place = place_of(self.text, int(event.args["line"]), int(event.args["column"]))
        await self._document.show(place.type_name)

    def _offer_saved(self) -> None:
        with self._restored:
            ui.icon("history").props("aria-hidden=true")
            ui.label("This is the text that you had not saved.")
            ui.button("Discard it", on_click=self._discard).props("flat dense no-caps")
        self._restored.set_visibility(True)

    def _discard(self) -> None:
        self.set_text(self.saved)
        self.mark_saved(self.saved)

    def _show(self, result: Validation, text: str) -> None:
        lines = [line_of(problem, text) for problem in result.problems]
        marked = sorted({line for line in lines if line})
        self._editor.decorations = [{"kind": "line", "line": line, "class": "problem-line"} for line in marked]
        self._problems.clear()
        with self._problems:
            for problem, line in zip(result.problems, lines, strict=True):
                self._entry(problem, line)
            _warnings(result.warnings)
            if not result.problems:
                with ui.element("div").classes("valid"):
                    ui.icon("check_circle").props("aria-hidden=true")
                    ui.label("The engine accepts this flow.")

    def _entry(self, problem: Problem, line: int | None) -> None:
        with ui.element("button").classes("problem-entry").props("type=button") as entry:
            with ui.element("b"):
                ui.label(f"✗ Line {line}" if line else "✗")
            with ui.element("span"):
                if problem.advice:
                    ui.label(problem.advice).classes("pre")
                ui.label(str(problem)).classes("pre muted" if problem.advice else "pre")
        if line:
            entry.on("click", lambda: self._editor.reveal_line(line))


def _warnings(warnings: Sequence[str]) -> None:
    for warning in warnings:
        ui.label(f"! {warning}").classes("muted pre")

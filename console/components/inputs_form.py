"""A form made of the inputs that a flow, or a pause, asks for; the engine says what is wrong beside each field."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nicegui import context, events, ui

from console.components.values import MASK
from console.view import View

Json = dict[str, Any]
Check = Callable[[Mapping[str, Any]], list[Json]]
"""Asks the engine, blocking: gives each input with its value, whether it is enabled, and its errors."""
PAUSE_SECONDS = 0.3
_LINES = ("JSON", "YAML", "ARRAY")
_NATIVE = {"DATE": "date", "TIME": "time", "EMAIL": "email", "SECRET": "password"}
_HINTS = {
    "DATETIME": "such as 2020-01-31T10:00:00Z",
    "DURATION": "such as PT1M30S",
    "ARRAY": 'such as ["a", "b"]',
    "URI": "such as https://example.org/file.csv",
}
_YES_NO = ("BOOLEAN", "BOOL")


class InputsForm:
    """The form.

    Parameters:
        view: of the page.
        check: asks the engine.
        on_change: called when a value, or the engine's word on it, has changed.
        initial: values to begin with, by the inputs' ids.
    """

    def __init__(
        self, view: View, check: Check, on_change: Callable[[], None] = lambda: None, initial: Mapping[str, Any] = {}
    ) -> None:
        self._view, self._check, self._on_change = view, check, on_change
        self._values: dict[str, Any] = dict(initial)
        self._fields: dict[str, _Field] = {}
        self._asked = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The values, by the inputs' ids: texts, and paths of files. What has its default is left out."""
        enabled = {name for name, field in self._fields.items() if field.enabled}
        return {name: value for name, value in self._values.items() if name in enabled}

    @property
    def shown_values(self) -> dict[str, Any]:
        """As `values`, without what is secret."""
        secret = {name for name, field in self._fields.items() if field.is_secret}
        return {name: MASK if name in secret else value for name, value in self.values.items()}

    async def build(self) -> None:
        """Build the fields.

        Raises:
            WorkbookError: the engine cannot be asked.
        """
        entries = await self._view.ask(self._check, _without_files(self._values))
        with ui.element("div").classes("form"):
            for entry in entries:
                name = entry["input"]["id"]
                self._fields[name] = _Field(entry, self._values.get(name), self._take, self._keep_file)
        self._show(entries, everything=False)

    async def is_valid(self) -> bool:
        """Ask the engine once more; what is missing is shown too."""
        entries = await self._view.attempt(self._check, _without_files(self._values))
        if entries is None:
            return False
        self._show(entries, everything=True)
        return not any(field.wrong for field in self._fields.values())

    async def _take(self, name: str, value: Any) -> None:
        """Note a value, and ask the engine when nothing more is typed for a moment."""
        if value in (None, ""):
            self._values.pop(name, None)
        else:
            self._values[name] = value
        self._on_change()
        self._asked += 1
        number = self._asked
        await asyncio.sleep(PAUSE_SECONDS)
        if number != self._asked:
            return
        entries = await self._view.attempt(self._check, _without_files(self._values))
        if entries is not None and number == self._asked:
            self._show(entries, everything=False)
            self._on_change()

    def _show(self, entries: list[Json], everything: bool) -> None:
        for entry in entries:
            name = entry["input"]["id"]
            self._fields[name].show(entry, name in self._values, everything)

    async def _keep_file(self, name: str, event: events.UploadEventArguments) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="console-")
            context.client.on_delete(self._folder.cleanup)
        path = Path(self._folder.name, Path(event.file.name).name)
        await event.file.save(path)
        await self._take(name, path)


class _Field:
    """One input: its name, its control, and what is wrong with it."""

    def __init__(self, entry: Json, initial: Any, take: Callable[..., Any], keep_file: Callable[..., Any]) -> None:
        declared = entry["input"]
        self._name: str = declared["id"]
        self._kind: str = declared["type"]
        self._take, self._keep_file = take, keep_file
        self.enabled, self.wrong = True, False
        self._showing = self._filled = False
        title = declared.get("displayName") or self._name
        required = declared.get("required", True)
        with ui.element("div").classes("form-field") as self._box:
            with ui.element("div").classes("form-name"):
                ui.label(title)
                ui.label(self._kind.lower() + ("" if required else ", optional")).classes("form-kind")
            if description := declared.get("description"):
                ui.label(description).classes("muted small pre")
            self._control = self._make(declared)
            # As a value, not in a text of properties: it may hold any character.
            self._control.props["aria-label"] = title
            self._error = ui.label().classes("form-error").props("role=alert")
        if initial is not None and self._control is not None:
            self._set(initial)

    @property
    def is_secret(self) -> bool:
        """Whether nobody may see its value."""
        return self._kind == "SECRET"

    def show(self, entry: Json, is_set: bool, everything: bool) -> None:
        """Show what the engine says.

        Parameters:
            entry: of this input.
            is_set: whether there is a value; otherwise the engine's default is shown.
            everything: whether to tell that a value is missing, too.
        """
        self.enabled = entry.get("enabled", True)
        self._box.set_visibility(self.enabled)
        if not (is_set or self._filled) and entry.get("value") is not None and self._kind != "SECRET":
            self._set(entry["value"])
        errors = [error["message"] for error in entry.get("errors") or []]
        if self._kind == "FILE" and is_set:
            errors = []  # the check goes without files
        self.wrong = bool(errors) and self.enabled
        self._error.text = "\n".join(errors) if is_set or everything else ""
        self._error.set_visibility(bool(self._error.text))

    def _make(self, declared: Json) -> Any:
        """The control, without its name."""
        if self._kind == "FILE":
            return self._make_upload(declared)
        if self._kind in _YES_NO:
            return ui.radio({"true": "true", "false": "false"}, on_change=self._changed).props("inline dense")
        if self._kind in ("SELECT", "MULTISELECT", "ENUM"):
            own = "add-unique" if declared.get("allowCustomValue") else None
            control = ui.select(
                list(declared.get("values") or []),
                multiple=self._kind == "MULTISELECT",
                new_value_mode=own,  # type: ignore[arg-type]
                on_change=self._changed,
                with_input=bool(own),
                clearable=not declared.get("required", True),
            )
            return control.props("outlined dense options-dense")
        if self._kind in _LINES:
            area = ui.textarea(placeholder=_HINTS.get(self._kind, ""), on_change=self._changed)
            return area.props("outlined dense autogrow").classes("mono")
        props = f"outlined dense type={_NATIVE.get(self._kind, 'text')}"
        props += " inputmode=decimal" if self._kind in ("INT", "FLOAT") else ""
        props += " step=1" if self._kind == "TIME" else ""
        return ui.input(placeholder=_HINTS.get(self._kind, ""), on_change=self._changed).props(props)

    def _make_upload(self, declared: Json) -> ui.upload:
        upload = ui.upload(on_upload=lambda event: self._keep_file(self._name, event), auto_upload=True, max_files=1)
        upload.props('flat bordered label="Choose a file, or drop it here"')
        if kinds := declared.get("allowedFileExtensions"):
            upload.props["accept"] = ",".join(kinds)
        return upload.style("width:100%")

    def _changed(self, event: events.ValueChangeEventArguments[Any]) -> Any:
        """Hand on a value that somebody gave. It is no coroutine: one would run after `_set` has ended."""
        if self._showing:
            return None
        value = event.value
        self._filled = value not in (None, "", [])  # at once: the engine's answer must not take its place
        return self._take(self._name, json.dumps(value) if isinstance(value, list) and value else value or None)

    def _set(self, value: Any) -> None:
        """Show a value without taking it for one of the user's."""
        if self._kind == "FILE":
            return
        self._showing = True
        try:
            self._control.set_value(_shown(value, self._kind))
        finally:
            self._showing = False


def _shown(value: Any, kind: str) -> Any:
    """A value of the engine as the control of its kind takes it."""
    if kind in _YES_NO:
        return str(value).lower()
    if kind == "MULTISELECT":
        return json.loads(value) if isinstance(value, str) else value
    if kind in _LINES and not isinstance(value, str):
        return json.dumps(value)
    if kind == "TIME":
        return str(value)[:8]
    if kind == "DURATION" and isinstance(value, int | float):
        return f"PT{value:g}S"
    return value if kind in ("SELECT", "ENUM") else str(value)


def _without_files(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if not isinstance(value, Path)}

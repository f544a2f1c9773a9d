"""What can be done with an execution: the buttons of its page, each where its state allows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from console import addresses
from console.calls import executions as calls
from console.components.dialogs import confirm, page_dialog
from console.components.inputs_form import InputsForm
from console.live_execution import LiveExecution
from console.view import View
from workbook.errors import WorkbookError
from workbook.kestra.models import Execution

FROM_BEGINNING = "from the beginning"
FINAL_STATES = ("SUCCESS", "WARNING", "FAILED", "CANCELLED")
_RESTARTABLE = ("FAILED", "WARNING", "CANCELLED", "PAUSED")


class ExecutionActions:
    """The buttons.

    Parameters:
        view: of the page.
        live: the execution.
    """

    def __init__(self, view: View, live: LiveExecution) -> None:
        self._view, self._live = view, live
        self._resume = _button("Resume", "play_arrow", self._ask_to_resume)
        self._restart = _button("Restart", "restart_alt", self._ask_to_restart)
        self._replay = _button("Replay", "replay", self._ask_to_replay)
        self._pause = _button("Pause", "pause", self._do_pause)
        self._kill = _button("Kill", "stop_circle", self._ask_to_kill)
        with ui.button(icon="more_vert").props('flat round dense aria-label="More"'), ui.menu():
            self._change = ui.menu_item("Change the state", self._ask_for_state)
            ui.menu_item("Delete the execution", self._ask_to_delete)
        self.show()

    def show(self) -> None:
        """Show the buttons that the execution's state allows."""
        now = self._live.now
        self._resume.set_visibility(now.state == "PAUSED")
        self._restart.set_visibility(now.state in _RESTARTABLE)
        self._replay.set_visibility(now.terminated)
        self._pause.set_visibility(now.state == "RUNNING")
        self._kill.set_visibility(not now.terminated and now.state != "KILLING")
        self._change.set_visibility(now.terminated and now.state != "KILLED")

    async def _do_pause(self) -> None:
        await self._view.do("It pauses as soon as the task that runs has ended", self._kestra.pause, self._live.now)

    @property
    def _kestra(self) -> Any:
        return self._view.kestra.executions

    async def _ask_to_kill(self) -> None:
        if await confirm("Kill this execution?", "Its tasks are stopped at once.", "Kill"):
            await self._view.do("It is being killed", self._kestra.kill, self._live.now)

    async def _ask_to_restart(self) -> None:
        if not await confirm("Restart this execution?", "It goes on at the task that failed.", "Restart"):
            return
        known = len(self._live.now.states.history)
        started = await self._view.attempt(self._kestra.restart, self._live.now, wait=False)
        if started is not None:
            self._live.follow(known + 1)

    async def _ask_to_delete(self) -> None:
        now = self._live.now
        if not await confirm("Delete this execution?", "With its logs, metrics and files.", "Delete"):
            return
        if await self._view.do("It is deleted", self._kestra.delete, now):
            ui.navigate.to(addresses.executions_of(now.namespace, now.flow_id))

    async def _ask_for_state(self) -> None:
        now = self._live.now
        with page_dialog() as dialog, ui.card().classes("dialog"):
            ui.label("Change the state").classes("card-title")
            ui.label("Of the whole execution, or of one task run: then the execution goes on from there.")
            labels = {"": "the execution", **{run.id: run.label for run in now.task_runs}}
            what = ui.select(labels, value="", label="Of").props("outlined dense")
            state = ui.select(list(FINAL_STATES), value="SUCCESS", label="To").props("outlined dense")
            _buttons(dialog, "Change", lambda: (what.value, state.value))
        answer = await dialog
        if answer and await self._view.do("The state is changed", _change_state, self._view, now, *answer):
            await self._live.read()

    async def _ask_to_resume(self) -> None:
        now = self._live.now
        async with _Dialog("Resume this execution") as dialog:
            form = InputsForm(self._view, partial(calls.check_resume, self._view.kestra, now.id))
            await form.build()

            async def resume() -> None:
                """Let it go on, unless the engine has something against the inputs."""
                if not await form.is_valid():
                    return
                done = self._view.do("It goes on", self._kestra.resume, now, form.values or None, wait=False)
                if await done:
                    dialog.close()

            _dialog_buttons(dialog, "Resume", resume)

    async def _ask_to_replay(self) -> None:
        now = self._live.now
        async with _Dialog("Replay this execution") as dialog:
            ui.label("A new execution of the same flow.").classes("muted")
            tasks = {"": FROM_BEGINNING, **{run.task_id: run.label for run in now.task_runs if run.parent_id is None}}
            begin = ui.select(tasks, value="", label="Begin").props("outlined dense")
            change = ui.switch("With other inputs", value=False)
            form = InputsForm(self._view, partial(calls.check_inputs, self._view.kestra, now.full_flow_id))
            with ui.element("div").bind_visibility_from(change, "value"):
                await form.build()

            async def replay() -> None:
                """Start the new execution, and go to its page."""
                if change.value and not await form.is_valid():
                    return
                inputs = form.values if change.value else None
                started = await self._view.attempt(
                    self._kestra.replay, now, begin.value or None, inputs=inputs, wait=False
                )
                if started is not None:
                    ui.navigate.to(addresses.execution(started.namespace, started.flow_id, started.id, "gantt"))

            _dialog_buttons(dialog, "Replay", replay)


class _Dialog:
    """A dialog whose content asks the server; what goes wrong stands in it."""

    def __init__(self, title: str) -> None:
        self._title = title

    async def __aenter__(self) -> ui.dialog:
        self._dialog = page_dialog()
        self._dialog.on("hide", self._dialog.delete)
        self._dialog.open()
        self._card = self._dialog.__enter__() and ui.card().classes("dialog")
        self._card.__enter__()
        ui.label(self._title).classes("card-title")
        return self._dialog

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if isinstance(error, WorkbookError):
            ui.label(str(error)).classes("form-error")
        self._card.__exit__(None, None, None)
        self._dialog.__exit__(None, None, None)
        return isinstance(error, WorkbookError)


def _button(title: str, icon: str, action: Callable[[], Awaitable[None]]) -> ui.button:
    return ui.button(title, icon=icon, on_click=action).props("outline no-caps dense").classes("action")


def _dialog_buttons(dialog: ui.dialog, yes: str, action: Callable[[], Awaitable[None]]) -> None:
    with ui.row().classes("dialog-buttons"):
        ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
        ui.button(yes, on_click=action).props("unelevated no-caps")


def _buttons(dialog: ui.dialog, yes: str, answer: Callable[[], Any]) -> None:
    with ui.row().classes("dialog-buttons"):
        ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
        ui.button(yes, on_click=lambda: dialog.submit(answer())).props("unelevated no-caps")


def _change_state(view: View, now: Execution, task_run_id: str, state: str) -> None:
    http = view.kestra.http
    if task_run_id:
        http.call("POST", f"/executions/{now.id}/state", json={"taskRunId": task_run_id, "state": state})
    else:
        http.call("POST", f"/executions/{now.id}/change-status", params={"status": state})

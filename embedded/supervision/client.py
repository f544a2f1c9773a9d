"""What the commands ask of the supervisor."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from embedded.registry import Stack
from embedded.service import Service
from embedded.shared.settings import Settings
from embedded.shared.state_folder import StateFolder
from embedded.supervision import control
from embedded.supervision.leftovers import end_leftovers
from embedded.supervision.messages import Down, Env, Status, Stop, Up
from embedded.supervision.progress import Progress
from embedded.supervision.signals import Interrupted, SignalQueue

LEASE = "EMBEDDED_LEASE"
"""Names the `run` that a command runs in: what an `up` starts in there ends with it."""


@dataclass
class Started:
    """What came of a start."""

    call: control.Call
    """Still open; a lease lasts until it is closed."""
    ready: bool
    env: dict[str, str]
    """The lines with which clients find the services."""
    fresh: list[str]
    """The services that were not running before."""


def start(
    names: list[str],
    folder: StateFolder,
    stack: Stack,
    progress: Progress,
    signals: SignalQueue,
    lease: str = "",
    as_stack: bool = False,
) -> Started:
    """Start services and show how they come up.

    Parameters:
        names: the services; the stack's default ones when empty.
        folder: the state folder.
        stack: what there is.
        progress: where to show it.
        signals: what we are sent.
        lease: a name for the lease; with one, they stop again when the call is closed.
        as_stack: whether the settings hold with which the stack was started, and not those of our environment.

    Raises:
        Interrupted: a signal came before all were ready; all that this started has stopped.
        ControlError: the supervisor cannot be started or went away.
    """
    folder.claim()
    up = Up(tuple(names or stack.default), lease, os.environ.get(LEASE), {} if as_stack else dict(os.environ))
    answer: dict[str, Any] = {"again": True}
    while answer.get("again"):
        call = control.call_or_start(folder, up, list(stack.supervisor), signals)
        try:
            answer = _follow(call, progress, signals)
        except Interrupted:
            progress.note("interrupted: stopping what was started")
            release(call, progress)
            raise
    if "error" in answer:
        raise control.ControlError(answer["error"])
    return Started(call, answer["done"], answer["env"], answer["started"])


def release(call: control.Call, progress: Progress) -> bool:
    """Take a start back: wait until what it started has stopped, and the supervisor with it if nothing else runs.

    Further signals wait: the stop has its own limits of time.

    Returns:
        Whether services stay that others started.
    """
    call.cancel()
    last: dict[str, Any] = {}
    for last in call.events():
        _show(last, progress)
    call.close()
    if last.get("leaving"):
        call.wait_for_end()
    return last.get("leaving") is False


def stop(folder: StateFolder, settings: Settings, stack: Stack, progress: Progress) -> bool:
    """Stop everything, also what a killed supervisor left.

    Returns:
        Whether a supervisor was running.

    Raises:
        ControlError: the supervisor does not end.
    """
    call = control.call(folder, Down())
    if call:
        _follow(call, progress)
        if not call.wait_for_end():
            raise control.ControlError("the supervisor does not end: see `logs supervisor`")
        return True
    _end_leftovers(folder, settings, stack.services)
    return False


def stop_some(names: list[str], folder: StateFolder, settings: Settings, stack: Stack, progress: Progress) -> list[str]:
    """Stop some services, also those that a killed supervisor left; the rest go on.

    Returns:
        The names of those that were running.

    Raises:
        ControlError: the supervisor went away.
    """
    call = control.call(folder, Stop(tuple(names)))
    if not call:
        _end_leftovers(folder, settings, [service for service in stack.services if service.name in names])
        return []
    answer = _follow(call, progress)
    call.close()
    if "error" in answer:
        raise control.ControlError(answer["error"])
    return list(answer["stopped"])


def _end_leftovers(folder: StateFolder, settings: Settings, services: Sequence[Service]) -> None:
    if folder.path.is_dir():
        with folder.locked() as ours:
            if ours:
                end_leftovers(folder, services, settings)


def ask(folder: StateFolder, question: Status | Env) -> dict[str, Any] | None:
    """Ask a running supervisor one thing; None when none runs."""
    call = control.call(folder, question)
    return next((event for event in call.events() if "done" in event), None) if call else None


def _show(event: dict[str, Any], progress: Progress) -> None:
    if "note" in event:
        progress.note(event["note"])
    elif "name" in event:
        progress.service(event)


def _follow(call: control.Call, progress: Progress, signals: SignalQueue | None = None) -> dict[str, Any]:
    for event in call.events(signals):
        if "done" in event:
            return event
        _show(event, progress)
    return {"error": "the supervisor went away: see `logs supervisor`"}

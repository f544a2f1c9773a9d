"""What a killed supervisor left: its last word on the services, and their processes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedded.service import Context, Service
from embedded.shared.settings import Settings
from embedded.shared.state_folder import StateFolder
from embedded.supervision.managed_service import LIVE

STATE_FILE = "state.json"


def last_states(folder: StateFolder) -> list[dict[str, Any]]:
    """The snapshots of the services that the last supervisor wrote."""
    states: list[dict[str, Any]] = folder.read(STATE_FILE).get("services", [])
    return states


def end_leftovers(folder: StateFolder, services: Sequence[Service], settings: Settings) -> None:
    """End what a killed supervisor left running; does nothing when the last one ended in good order.

    Parameters:
        folder: the state folder, with no supervisor at work on it.
        services: all that may have run.
        settings: as for a start.
    """
    live = {state["name"]: state["pid"] for state in last_states(folder) if state["state"] in LIVE}
    for service in services:
        if service.name in live:
            context = Context(settings, folder.folder_of(service.name), folder.log_of(service.name), ports={})
            service.clean_up(context, None)
            if pid := live[service.name]:
                service.remove_traces(pid)

"""What `status` shows."""

from __future__ import annotations

import time
from typing import Any

from embedded.shared.state_folder import StateFolder, full_disk
from embedded.supervision.client import ask
from embedded.supervision.leftovers import last_states
from embedded.supervision.managed_service import LIVE, State
from embedded.supervision.messages import Status

_NONE_RUNS, _SOME_FAILED = 3, 1


def read_status(folder: StateFolder) -> dict[str, Any]:
    """The state of the services, from the supervisor or, when none runs, as the last one left it."""
    answer = ask(folder, Status()) if folder.path.is_dir() else None
    if answer:
        return {"supervisor": answer["supervisor"], "services": answer["services"]}
    services = last_states(folder)
    for service in services:
        if service["state"] in LIVE:
            service |= {"state": State.FAILED.value, "error": _killed(folder)}
        service["pid"] = None
    return {"supervisor": None, "services": services}


def _killed(folder: StateFolder) -> str:
    """Why a supervisor left without a word."""
    full = full_disk(folder.path)
    return f"its supervisor ended, and {full}" if full else "its supervisor was killed"


def exit_code(status: dict[str, Any]) -> int:
    """0: all that were asked for run; 1: one has failed, or is unhealthy; 3: none runs."""
    states = {service["state"] for service in status["services"]}
    if not states & LIVE:
        return _NONE_RUNS
    return _SOME_FAILED if states & {State.FAILED, State.UNHEALTHY} else 0


def table(status: dict[str, Any]) -> str:
    """The state as a table, with the reasons of what has failed or was started again."""
    rows: list[tuple[str, ...]] = [("SERVICE", "STATE", "PID", "PORT", "UP FOR", "MEMORY")]
    rows += [_row(service) for service in status["services"]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    for service in status["services"]:
        if service["state"] == State.FAILED:
            lines += ["", f"{service['name']}: {service['error']}", *(f"  | {line}" for line in service["last_lines"])]
        elif service["state"] in LIVE and (warning := _warning(service)):
            lines += ["", f"{service['name']}: {warning}"]
    notices = [f"{service['name']}: {service['notice']}" for service in status["services"] if service.get("notice")]
    return "\n".join([*lines, *(["", *notices] if notices else [])])


def _warning(service: dict[str, Any]) -> str:
    """What there is to say of a service that lives: that it is not well, or was not."""
    restarted = f"started again at {service['restarted']}" if service.get("restarted") else ""
    unhealthy = service["error"] if service["state"] == State.UNHEALTHY else ""
    return "; ".join(text for text in (unhealthy, restarted) if text)


def _row(service: dict[str, Any]) -> tuple[str, ...]:
    running = service["state"] in LIVE and service["pid"]
    return (
        service["name"],
        service["state"],
        str(service["pid"]) if running else "-",
        ",".join(str(port) for port in service["ports"].values()) if running else "-",
        _duration(time.time() - service["started"]) if running else "-",
        f"{service['memory'] / 1e6:.0f} MB" if running else "-",
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"

"""What a lab shows of itself: where its services are, and how they are."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from typing import Any

import catalog
from catalog import ServiceSpec
from workbook import stack
from workbook.html import chip, code, lines_of, table
from workbook.settings import Settings, embedded_environment

UP, AWAY, ABSENT = "up", "no answer", "not started"
_LOOKS = {UP: "SUCCESS", AWAY: "FAILED", ABSENT: "SKIPPED"}
CONNECT_SECONDS = 1.0
_PASSWORD = re.compile(r"(//[^/@:]*):[^/@]*@")


@dataclass(frozen=True)
class ServiceState:
    """A service, as a lab shows it.

    Attributes:
        name: in `workbook.open`.
        address: without a password; empty if it has none.
        state: `up`, `no answer` or `not started`.
    """

    name: str
    title: str
    address: str
    state: str


def services(settings: Settings) -> list[ServiceState]:
    """The services that a lab's notebooks use, as they are now."""
    variables = variables_of(settings)
    running = embedded_environment() if settings.stack == "embedded" else variables
    used = [spec for spec in catalog.SERVICES if not spec.for_people]
    return [_look(spec, settings.stack, {**variables, **running}, running) for spec in used]


def html(name: str, states: Sequence[ServiceState]) -> str:
    """The services of a stack as a table."""
    rows = [[escape(it.title), code(it.name), code(it.address), chip(_LOOKS[it.state], it.state)] for it in states]
    return f"<div>stack <b>{escape(name)}</b></div>" + table(("service", "name", "address", "state"), rows)


def text(name: str, states: Sequence[ServiceState]) -> str:
    """The services of a stack as plain text."""
    return "\n".join([f"stack {name}", *lines_of([[it.name, it.state, it.address] for it in states])])


def variables_of(settings: Settings) -> dict[str, str]:
    """Settings by the names of their variables."""
    return {name.upper(): str(value) for name, value in vars(settings).items() if value is not None}


def _look(
    spec: ServiceSpec[Any], on_stack: str, variables: Mapping[str, str], running: Mapping[str, str]
) -> ServiceState:
    if on_stack == "embedded" and spec.marker not in running:
        return ServiceState(spec.name, spec.title, "", ABSENT)
    host, port = _host_and_port(spec, variables)
    if spec.marker not in variables and not _listens(host, port):
        return ServiceState(spec.name, spec.title, "", ABSENT)
    address = _PASSWORD.sub(r"\1@", spec.located(variables) or f"{host}:{port}")
    well = stack.answers(spec.name, variables) if spec.health and spec.marker in variables else _listens(host, port)
    return ServiceState(spec.name, spec.title, address, UP if well else AWAY)


def _host_and_port(spec: ServiceSpec[Any], variables: Mapping[str, str]) -> tuple[str, int]:
    """Host and port, for what is not reached by a URL."""
    host = next((variables[name] for prefix in spec.prefixes if (name := f"{prefix}HOST") in variables), "127.0.0.1")
    return host, int(variables.get(spec.port_variable, str(spec.ports[0].default)))


def _listens(host: str, port: int) -> bool:
    try:
        with closing(socket.create_connection((host, port), CONNECT_SECONDS)):
            return True
    except OSError:
        return False

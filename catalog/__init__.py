"""The services of all stacks: one entry each, in `catalog.services`, from which everything else follows.

A leaf package: the embedded stack, the notebooks' library and the flow tests import it, and it imports none of them.
"""

from __future__ import annotations

from typing import Any

from catalog.services import SERVICES
from catalog.spec import ServiceSpec

__all__ = [
    "NAMES",
    "SERVICES",
    "ServiceSpec",
    "default_names",
    "docker_name",
    "free_ports",
    "requirements",
    "service",
]

NAMES = tuple(spec.name for spec in SERVICES)
"""The names of all services, in the order of listings."""
_BY_NAME = {spec.name: spec for spec in SERVICES}


def service(name: str) -> ServiceSpec[Any]:
    """The entry of a service.

    Raises:
        KeyError: there is none of this name.
    """
    return _BY_NAME[name]


def default_names(people: bool = False) -> tuple[str, ...]:
    """The services that are meant when none is named.

    Parameters:
        people: whether those count that only people use, in a browser.
    """
    return tuple(spec.name for spec in SERVICES if spec.starts_by_default and (people or not spec.for_people))


def docker_name(name: str) -> str:
    """What the Docker stack calls a service; any other name stays as it is."""
    container = _BY_NAME[name].container if name in _BY_NAME else None
    return container.name if container else name


def free_ports() -> dict[str, str]:
    """Variables by which a stack takes whatever ports are free."""
    return {port.variable: "0" for spec in SERVICES for port in spec.ports}


def requirements(spec: ServiceSpec[Any]) -> tuple[str, ...]:
    """The names of the services whose addresses a service needs."""
    if not spec.runs_flows:
        return spec.requires
    used = (other for other in SERVICES if other.seen_by_flows or other.secrets or other.process_variables)
    return tuple(dict.fromkeys([*spec.requires, *(other.name for other in used if other is not spec)]))

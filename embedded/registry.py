"""The services of the embedded stack: those of the catalog, each from its folder in `embedded.services`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import catalog
from embedded.service import Service


@dataclass(frozen=True)
class Stack:
    """What the command works on."""

    services: Sequence[Service]
    supervisor: tuple[str, ...]
    """Arguments to Python that run this stack's supervisor; the state folder is added."""

    default: Sequence[str] = ()
    """The services that start when none is named; all of them if this is empty."""

    @property
    def names(self) -> list[str]:
        """The services' names."""
        return [service.name for service in self.services]


def load_service(name: str) -> Service:
    """The service that `embedded.services.<name>.service` defines for an entry of the catalog.

    Raises:
        LookupError: the module has no such class.
    """
    module = import_module(f"embedded.services.{name}.service")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Service) and value.is_for(name):
            return value()
    raise LookupError(f"{module.__name__} has no Service whose `spec` is the catalog's entry {name!r}")


EMBEDDED = Stack(
    services=tuple(load_service(name) for name in catalog.NAMES),
    supervisor=("-m", "embedded", "supervise"),
    default=catalog.default_names(people=True),  # the stores of later lessons take memory: each lesson starts its own
)

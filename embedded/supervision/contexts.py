"""Tells services what they work with: their folders, their ports, and where the services they require are."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from embedded.service import Context, Service
from embedded.shared.settings import Settings
from embedded.shared.state_folder import StateFolder
from embedded.supervision.ports import Ports

_PORTS = "ports.json"

log = logging.getLogger(__name__)


class ContextFactory:
    """Makes the contexts of one stack's services, and remembers the ports chosen for them."""

    def __init__(self, folder: StateFolder, services: Mapping[str, Service], settings: Settings) -> None:
        """
        Parameters:
            folder: the state folder.
            services: all there are, by name.
            settings: say where the folder is that all stacks of this user share.
        """
        self._folder = folder
        self._services = services
        self._ports = Ports(settings.cache / "ports", folder.read(_PORTS))
        self._chosen: dict[str, int] = {}
        self._notes: dict[str, str] = {}

    def choose_ports(self, name: str, settings: Settings, running: Mapping[str, Context]) -> None:
        """Choose ports for a service that is about to start, and for those it requires that do not run.

        Parameters:
            name: the service.
            settings: the wanted ports.
            running: contexts of the running services.

        Raises:
            ServiceError: no port is free.
        """
        wishes = {port for service in self._services.values() for port in service.wanted_ports(settings).values()}
        for other in (name, *self._services[name].requires):
            if other not in running:
                for port, wanted in self._services[other].wanted_ports(settings).items():
                    self._choose_port(port, wanted, wishes - {wanted})
        self._folder.write(_PORTS, self._ports.remembered())

    def _choose_port(self, name: str, wanted: int, others: Collection[int]) -> None:
        choice = self._ports.choose(name, wanted, others)
        if choice.note and choice.note != self._notes.get(name):
            log.info(choice.note)
        self._chosen[name], self._notes[name] = choice.port, choice.note

    def notes(self, name: str, settings: Settings) -> list[str]:
        """Say which ports of a service are not the wanted ones, and why."""
        notes = (self._notes.get(port) for port in self._services[name].wanted_ports(settings))
        return [note for note in notes if note]

    def make(self, name: str, settings: Settings, running: Mapping[str, Context]) -> Context:
        """Make a service's context from the ports chosen last.

        Parameters:
            name: the service.
            settings: its settings.
            running: contexts of the running services, whose settings hold until they end.
        """
        required: dict[str, str] = {}
        for other in self._services[name].requires:
            required |= self._services[other].environment(running.get(other) or self._bare(other, settings, {}))
        return self._bare(name, settings, required)

    def _bare(self, name: str, settings: Settings, required: Mapping[str, str]) -> Context:
        return Context(
            settings=settings,
            home=self._folder.folder_of(name),
            log=self._folder.log_of(name),
            ports=dict(self._chosen),
            required=required,
        )

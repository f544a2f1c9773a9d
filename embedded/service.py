"""What a service of the embedded stack is: one object that the supervisor asks what to run and whether it is well."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import catalog
from catalog.spec import ServiceSpec
from embedded.shared.accounts import Account
from embedded.shared.loopback import HOST
from embedded.shared.paths import ROOT
from embedded.shared.processes import leftovers, stop_tree
from embedded.shared.settings import Settings

_CHILDREN_GRACE = 3.0


class ServiceError(RuntimeError):
    """A service cannot start; the message says why and what helps."""


@dataclass(frozen=True)
class Context:
    """What a service works with."""

    settings: Settings
    home: Path
    """The service's own folder for what it keeps; the supervisor creates it, for this user only."""
    log: Path
    """Where the service's output goes."""
    ports: Mapping[str, int]
    """Chosen ports by name, those of the required services included."""
    required: Mapping[str, str] = field(default_factory=dict)
    """The environment lines of the required services, running or not."""


@dataclass(frozen=True)
class ProcessSpec:
    """How to start a process."""

    argv: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to our own environment."""
    cwd: Path = ROOT
    account: Account | None = None
    ends_with_parent: bool = False
    """True when the process calls `exit_with_parent()` of `embedded.shared.parent_watch`; others get a signal."""


class Service:
    """Base of all services. A subclass names its entry in the catalog, and says how it starts and when it is well."""

    spec: ClassVar[ServiceSpec[Any]]
    start_timeout: float = 60.0
    """Seconds from launch to the first good health check."""
    grace: float = 10.0
    """Seconds between the stop signal and SIGKILL."""
    stop_signal: signal.Signals = signal.SIGTERM
    check_interval: float = 5.0
    """Seconds between two health checks of the running service."""
    patience: float = 60.0
    """Seconds for which all health checks of the running service must fail before it is started again."""
    restart_delays: tuple[float, ...] = (0.0, 2.0, 10.0)
    """Seconds before each restart of a service that failed while it ran; as many as there may be in ten minutes."""

    @classmethod
    def is_for(cls, name: str) -> bool:
        """Whether this class runs the catalog's entry of a name."""
        return "spec" in vars(cls) and cls.spec.name == name

    @property
    def name(self) -> str:
        """The service's name."""
        return self.spec.name

    @property
    def requires(self) -> tuple[str, ...]:
        """The names of the services whose addresses it needs."""
        return catalog.requirements(self.spec)

    def port(self, context: Context, field: str = "port") -> int:
        """A chosen port, by its name in the service's settings."""
        return context.ports[self.spec.setting(field).variable]

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        """Wanted ports by the name of their variable; 0 for any."""
        own = settings[self.spec]
        return {port.variable: getattr(own, port.field) for port in self.spec.ports}

    def is_of_use(self, settings: Settings) -> bool:
        """Whether it starts by default with these settings; by name it starts in any case."""
        return True

    def prepare(self, context: Context) -> None:
        """Do what must precede the launch, within seconds. Runs in a thread of its own.

        Raises:
            ServiceError: the service cannot start.
        """

    def command(self, context: Context) -> ProcessSpec:
        """Say what to run. Has no effects: it is also asked whether a running service is up to date."""
        raise NotImplementedError

    def healthy(self, context: Context) -> bool:
        """Tell whether clients can use the service now, within seconds."""
        raise NotImplementedError

    def notice(self, context: Context) -> str:
        """One line for `status` about what happened to a service that runs; empty if there is nothing to tell."""
        return ""

    def alive(self, context: Context) -> bool:
        """Tell whether the service, once ready, still serves. One that is only too busy for one more client does."""
        return self.healthy(context)

    def environment(self, context: Context) -> dict[str, str]:
        """The KEY=value lines with which clients find the service."""
        own = context.settings[self.spec]
        ports = {port.variable: context.ports[port.variable] for port in self.spec.ports}
        lines = {address.variable: address.at(HOST, self.port(context)) for address in self.spec.addresses}
        lines |= {variable: str(port) for variable, port in ports.items()}
        for setting in self.spec.all_settings:
            value = getattr(own, setting.field)
            if setting.for_clients and value is not None:
                lines.setdefault(setting.variable, str(value))
        return lines

    def clean_up(self, context: Context, session: int | None) -> None:
        """End whatever still runs for the service, after its process ended or before it starts.

        Parameters:
            context: as for the other calls.
            session: the session that its process led, when one did.
        """
        grace = self.grace if session is None else _CHILDREN_GRACE
        stop_tree(leftovers(context.home.parent, self.name, session), self.stop_signal, grace)

    def remove_traces(self, pid: int) -> None:
        """Remove what a process of the service left outside the service's folder.

        Parameters:
            pid: the number of a process that has ended; another one may have it by now.
        """

    def reset(self, context: Context) -> None:
        """Remove what the service keeps outside its own folder."""

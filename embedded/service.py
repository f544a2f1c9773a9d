"""What a service of the embedded stack is: one object that the supervisor asks what to run and whether it is well."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from embedded.shared.accounts import Account
from embedded.shared.paths import ROOT
from embedded.shared.processes import leftovers, stop_tree
from embedded.shared.settings import Settings

_CHILDREN_GRACE = 3.0


class ServiceError(RuntimeError):
    """A service cannot start; the message says why and what helps."""


@dataclass(frozen=True)
class Context:
    """What a service is given to work with."""

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
class Launch:
    """How to start a process."""

    argv: list[str]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to our own environment."""
    cwd: Path = ROOT
    account: Account | None = None
    lifeline: bool = False
    """True when the process calls `exit_with_parent()` of `embedded.shared.parent_watch`; others get a signal."""


class Service:
    """Base of all services. A subclass names itself and says how it is launched and when it is well."""

    name: str
    requires: tuple[str, ...] = ()
    start_timeout: float = 60.0
    """Seconds from launch to the first good health check."""
    grace: float = 10.0
    """Seconds between the stop signal and SIGKILL."""
    stop_signal: signal.Signals = signal.SIGTERM

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        """Ports by the name of their setting; 0 for any."""
        raise NotImplementedError

    def prepare(self, context: Context) -> None:
        """Do what must precede the launch, within seconds. Runs in a thread of its own.

        Raises:
            ServiceError: the service cannot start.
        """

    def command(self, context: Context) -> Launch:
        """Say what to run. Has no effects: it is also asked whether a running service is up to date."""
        raise NotImplementedError

    def healthy(self, context: Context) -> bool:
        """Tell whether clients can use the service now, within a second or two."""
        raise NotImplementedError

    def environment(self, context: Context) -> dict[str, str]:
        """The KEY=value lines with which clients find the service."""
        raise NotImplementedError

    def clean_up(self, context: Context, session: int | None) -> None:
        """End whatever still runs for the service, after its process ended or before it starts.

        Parameters:
            context: as for the other calls.
            session: the session that its process led, when one did.
        """
        grace = self.grace if session is None else _CHILDREN_GRACE
        stop_tree(leftovers(context.home.parent, self.name, session), self.stop_signal, grace)

    def reset(self, context: Context) -> None:
        """Remove what the service keeps outside its own folder."""

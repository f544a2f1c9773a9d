"""What all pages of the process share: settings, sessions, and the watch over Kestra."""

from __future__ import annotations

from dataclasses import dataclass

from console.sessions import Sessions
from console.settings import Settings
from console.watch import Watch


@dataclass(frozen=True)
class Shared:
    """What all pages share."""

    settings: Settings
    sessions: Sessions
    watch: Watch


_shared: list[Shared] = []


def use(settings: Settings, sessions: Sessions, watch: Watch) -> None:
    """Say what the pages of this process work with. NiceGUI has one application a process, so there is one of each."""
    _shared[:] = [Shared(settings, sessions, watch)]


def shared() -> Shared:
    """What the pages of this process work with."""
    return _shared[0]

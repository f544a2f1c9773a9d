"""The states of executions and task runs, with their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

TERMINATED = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED"})
SUCCEEDED = frozenset({"SUCCESS", "WARNING", "SKIPPED"})


@dataclass(frozen=True)
class StateChange:
    """A state and the moment at which it began."""

    state: str
    start: datetime


@dataclass(frozen=True)
class State:
    """A state with its history."""

    current: str
    history: tuple[StateChange, ...]

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Self:
        """From the API's JSON."""
        histories = raw.get("histories", [])
        changes = (StateChange(change["state"], datetime.fromisoformat(change["date"])) for change in histories)
        return cls(raw["current"], tuple(changes))

    @property
    def terminated(self) -> bool:
        """Whether the state is final."""
        return self.current in TERMINATED

    @property
    def start(self) -> datetime | None:
        """When it was created."""
        return self.history[0].start if self.history else None

    @property
    def end(self) -> datetime | None:
        """When it ended, or None while it goes on."""
        return self.history[-1].start if self.terminated and self.history else None

    @property
    def seconds(self) -> float:
        """Seconds from creation to the end, or until now."""
        if self.start is None:
            return 0.0
        return ((self.end or datetime.now(UTC)) - self.start).total_seconds()


class WithStates:
    """What goes through states: a task run, an execution."""

    states: State

    @property
    def state(self) -> str:
        """The current state, such as SUCCESS."""
        return self.states.current

    @property
    def start(self) -> datetime | None:
        """When it was created."""
        return self.states.start

    @property
    def end(self) -> datetime | None:
        """When it ended."""
        return self.states.end

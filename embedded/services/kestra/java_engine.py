"""What the REST API needs of a Kestra engine, of whichever version."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import jpype

TENANT = "main"


class EngineSettings(Protocol):
    """What the API reads of an engine's configuration."""

    @property
    def home(self) -> Path:
        """Folder of the engine's state."""

    @property
    def storage(self) -> Path:
        """Kestra's internal storage."""

    @property
    def url(self) -> str:
        """The address under which users reach the API, for links."""


class Refused(Exception):
    """The engine does not carry out what is asked of it; the message is its reason."""


class NotProcessed(Exception):
    """The engine has not carried out in time what is asked of it."""


class JavaEngine(ABC):
    """A Kestra engine in this process's Java virtual machine.

    A process can hold one in its life: a Java virtual machine does not start twice.
    """

    config: EngineSettings
    _context: Any = None
    """Micronaut's `ApplicationContext`, once it has been started."""

    _services: Sequence[Any] = ()
    """The engine's services, once they have been started."""

    @property
    def running(self) -> bool:
        """Whether every service of the engine is up. One that has just been started has no state yet."""
        states = [service.getState() for service in self._services]
        return bool(states) and all(state is not None and state.isRunning() for state in states)

    @abstractmethod
    def await_end(self) -> str:
        """Wait until the engine has come to an end.

        Returns:
            Why: it ended by itself. Empty if it was closed on purpose.
        """

    @abstractmethod
    def abandon(self) -> None:
        """Close what can be closed of an engine that has ended. Java logs nothing any more."""

    @abstractmethod
    def close(self) -> None:
        """Stop taking up work, give running tasks the grace period, and close the database."""

    @abstractmethod
    def write_commits(self) -> None:
        """Write what the engine has committed to its database: afterwards `kill -9` cannot undo it."""

    @abstractmethod
    def queue(self, name: str) -> Any:
        """One of the engine's queues by its name."""

    @abstractmethod
    def awaits_execution(self, execution_id: str) -> bool:
        """Whether an execution that is not stored yet waits in the engine's queue."""

    @abstractmethod
    def create_flow(self, flow: Any) -> Any:
        """Create a flow from a `GenericFlow`. Raises a JException if it is invalid or exists."""

    @abstractmethod
    def update_flow(self, flow: Any, previous: Any) -> Any:
        """Make a new revision of a flow from a `GenericFlow`. Raises a JException if it is invalid."""

    @abstractmethod
    def delete_flow(self, flow: Any) -> Any:
        """Delete a flow; its revisions stay."""

    @abstractmethod
    def create_execution(self, flow: Any, execution: Any, labels: Any) -> None:
        """Start an execution.

        Parameters:
            flow: the flow.
            execution: the execution, as its creator wants it.
            labels: its labels without those of the flow, a Java list.

        Raises:
            Refused, NotProcessed: the engine does not create it.
        """

    @abstractmethod
    def kv_metadata(self) -> Any:
        """Where the key-value store keeps its keys."""

    def kv_store(self, tenant: str, namespace: str) -> Any:
        """The key-value store of a namespace."""
        # Not by the engine's KVStoreService: it refuses a namespace without flows, and keys often come first.
        storage = self.bean("io.kestra.core.storages.StorageInterface")
        store = self.java("io.kestra.core.storages.kv.InternalKVStore")
        return store(tenant, namespace, storage, self.kv_metadata())

    def log_event(self, entry: Any) -> Any:
        """A log entry as those who follow logs get it."""
        return entry

    @abstractmethod
    def follow(self, execution_id: str) -> None:
        """Take note that somebody follows an execution from now on."""

    @abstractmethod
    def leave(self, execution_id: str) -> None:
        """Take note that one of those who follow an execution does so no more."""

    def java(self, name: str) -> Any:
        """A Java class by its full name."""
        return jpype.JClass(name)

    def bean(self, name: str) -> Any:
        """A bean of the application context by the full name of its class."""
        return self._context.getBean(jpype.JClass(name))

    def to_json(self, value: Any) -> str:
        """The JSON that Kestra's own server sends for an entity: the same mapper with the same settings."""
        return str(self.bean("com.fasterxml.jackson.databind.ObjectMapper").writeValueAsString(value))


def has_ended(service: Any) -> bool:
    """Whether a service of an engine has ended, or is about to."""
    state = service.getState()
    return state is not None and (state.hasCompletedTermination() or str(state) in ("TERMINATING", "ERROR"))

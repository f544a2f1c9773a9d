"""The engine's repositories, which read and write its database, by what they hold.

They are interfaces of https://github.com/kestra-io/kestra (`core`, package `io.kestra.core.repositories`).
"""

from typing import Any, Protocol

PACKAGE = "io.kestra.core.repositories"


class Beans(Protocol):
    """Finds beans of the engine: a request of the API, or the engine itself."""

    def bean(self, name: str) -> Any:
        """The bean of a Java class or interface."""


def flows(beans: Beans) -> Any:
    """Flows with their revisions and sources: `FlowRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.FlowRepositoryInterface")


def executions(beans: Beans) -> Any:
    """Executions: `ExecutionRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.ExecutionRepositoryInterface")


def logs(beans: Beans) -> Any:
    """Log entries: `LogRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.LogRepositoryInterface")


def metrics(beans: Beans) -> Any:
    """Metrics that tasks published: `MetricRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.MetricRepositoryInterface")


def triggers(beans: Beans) -> Any:
    """States of triggers: `TriggerRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.TriggerRepositoryInterface")


def kv_metadata(beans: Beans) -> Any:
    """Keys of the key-value store, without their values: `KvMetadataRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.KvMetadataRepositoryInterface")


def namespace_file_metadata(beans: Beans) -> Any:
    """Paths and revisions of namespace files, without their content: `NamespaceFileMetadataRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.NamespaceFileMetadataRepositoryInterface")


def dashboards(beans: Beans) -> Any:
    """Dashboards, and the data of their charts: `DashboardRepositoryInterface`."""
    return beans.bean(f"{PACKAGE}.DashboardRepositoryInterface")

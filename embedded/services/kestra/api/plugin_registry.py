"""The engine's registry of plug-ins, and the classes that one of them has."""

from collections.abc import Iterator
from typing import Any

REGISTRY = "io.kestra.core.plugins.PluginRegistry"


def classes(plugin: Any) -> Iterator[Any]:
    """The Java classes of a plug-in that a flow can name as a type.

    Parameters:
        plugin: a `RegisteredPlugin` of the registry.
    """
    for kind in (plugin.getTasks(), plugin.getTriggers(), plugin.getConditions(), plugin.getTaskRunners()):
        yield from kind

"""The engine's registry of plug-ins, and the classes that one of them has."""

from collections.abc import Iterator
from typing import Any

REGISTRY = "io.kestra.core.plugins.PluginRegistry"
KINDS = ("getTasks", "getTriggers", "getConditions", "getTaskRunners")
"""What lists the kinds of types; 2.0 has no conditions."""


def classes(plugin: Any) -> Iterator[Any]:
    """The Java classes of a plug-in that a flow can name as a type.

    Parameters:
        plugin: a `RegisteredPlugin` of the registry.
    """
    for kind in KINDS:
        if hasattr(plugin, kind):
            yield from getattr(plugin, kind)()

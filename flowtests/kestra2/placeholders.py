"""Placeholders for types that an engine lacks, so that it can check the rest of a flow."""

from __future__ import annotations

import yaml

from flowtests.documents import entry, mappings, parse_mapping, scalar, write
from flowtests.flows import KEPT

TASK = "{type: io.kestra.plugin.core.debug.Return}"
TRIGGER = '{type: io.kestra.plugin.core.trigger.Schedule, cron: "@daily"}'
RUNNER = "{type: io.kestra.plugin.core.runner.Process}"


def replace_type(text: str, type_: str) -> str:
    """A flow in which everything of a type is replaced by something that the engine has.

    Parameters:
        text: the flow.
        type_: the full name of the type.
    """
    root = parse_mapping(text)
    triggers = entry(root, "triggers")
    inside = set(map(id, mappings(triggers))) if triggers is not None else set()
    for node in list(mappings(root)):
        if scalar(entry(node, "type")) == type_:
            _replace(node, TRIGGER if id(node) in inside else TASK if entry(node, "id") is not None else RUNNER)
    return write(root)


def _replace(node: yaml.MappingNode, placeholder: str) -> None:
    kept = [(key, value) for key, value in node.value if scalar(key) in KEPT]
    node.value = kept + parse_mapping(placeholder).value

"""One flow for Kestra 2.0."""

from __future__ import annotations

from dataclasses import dataclass

from workbook.kestra2 import conditions, loops, names, plugin_defaults
from workbook.kestra2.findings import Findings
from workbook.kestra2.yaml_text import read, write


@dataclass(frozen=True)
class Upgrade:
    """A flow's text for 2.0.

    Attributes:
        text: the same as the original if nothing is to be changed.
        findings: what was changed, and what was left.
    """

    text: str
    findings: Findings


def upgrade(text: str, unknown: plugin_defaults.Unknown = frozenset()) -> Upgrade:
    """Rewrite a flow for Kestra 2.0, where the meaning is sure.

    Parameters:
        text: valid YAML.
        unknown: properties that a type does not have, and for which a plugin default has a value.
    """
    root, findings = read(text), Findings()
    names.convert(root, findings)  # first: defaults and conditions look for types' own names
    plugin_defaults.expand(root, findings, unknown)
    conditions.convert(root, findings)
    loops.convert(root, findings)
    return Upgrade(write(root, text) if findings.changed else text, findings)

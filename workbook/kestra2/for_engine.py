"""Upgrades flows with the help of an engine of 2.0: it alone knows which properties a type has."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ruamel.yaml.error import YAMLError

from workbook.kestra2.findings import Findings
from workbook.kestra2.upgrade import Upgrade, upgrade

UNKNOWN = re.compile(r'Unrecognized field "([^"]+)" \(class (\S+?)\)')

Problems = Sequence[str | None]
"""Why an engine does not take each of some texts; None for one that it takes."""


def upgrade_all(texts: Sequence[str], validate: Callable[[Sequence[str]], Problems]) -> tuple[list[Upgrade], Problems]:
    """Upgrade flows, and have those validated that were changed.

    1.3 ignores defaults for properties that a type does not have. Only the engine knows them, one at a time.

    Parameters:
        texts: the flows.
        validate: asks an engine of 2.0.

    Returns:
        The upgrades, and what is still wrong with each that was changed: None for the others.
    """
    unknown: list[frozenset[tuple[str, str]]] = [frozenset()] * len(texts)
    upgrades = [_upgrade(text, frozenset()) for text in texts]
    problems: list[str | None] = [None] * len(texts)
    again = [number for number, done in enumerate(upgrades) if done.text != texts[number]]
    while again:
        for number, problem in zip(again, validate([upgrades[number].text for number in again]), strict=True):
            problems[number] = problem
        again = [
            number for number in again if (pair := unknown_property(problems[number])) and pair not in unknown[number]
        ]
        for number in again:
            unknown[number] |= {pair for pair in [unknown_property(problems[number])] if pair}
            upgrades[number] = _upgrade(texts[number], unknown[number])
    return upgrades, problems


def unknown_property(problem: str | None) -> tuple[str, str] | None:
    """The type and the property of which the engine says that it does not have it."""
    match = UNKNOWN.search(problem or "")
    return (match[2], match[1]) if match else None


def _upgrade(text: str, unknown: frozenset[tuple[str, str]]) -> Upgrade:
    try:
        return upgrade(text, unknown)
    except YAMLError as error:  # PyYAML takes a few texts that ruamel.yaml refuses
        findings = Findings()
        findings.leave(1, f"the file is read by the engine, and not by ruamel.yaml: {error}")
        return Upgrade(text, findings)

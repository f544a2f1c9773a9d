"""The check of flows on Kestra 2.0: as they are, and as the upgrade writes them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flowtests.documents import display_path, entry, line_of_key, mappings, scalar
from flowtests.errors import Problem
from flowtests.flows import FlowFile
from flowtests.kestra2.engine import Kestra2
from flowtests.kestra2.placeholders import replace_type
from workbook.kestra2.findings import Findings
from workbook.kestra2.for_engine import unknown_property, upgrade_all
from workbook.kestra2.loops import BY_HAND, VALUES
from workbook.kestra2.names import ALIASES, GONE, canonical
from workbook.kestra2.upgrade import Upgrade

INVALID_TYPE = re.compile(r"Invalid type: (io\.kestra\.\S+|[a-z][\w]*\.[\w.]+\.[A-Z]\w*)")
TASK = re.compile(r"tasks\[([\w-]+)\]")
PREFIX = "Validation error: "
KNOWN = {*ALIASES, *GONE, *VALUES, *BY_HAND}
"""Types that 2.0 lacks because it has done away with them."""


@dataclass(frozen=True)
class Checked:
    """What the engine says of one text.

    Attributes:
        problem: why it does not take it; None if it does.
        unchecked: types that the engine lacks, with a placeholder in their place while the rest was checked.
    """

    problem: str | None
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What becomes of a flow on Kestra 2.0.

    Attributes:
        flow: the flow.
        original: what the engine says of it.
        upgraded: what the engine says of the upgraded text.
        text: the upgraded text; the flow's own if nothing was changed.
        findings: what was changed, and what was left.
    """

    flow: FlowFile
    original: Checked
    upgraded: Checked
    text: str
    findings: Findings = field(default_factory=Findings)

    @property
    def passes(self) -> bool:
        """Whether the engine takes the flow as it is."""
        return self.original.problem is None

    @property
    def passes_upgraded(self) -> bool:
        """Whether the engine takes the upgraded text."""
        return self.upgraded.problem is None

    @property
    def changed(self) -> bool:
        """Whether the upgrade changes anything."""
        return self.text != self.flow.document.text

    @property
    def diff(self) -> str:
        """The changes as a unified diff."""
        name = display_path(self.flow.document.file)
        before, after = (text.splitlines(keepends=True) for text in (self.flow.document.text, self.text))
        return "".join(difflib.unified_diff(before, after, name, f"{name} (2.0)", n=1))

    def complaint(self, checked: Checked) -> Problem:
        """The engine's complaint, with its place in the original file."""
        message = _short(checked.problem or "")
        line = self._line_of_property(checked) or self._line_of_task(message)
        return Problem(message, f"{display_path(self.flow.document.file)}:{line}")

    def _line_of_property(self, checked: Checked) -> int | None:
        """The line of a property that the engine does not know, in a map of the type that it names."""
        if (pair := unknown_property(checked.problem)) is None:
            return None
        root = self.flow.document.node
        nodes = [node for node in mappings(root) if canonical(scalar(entry(node, "type")) or "") == pair[0]] or [root]
        return next((line for node in nodes if (line := line_of_key(node, pair[1]))), None)

    def _line_of_task(self, message: str) -> int:
        task = TASK.match(message)
        return self.flow.line_of(task[1] if task and task[1] in self.flow.tasks else "", message)


def check(engine: Kestra2, flows: Sequence[FlowFile]) -> list[Verdict]:
    """Check flows, as they are and as the upgrade writes them.

    Parameters:
        engine: an engine of Kestra 2.0.
        flows: the flows.
    """
    originals = validate(engine, [flow.document.text for flow in flows])
    upgrades, after = _upgrade_all(engine, flows)
    return [
        Verdict(flow, original, after.get(number, original), upgrades[number].text, upgrades[number].findings)
        for number, (flow, original) in enumerate(zip(flows, originals, strict=True))
    ]


def _upgrade_all(engine: Kestra2, flows: Sequence[FlowFile]) -> tuple[list[Upgrade], dict[int, Checked]]:
    """Upgrade flows, and check those that were changed."""
    texts = [flow.document.text for flow in flows]
    checked: dict[str, Checked] = {}

    def problems(sent: Sequence[str]) -> list[str | None]:
        checked.update(zip(sent, validate(engine, sent), strict=True))
        return [checked[text].problem for text in sent]

    upgrades, _ = upgrade_all(texts, problems)
    return upgrades, {number: checked[done.text] for number, done in enumerate(upgrades) if done.text != texts[number]}


def validate(engine: Kestra2, texts: Sequence[str]) -> list[Checked]:
    """What the engine says of texts, with placeholders for types that it never had.

    Parameters:
        engine: an engine of Kestra 2.0.
        texts: the flows.
    """
    sent, unchecked = list(texts), [list[str]() for _ in texts]
    problems = engine.validate(sent)
    while foreign := {number: type_ for number, problem in enumerate(problems) if (type_ := _foreign(problem))}:
        replaced = {number: replace_type(sent[number], type_) for number, type_ in foreign.items()}
        for number, text in replaced.items():
            unchecked[number].append(foreign[number])
            sent[number] = text
        for number, problem in zip(replaced, engine.validate(list(replaced.values())), strict=True):
            problems[number] = problem
    return [Checked(problem, tuple(types)) for problem, types in zip(problems, unchecked, strict=True)]


def _foreign(problem: str | None) -> str | None:
    """The type that the engine does not know and that no release of its core had."""
    match = INVALID_TYPE.search(problem or "")
    core = match is not None and match[1].startswith(("io.kestra.plugin.core.", "io.kestra.core."))
    return match[1] if match and match[1] not in KNOWN and not core else None


def _short(problem: str) -> str:
    """A complaint without the list of all properties that a type has."""
    return re.sub(r"(, not marked as ignorable) \(.*?\)$", "", problem.removeprefix(PREFIX).strip(), flags=re.DOTALL)

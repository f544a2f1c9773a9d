"""The report of a check on Kestra 2.0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowtests.documents import display_path
from flowtests.kestra2.check import Verdict
from workbook.kestra2.findings import Finding


def describe(verdict: Verdict) -> str:
    """A flow's part of the report: the engine's words, what is changed, what is left, and the diff."""
    file = display_path(verdict.flow.document.file)
    lines = [f"{verdict.flow.name} ({file}): {_outcome(verdict)}"]
    if not verdict.passes:
        lines.append(f"  the engine says: {verdict.complaint(verdict.original)}")
    lines += _listed("changed", file, verdict.findings.changed)
    lines += _listed("left for you", file, verdict.findings.left)
    if verdict.changed and not verdict.passes_upgraded:
        lines.append(f"  after the upgrade: {verdict.complaint(verdict.upgraded)}")
    types = dict.fromkeys([*verdict.original.unchecked, *verdict.upgraded.unchecked])
    lines += [f"  not checked by the engine, which lacks it: {type_}" for type_ in types]
    if verdict.changed:
        lines += [f"  {line}" for line in verdict.diff.splitlines()]
    return "\n".join(lines)


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many flows pass, as they are and after the upgrade."""
    passing = sum(verdict.passes for verdict in verdicts)
    mended = sum(not verdict.passes and verdict.passes_upgraded for verdict in verdicts)
    parts = [f"{passing} pass", f"{mended} pass after the upgrade", f"{len(verdicts) - passing - mended} fail"]
    if left := sum(bool(verdict.findings.left) for verdict in verdicts):
        parts.append(f"in {left} something is left for you")
    if unchecked := sum(bool(verdict.upgraded.unchecked) for verdict in verdicts):
        parts.append(f"in {unchecked} a type is not checked")
    return f"Kestra 2.0, {len(verdicts)} flows: {', '.join(parts)}"


def _outcome(verdict: Verdict) -> str:
    if verdict.passes:
        return "passes; the upgrade changes what would fail later" if verdict.changed else "passes"
    return "fails, passes after the upgrade" if verdict.passes_upgraded else "fails"


def _listed(what: str, file: str, findings: Iterable[Finding]) -> list[str]:
    return [f"  {what}: {file}:{finding.line}: {finding.message}" for finding in sorted(findings)]

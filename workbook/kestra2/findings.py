"""What was changed in a flow, and what was left for its author."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Finding:
    """One place in a flow that Kestra 2.0 takes otherwise.

    Attributes:
        line: in the original file, counted from 1.
        message: what is different, and what was done or is to be done.
    """

    line: int
    message: str


@dataclass
class Findings:
    """What a rewrite has found.

    Attributes:
        changed: what was rewritten.
        left: what was not, since its meaning on 2.0 is not sure.
    """

    changed: list[Finding] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)

    def change(self, line: int, message: str) -> None:
        """Note a change."""
        self._note(self.changed, Finding(line, message))

    def leave(self, line: int, message: str) -> None:
        """Note what was left as it is."""
        self._note(self.left, Finding(line, message))

    def _note(self, notes: list[Finding], finding: Finding) -> None:
        if finding not in notes:
            notes.append(finding)


class NotSure(Exception):
    """Something has no translation whose meaning is sure; the message says why."""

"""How many task runs an execution will have, by the graph of its flow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbook.kestra.graph import TAGS, Branch, FlowTree, Node
from workbook.kestra.models import TaskRun

CHOICE = "CHOICE"
"""The kind of a block that runs one of its branches."""
LOOPS = ("ForEach", "ForEachItem", "LoopUntil", "EachSequential", "EachParallel")
"""Types whose tasks run once a round, and only the engine knows how many rounds there are."""


@dataclass(frozen=True)
class Expected:
    """A number of task runs.

    Attributes:
        about: whether it is an estimate: a loop or a choice is not decided yet.
    """

    total: int
    about: bool = False

    def __add__(self, other: Expected) -> Expected:
        return Expected(self.total + other.total, self.about or other.about)


NOTHING = Expected(0)


def expected(tree: FlowTree, runs: Sequence[TaskRun]) -> Expected:
    """How many task runs there will be, as far as one can tell.

    A loop counts as the rounds that have begun, one at least; a choice as the branch that was taken, before that as its
    longest. What runs on errors counts once it has begun.

    Parameters:
        tree: the flow.
        runs: the task runs that exist already.
    """
    counted = _Counter(runs).branches(tree.branches)
    return counted if counted.total >= len(runs) else Expected(len(runs), True)


class _Counter:
    def __init__(self, runs: Sequence[TaskRun]) -> None:
        self._runs: dict[str, list[TaskRun]] = defaultdict(list)
        for run in runs:
            self._runs[run.task_id].append(run)

    def branches(self, branches: Iterable[Branch]) -> Expected:
        """Branches that all run."""
        found = NOTHING
        for branch in branches:
            on_condition = branch.tag in (TAGS["ERROR"], TAGS["AFTER_EXECUTION"])
            if not on_condition or self._has_begun(branch):
                found += self._branch(branch)
        return found

    def _branch(self, branch: Branch) -> Expected:
        return sum((self._node(node) for node in branch.nodes), NOTHING)

    def _node(self, node: Node) -> Expected:
        if node.disabled:
            return NOTHING
        if node.kind == CHOICE:
            return Expected(1) + self._choice(node)
        if node.type.rsplit(".", 1)[-1] in LOOPS:
            return Expected(1) + self._loop(node)
        return Expected(1) + self.branches(node.branches)

    def _choice(self, node: Node) -> Expected:
        taken = [branch for branch in node.branches if self._has_begun(branch)]
        if taken or self._has_ended(node):
            return self.branches(taken)
        longest = max((self._branch(branch) for branch in node.branches), key=lambda it: it.total, default=NOTHING)
        return longest + Expected(0, about=True)

    def _loop(self, node: Node) -> Expected:
        inside = self.branches(node.branches)
        begun = max((len(self._runs[first.id]) for first in _first_nodes(node)), default=0)
        return Expected(inside.total * max(begun, 1), inside.about or not self._has_ended(node))

    def _has_begun(self, branch: Branch) -> bool:
        return any(node.id in self._runs for node in branch.nodes)

    def _has_ended(self, node: Node) -> bool:
        runs = self._runs.get(node.id, [])
        return bool(runs) and all(run.states.terminated for run in runs)


def _first_nodes(node: Node) -> list[Node]:
    return [branch.nodes[0] for branch in node.branches if branch.nodes]

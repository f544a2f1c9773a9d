"""`ForEach` and `EachSequential`, which Kestra 2.0 has no more, as `Loop`.

A round of a Loop is an execution of its own. So a task inside finds the value as `item.value` at any depth, the outputs
of its own round by the tasks' names, and those outside find outputs of rounds only if the Loop declares them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from workbook.flow_parts import BRANCHES, SECTIONS
from workbook.kestra2.expressions import change_expressions, change_scalars, texts
from workbook.kestra2.findings import Findings
from workbook.kestra2.yaml_text import line_of, rename

CORE = "io.kestra.plugin.core.flow."
LOOP = f"{CORE}Loop"
VALUES = {f"{CORE}ForEach": "values", f"{CORE}EachSequential": "value"}
"""The property that holds the values, by type."""
BY_HAND = {
    f"{CORE}ForEachItem": "write a Loop over the file with a Subflow in it (a round gets a line, not a file of lines)",
    f"{CORE}EachParallel": "write a Loop with concurrencyLimit: 0 (a round's own tasks run one after the other there)",
}
HAS_OUTPUTS = (f"{CORE}If", f"{CORE}Switch")
HAS_NONE = tuple(
    f"{CORE}{name}" for name in ("ForEach", "EachSequential", "Sequential", "Parallel", "Dag", "AllowFailure")
)
"""Whether a task with others inside has outputs of its own, which decides whether `parents` of 1.3 counts it."""
OWN_BRANCHES = {*BRANCHES, "cases"}
RETURN = "io.kestra.plugin.core.debug.Return"
OF_TASK_RUN = re.compile(r"\b(?:(parent|parents\[(\d+)\])\.)?taskrun\.(value|iteration)\b")
EACH = re.compile(r"\bcurrentEachOutput\(\s*outputs\.([A-Za-z0-9_]+)\s*\)")


@dataclass(frozen=True)
class NestedTask:
    """A task, and the tasks around it, innermost first."""

    node: CommentedMap
    around: tuple[CommentedMap, ...]

    @property
    def loops(self) -> tuple[CommentedMap, ...]:
        """The loops around it, innermost first."""
        return tuple(task for task in self.around if task.get("type") in VALUES)


def convert(root: CommentedMap, findings: Findings) -> None:
    """Turn the loops of a flow into Loops, and change the expressions that read values and outputs of rounds.

    Parameters:
        root: the flow, which is changed.
        findings: gets what was done.
    """
    places = list(_places(root))
    for place in places:
        if reason := BY_HAND.get(str(place.node.get("type"))):
            findings.leave(line_of(place.node, "type"), f"{_short(place.node)} is gone in 2.0: {reason}")
    loops = [place.node for place in places if place.node.get("type") in VALUES]
    if not loops:
        return
    if blocked := [loop for loop in loops if "errors" in loop or "finally" in loop]:
        for loop in blocked:
            findings.leave(
                line_of(loop, "type"),
                f"{_short(loop)} is gone in 2.0. It stays, since its errors and finally run once for all rounds "
                "on 1.3, and in each round of a Loop",
            )
        return
    by_id = {str(place.node.get("id")): place for place in places}
    for place in places:
        _change_task(place, by_id, findings)
    for key in [key for key in root if key not in SECTIONS]:
        _change_outside(root, key, by_id, findings)
    for loop in loops:
        _convert_type(loop, findings)


def _convert_type(loop: CommentedMap, findings: Findings) -> None:
    old = loop["type"]
    findings.change(line_of(loop, "type"), f"{_short(loop)} is gone in 2.0: {loop.get('id')} is a Loop now")
    if VALUES[old] != "values":
        rename(loop, VALUES[old], "values")
    loop["type"] = type(old)(LOOP)


def _change_task(place: NestedTask, by_id: dict[str, NestedTask], findings: Findings) -> None:
    def change(text: str, line: int) -> str:
        return change_expressions(text, lambda expression: _in_place(expression, line, place, by_id, findings))

    change_scalars(place.node, change, lambda key: key in OWN_BRANCHES)


def _change_outside(root: CommentedMap, key: str, by_id: dict[str, NestedTask], findings: Findings) -> None:
    """What is no task, such as the outputs of the flow, is outside of all loops."""
    outside = NestedTask(CommentedMap(), ())

    def change(text: str, line: int) -> str:
        return change_expressions(text, lambda expression: _in_place(expression, line, outside, by_id, findings))

    holder = CommentedMap({key: root[key]})
    holder.lc.data = {key: root.lc.data[key]} if key in (root.lc.data or {}) else {}
    holder.lc.line = root.lc.line
    change_scalars(holder, change)
    root[key] = holder[key]


def _in_place(expression: str, line: int, place: NestedTask, by_id: dict[str, NestedTask], findings: Findings) -> str:
    changed = _outputs(expression, line, place, by_id, findings)
    if place.loops:
        changed = OF_TASK_RUN.sub(lambda match: _of_task_run(match, line, place, findings), changed)
    if changed != expression:
        findings.change(line, f"{expression} is {changed} in 2.0")
    return changed


def _of_task_run(match: re.Match[str], line: int, place: NestedTask, findings: Findings) -> str:
    if (depth := _depth(match, place)) is None:
        findings.leave(
            line, f"{match[0]} is not set here on 1.3 either; in a Loop, item.value is the value of the round"
        )
        return match[0]
    return _item(depth, match[3], len(place.loops))


def _depth(match: re.Match[str], place: NestedTask) -> int | None:
    """Which loop's value an expression of 1.3 is: 0 for the innermost around the task. None if 1.3 has none there."""
    if match[1] is None:
        return 0 if place.around and place.around[0].get("type") in VALUES else None
    if match[3] == "iteration":
        return None
    counted = _counted_parents(place)
    index = int(match[2] or 0)
    return counted[index] if counted is not None and index < len(counted) else None


def _counted_parents(place: NestedTask) -> list[int | None] | None:
    """The loop whose value each entry of `parents` has. None if it is not known which entries there are.

    1.3 counts the tasks around that have a value or outputs (`Execution.parents`).
    """
    counted: list[int | None] = []
    for number, task in enumerate(place.around):
        beyond = place.around[number + 1 :]
        if beyond and beyond[0].get("type") in VALUES:
            counted.append(sum(other.get("type") in VALUES for other in place.around[: number + 1]))
        elif task.get("type") in HAS_OUTPUTS:
            counted.append(None)
        elif task.get("type") not in HAS_NONE:
            return None
    return counted


def _item(depth: int, what: str, loops: int) -> str:
    """The value or number of a round, in 2.0's words.

    Parameters:
        depth: of which loop: 0 for the innermost.
        what: `value` or `iteration`.
        loops: how many loops there are around. `item.parents` begins with the outermost.
    """
    name = {"value": "value", "iteration": "index"}[what]
    middle = {0: "", 1: ".parent"}.get(depth, f".parents[{loops - 1 - depth}]")
    return f"item{middle}.{name}"


def _outputs(expression: str, line: int, place: NestedTask, by_id: dict[str, NestedTask], findings: Findings) -> str:
    """Change how an expression reads outputs of tasks in loops."""
    expression = EACH.sub(
        lambda match: f"outputs.{match[1]}" if _shares(place, by_id.get(match[1])) else match[0], expression
    )
    for id_, target in by_id.items():
        if target.loops and re.search(rf"\boutputs\.{re.escape(id_)}(?![\w-])", expression):
            if _shares(place, target):
                expression = _inside(expression, id_, line, place, target, findings)
            else:
                expression = _outside(expression, id_, line, target, findings)
    return expression


def _shares(place: NestedTask, target: NestedTask | None) -> bool:
    """Whether a task runs inside of all loops that another one runs in."""
    return target is not None and place.loops[len(place.loops) - len(target.loops) :] == target.loops


def _inside(expression: str, id_: str, line: int, place: NestedTask, target: NestedTask, findings: Findings) -> str:
    """Inside a round, the outputs of its tasks need no key."""

    def change(match: re.Match[str]) -> str:
        keys = re.findall(r"\[([^\[\]]*(?:\[\d+\][^\[\]]*)?)\]", match[1])
        wanted = range(len(place.loops) - 1, len(place.loops) - 1 - len(target.loops), -1)
        depths = [_depth(found, place) if (found := OF_TASK_RUN.fullmatch(key.strip())) else None for key in keys]
        if keys and depths == list(wanted):
            return f"outputs.{id_}"
        if keys:
            findings.leave(line, f"{match[0]} reads another round, which is an execution of its own in 2.0")
        return match[0]

    # Only whole keys: `[taskrun.value]`, `[parents[0].taskrun.value]`.
    return re.sub(rf"\boutputs\.{re.escape(id_)}(?![\w-])((?:\[[^\[\]]*(?:\[\d+\][^\[\]]*)?\])*)", change, expression)


def _outside(expression: str, id_: str, line: int, target: NestedTask, findings: Findings) -> str:
    """Outside of a loop, an output of a round is read from the outputs that the Loop declares."""
    pattern = rf"\boutputs\.{re.escape(id_)}(?:\['([^']*)'\]|\[\"([^\"]*)\"\]|\.([A-Za-z_]\w*)|\[(\d+)\])\.value\b"
    loop = target.loops[0]

    def change(match: re.Match[str]) -> str:
        key = next(group for group in match.groups() if group is not None)
        if key not in _rounds(loop) or not _is_plain(target):
            return match[0]
        return f"outputs.{loop['id']}.outputs[{_rounds(loop).index(key)}].outputs.{_declare(loop, id_)}"

    changed = re.sub(pattern, change, expression)
    if re.search(rf"\boutputs\.{re.escape(id_)}(?![\w-])", changed):
        findings.leave(
            line,
            f"{expression} reads outputs of {id_} outside of its loop {loop.get('id')}: declare them in the Loop's "
            f"`outputs`, and read outputs.{loop.get('id')}.outputs[n].outputs.NAME, or all by "
            f"loopOutputs(outputs.{loop.get('id')}.outputs, 'NAME')",
        )
    return changed


def _rounds(loop: CommentedMap) -> list[str]:
    """The values of a loop that are written in the flow, in the order of its rounds: each different one once."""
    values = loop.get(VALUES[loop["type"]])
    plain = isinstance(values, CommentedSeq) and all(isinstance(value, str | int) for value in values)
    return list(dict.fromkeys(map(str, values))) if plain and not any("{{" in text for text in texts(values)) else []


def _is_plain(target: NestedTask) -> bool:
    """Whether a task's `value` is a text that each round of one loop has."""
    own = target.node
    return (
        len(target.loops) == 1
        and target.around[0] is target.loops[0]
        and own.get("type") == RETURN
        and "runIf" not in own
    )


def _declare(loop: CommentedMap, id_: str) -> str:
    name = f"{id_.replace('-', '_')}_value"
    declared = loop.setdefault("outputs", CommentedSeq())
    if all(output["id"] != name for output in declared):
        value = DoubleQuotedScalarString(f"{{{{ outputs.{id_}.value }}}}")
        declared.append(CommentedMap({"id": name, "type": "STRING", "value": value}))
    return name


def _places(root: CommentedMap) -> Iterator[NestedTask]:
    for section in SECTIONS:
        yield from _listed(root.get(section), ())


def _listed(node: Any, around: tuple[CommentedMap, ...]) -> Iterator[NestedTask]:
    if isinstance(node, CommentedMap):
        for value in node.values():
            yield from _listed(value, around)
    elif isinstance(node, CommentedSeq):
        for task in node:
            if isinstance(task, CommentedMap):
                yield from _task(task, around)


def _task(task: CommentedMap, around: tuple[CommentedMap, ...]) -> Iterator[NestedTask]:
    if isinstance(task.get("task"), CommentedMap) and "type" not in task:  # one of a Dag
        yield from _task(task["task"], around)
        return
    yield NestedTask(task, around)
    for branch in sorted(OWN_BRANCHES & task.keys()):
        yield from _listed(task[branch], (task, *around))


def _short(node: CommentedMap) -> str:
    return str(node["type"]).rpartition(".")[2]

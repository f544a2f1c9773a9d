"""The topology of a flow: tasks from left to right, one lane a branch, a box around what belongs together."""

from __future__ import annotations

from collections.abc import Mapping

from workbook import theme
from workbook.errors import WorkbookError
from workbook.kestra import graph
from workbook.kestra.graph import TAGS, FlowTree, Node
from workbook.kestra.models import Execution, FlowGraph
from workbook.pictures.layout import (
    ANCHOR,
    GAP_X,
    GAP_Y,
    GUTTER,
    ID_SIZE,
    NODE_HEIGHT,
    PAD,
    SMALL,
    TAG,
    TITLE,
    Item,
    Lane,
    lane,
)
from workbook.pictures.svg import Box, Canvas, Picture, fit, text_width

WIDTH = 860.0
MARGIN = 18.0
HEAD = 34.0
HEAD_SIZE = 15.0
TRIGGER_HEIGHT = 26.0
DISABLED = "disabled"
PREFIXES = ("io.kestra.plugin.core.", "io.kestra.plugin.scripts.", "io.kestra.plugin.")

LEGEND_ROW, SAMPLE = 20.0, 26.0
LEGEND_WIDTH = 420.0
"""Pixels that a legend may take where the flow itself is narrower."""

_KINDS = {
    "io.kestra.plugin.core.flow.": ("flow control", theme.PURPLE),
    "io.kestra.plugin.core.": ("core task", theme.BLUE),
    "io.kestra.plugin.scripts.": ("script", theme.GREEN),
    "io.kestra.plugin.jdbc.": ("SQL", theme.ORANGE),
}
_OTHER = ("other task", theme.SKY)
NEXT, STARTS, INSIDE = "runs next", "trigger starts the flow", "inside of a task"
_EDGES = {NEXT: (theme.LINE, ""), STARTS: (theme.SKY, "7 3"), INSIDE: (theme.PURPLE, "2 3")}
"""The colour of each kind of arrow, and the lengths of its strokes and gaps."""
_TAG_COLOURS = {TAGS["ERROR"]: theme.VERMILLION}


def topology(flow: FlowGraph) -> Picture:
    """Draw the topology of a flow.

    Parameters:
        flow: what `lab.kestra.graph(...)` returns for a flow, or for an execution: then with the state of each task.

    Raises:
        WorkbookError: it is no graph.
    """
    if not isinstance(flow, FlowGraph):
        raise WorkbookError("Ask the server for the flow's graph first: workbook.topology(lab.kestra.graph(flow)).")
    return draw(graph.read(flow.raw), flow.flow_id, states_of(flow.execution) if flow.execution else {})


def states_of(execution: Execution) -> dict[str, str]:
    """The state of each task's last run, by its id; FAILED if any of its runs failed."""
    states: dict[str, str] = {}
    for run in execution.task_runs:
        if states.get(run.task_id) != "FAILED":
            states[run.task_id] = run.state
    return states


def draw(tree: FlowTree, name: str, states: Mapping[str, str]) -> Picture:
    """Draw a flow's tree.

    Parameters:
        tree: the flow.
        name: the flow's id.
        states: the state of each task by its id; empty to draw no states.
    """
    return _Drawing(states).picture(tree, name)


def short_type(type_name: str) -> str:
    """A type without what all have in common: `io.kestra.plugin.core.log.Log` reads `log.Log`."""
    for prefix in PREFIXES:
        if type_name.startswith(prefix):
            return type_name.removeprefix(prefix)
    return type_name


class _Drawing:
    def __init__(self, states: Mapping[str, str]) -> None:
        self._canvas = Canvas()
        self._states = states
        self._edges: set[str] = set()

    def picture(self, tree: FlowTree, name: str) -> Picture:
        """The finished picture, with the flow's name as its heading."""
        room = WIDTH - 2 * MARGIN
        right = MARGIN + self._canvas.text(MARGIN, MARGIN + 12, name, HEAD_SIZE, bold=True, room=room)
        y = MARGIN + HEAD
        if tree.triggers:
            right, y = self._triggers(tree.triggers, MARGIN, y, right)
        for branch in tree.branches:
            placed = lane(branch, room)
            self._lane(placed, MARGIN, y)
            right = max(right, MARGIN + GUTTER + placed.width)
            y += placed.height + GAP_Y
        right, y = self._legend(tree, max(right, MARGIN + LEGEND_WIDTH), right, y)
        title = f"Topology of the flow {name}"
        return self._canvas.picture(right + MARGIN, y - GAP_Y + MARGIN, title, _words(tree, self._states))

    def _legend(self, tree: FlowTree, limit: float, right: float, y: float) -> tuple[float, float]:
        """What the arrows, colours and dashed boxes mean that are in the picture; returns its right and lower edge."""
        kinds = dict(_kind(node.type) for node in tree.nodes())
        disabled = any(node.disabled for node in [*tree.nodes(), *tree.triggers])
        samples = [(words, self._arrow_sample) for words in _EDGES if words in self._edges]
        samples += [
            (words, self._colour_sample)
            for words in [*(kind for kind, _ in _KINDS.values()), _OTHER[0]]
            if words in kinds
        ]
        samples += [(DISABLED, self._dashed_sample)] if disabled else []
        x, y = MARGIN, y + LEGEND_ROW / 2
        for words, draw_sample in samples:
            needed = SAMPLE + 6 + text_width(words, SMALL)
            if x > MARGIN and x + needed > limit:
                x, y = MARGIN, y + LEGEND_ROW
            draw_sample(words, x, y)
            self._canvas.text(x + SAMPLE + 6, y + 4, words, SMALL, theme.MUTED)
            right = max(right, x + needed)
            x += needed + 18
        return right, y + LEGEND_ROW / 2 + GAP_Y

    def _arrow_sample(self, words: str, x: float, y: float) -> None:
        self._arrow([(x, y), (x + SAMPLE, y)], words)

    def _colour_sample(self, words: str, x: float, y: float) -> None:
        colour = dict([*_KINDS.values(), _OTHER])[words]
        self._canvas.rect(Box(x + SAMPLE - 8, y - 7, 4, 14), colour, radius=2)

    def _dashed_sample(self, words: str, x: float, y: float) -> None:
        self._canvas.rect(Box(x + 4, y - 6, SAMPLE - 4, 12), theme.NODE, theme.LINE, radius=3, dashed=True)

    def _arrow(self, points: list[tuple[float, float]], kind: str) -> None:
        self._edges.add(kind)
        colour, dashes = _EDGES[kind]
        self._canvas.arrow(points, colour, dashes)

    def _triggers(self, triggers: list[Node], x: float, y: float, right: float) -> tuple[float, float]:
        """Pills for the triggers, and an arrow to the first task; returns the right and the lower edge."""
        canvas, left = self._canvas, x + GUTTER
        top = y
        for trigger in triggers:
            words = f"{trigger.detail or short_type(trigger.type)}{'  · disabled' if trigger.disabled else ''}"
            shown = fit(trigger.id, 300, ID_SIZE, bold=True)
            name_width = text_width(shown, ID_SIZE, bold=True)
            width = name_width + text_width(words, SMALL) + 38
            box = Box(left, y, width, TRIGGER_HEIGHT)
            canvas.rect(box, theme.NODE, theme.SKY, radius=13, dashed=trigger.disabled)
            canvas.text(left + 14, y + 17, shown, ID_SIZE, bold=True)
            canvas.text(left + 24 + name_width, y + 17, words, SMALL, theme.MUTED)
            right = max(right, left + width)
            y += TRIGGER_HEIGHT + 6
        middle = x + 6
        for at in range(len(triggers)):
            at_y = top + at * (TRIGGER_HEIGHT + 6) + TRIGGER_HEIGHT / 2
            canvas.line([(left, at_y), (middle, at_y)], theme.SKY, 1.4)
        below = y + GAP_Y - 6
        first = (middle, top + TRIGGER_HEIGHT / 2)
        self._arrow([first, (middle, below + ANCHOR), (left, below + ANCHOR)], STARTS)
        return right, below

    def _lane(self, placed: Lane, x: float, y: float) -> None:
        """Draw a lane whose gutter begins at x."""
        left = x + GUTTER
        if placed.branch.tag:
            colour = _TAG_COLOURS.get(placed.branch.tag, theme.MUTED)
            self._canvas.text(left, y + TAG - 7, placed.branch.tag, SMALL, colour, bold=True, room=placed.width)
        for item in placed.items:
            self._item(item, left + item.x, y + item.y)
        for source, target in placed.branch.edges:
            self._edge(placed, placed.items[source], placed.items[target], left, y)

    def _edge(self, placed: Lane, source: Item, target: Item, x: float, y: float) -> None:
        start = (x + source.x + source.width, y + source.y + ANCHOR)
        end = (x + target.x, y + target.y + ANCHOR)
        if source.row == target.row:
            middle = end[0] - GAP_X / 2
            points = [start, end] if start[1] == end[1] else [start, (middle, start[1]), (middle, end[1]), end]
        else:
            # On to the next line, as text wraps: right, down between the lines, back to the left, in.
            between = y + target.y - GAP_Y / 2
            out, back = start[0] + GAP_X / 3, end[0] - GUTTER / 2
            points = [start, (out, start[1]), (out, between), (back, between), (back, end[1]), end]
        self._arrow(points, NEXT)

    def _item(self, item: Item, x: float, y: float) -> None:
        if item.lanes:
            self._block(item, x, y)
        else:
            self._node(item, x, y)

    def _node(self, item: Item, x: float, y: float) -> None:
        canvas, node = self._canvas, item.node
        box = Box(x, y, item.width, NODE_HEIGHT)
        canvas.rect(box, theme.NODE, theme.LINE, radius=5, dashed=node.disabled)
        canvas.rect(Box(x, y + 5, 4, NODE_HEIGHT - 10), _kind(node.type)[1], radius=2)
        canvas.text(x + 12, y + 18, node.id, ID_SIZE, bold=True, room=item.width - 20)
        chip = self._chip(node, x + item.width - 6, y + 26)
        canvas.text(x + 12, y + 34, short_type(node.type), SMALL, theme.MUTED, room=item.width - 22 - chip)

    def _block(self, item: Item, x: float, y: float) -> None:
        canvas, node = self._canvas, item.node
        canvas.rect(Box(x, y, item.width, item.height), theme.CLUSTER, theme.LINE, radius=7, dashed=node.disabled)
        canvas.rect(Box(x, y + 8, 4, TITLE - 8), _kind(node.type)[1], radius=2)
        room = item.width - 24
        used = canvas.text(x + 12, y + 24, node.id, ID_SIZE, bold=True, room=room) + 10
        chip = self._chip(node, x + item.width - 8, y + 14)
        used += canvas.text(x + 12 + used, y + 24, _last(node.type), SMALL, theme.MUTED, room=room - used - chip) + 10
        canvas.text(x + 12 + used, y + 24, node.detail, SMALL, theme.INK, room=room - used - chip)
        rail = x + PAD + 2
        for placed in item.lanes:
            self._lane(placed, x + PAD, y + placed.y)
            entry = y + placed.y + placed.top + ANCHOR
            self._arrow([(rail, y + TITLE), (rail, entry), (x + PAD + GUTTER, entry)], INSIDE)

    def _chip(self, node: Node, right: float, y: float) -> float:
        """The state of a node, its right edge at `right`; returns the width it takes."""
        state = self._states.get(node.id) or (DISABLED if node.disabled else "")
        if not state:
            return 0.0
        style = theme.state_style(state)
        words = state if state == DISABLED else f"{style.mark} {state}"
        width = text_width(words, 9) + 10
        self._canvas.rect(Box(right - width, y, width, 13), style.fill, radius=3)
        self._canvas.text(right - width / 2, y + 10, words, 9, style.ink, anchor="middle")
        return width + 6


def _last(type_name: str) -> str:
    return type_name.rsplit(".", 1)[-1]


def _kind(type_name: str) -> tuple[str, str]:
    """What a task of a type is, in the legend's words, and its colour."""
    return next((kind for prefix, kind in _KINDS.items() if type_name.startswith(prefix)), _OTHER)


def _words(tree: FlowTree, states: Mapping[str, str]) -> str:
    """The picture in words, for those who do not see it."""
    parts = []
    if tree.triggers:
        parts.append(
            "Triggers: "
            + ", ".join(f"{trigger.id} ({trigger.detail or _last(trigger.type)})" for trigger in tree.triggers)
            + "."
        )
    for branch in tree.branches:
        parts.append(f"{(branch.tag or 'tasks').capitalize()}: {_chain(branch.nodes, states)}.")
    return " ".join(parts)


def _chain(nodes: list[Node], states: Mapping[str, str]) -> str:
    return ", then ".join(_node_words(node, states) for node in nodes)


def _node_words(node: Node, states: Mapping[str, str]) -> str:
    state = states.get(node.id) or (DISABLED if node.disabled else "")
    words = f"{node.id} ({state})" if state else node.id
    inner = "; ".join(
        f"{branch.tag + ': ' if branch.tag else ''}{_chain(branch.nodes, states)}" for branch in node.branches
    )
    return f"{words} [{inner}]" if inner else words

"""Where everything of a flow's topology goes. Sizes and places are in pixels.

A branch reads from left to right and wraps like text; a branch whose tasks wait for several others is set in columns.
A block is a box with a title and one lane a branch, lanes below one another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbook.kestra.graph import Branch, Node
from workbook.pictures.svg import text_width

NARROW, WIDE, NODE_HEIGHT = 150.0, 248.0, 44.0
NARROWEST = 96.0
GAP_X, GAP_Y = 24.0, 20.0
PAD = 14.0
GUTTER = 20.0
TITLE = 36.0
TAG = 18.0
ANCHOR = NODE_HEIGHT / 2
ID_SIZE, SMALL = 12.0, 10.5


@dataclass
class Item:
    """A node with its size, and its place within its lane."""

    node: Node
    width: float
    height: float
    lanes: list[Lane] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    row: int = 0


@dataclass
class Lane:
    """A branch with its items in place. `y` is its place within its block."""

    branch: Branch
    items: list[Item]
    width: float
    height: float
    y: float = 0.0

    @property
    def top(self) -> float:
        """Where the items begin, below the tag."""
        return TAG if self.branch.tag else 0.0


def lane(branch: Branch, room: float) -> Lane:
    """Set a branch in a width of `room` pixels, gutter included."""
    inner = room - GUTTER
    return _wrapped(branch, inner) if branch.is_chain else _columns(branch, inner)


def _wrapped(branch: Branch, room: float) -> Lane:
    width = min(_node_width(branch), room)
    items = [_item(node, room, width) for node in branch.nodes]
    x = y = row_height = widest = 0.0
    row = 0
    for item in items:
        if x > 0 and x + item.width > room:
            x, y, row, row_height = 0.0, y + row_height + GAP_Y, row + 1, 0.0
        item.x, item.y, item.row = x, y, row
        widest = max(widest, x + item.width)
        x += item.width + GAP_X
        row_height = max(row_height, item.height)
    return _lane(branch, items, widest, y + row_height)


def _columns(branch: Branch, room: float) -> Lane:
    depth = _depths(branch)
    columns = max(depth) + 1
    width = min(_node_width(branch), max(NARROWEST, (room - (columns - 1) * GAP_X) / columns))
    items = [_item(node, room, width) for node in branch.nodes]
    x = tallest = 0.0
    for column in range(columns):
        y = 0.0
        members = [item for item, at in zip(items, depth, strict=True) if at == column]
        for item in members:
            item.x, item.y = x, y
            y += item.height + GAP_Y
        tallest = max(tallest, y - GAP_Y)
        x += max(item.width for item in members) + GAP_X
    return _lane(branch, items, x - GAP_X, tallest)


def _depths(branch: Branch) -> list[int]:
    """For each node, how many others come before it at most. The nodes are in order."""
    depth = [0] * len(branch.nodes)
    for source, target in sorted(branch.edges, key=lambda edge: edge[1]):
        depth[target] = max(depth[target], depth[source] + 1)
    return depth


def _node_width(branch: Branch) -> float:
    """One width for all nodes of a branch, so that they line up: enough for the longest name, within bounds."""
    names = [text_width(node.id, ID_SIZE, bold=True) for node in branch.nodes if not node.branches]
    return min(WIDE, max([NARROW, *(name + 22 for name in names)]))


def _item(node: Node, room: float, width: float) -> Item:
    if not node.branches:
        return Item(node, width, NODE_HEIGHT)
    lanes = [lane(branch, room - 2 * PAD) for branch in node.branches]
    y = TITLE + 6
    for inner_lane in lanes:
        inner_lane.y = y
        y += inner_lane.height + GAP_Y * 0.7
    title = text_width(node.id, ID_SIZE, bold=True) + text_width(node.type.rsplit(".", 2)[-1] + node.detail, SMALL) + 70
    inner = max([GUTTER + inner_lane.width for inner_lane in lanes] + [min(title, room - 2 * PAD)])
    return Item(node, min(inner + 2 * PAD, room), y - GAP_Y * 0.7 + PAD, lanes)


def _lane(branch: Branch, items: list[Item], width: float, height: float) -> Lane:
    top = TAG if branch.tag else 0.0
    for item in items:
        item.y += top
    return Lane(branch, items, max(width, text_width(branch.tag, SMALL) + 10), height + top)

"""Flows that start one another, from left to right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from workbook import theme
from workbook.pictures.svg import Box, Canvas, Picture, text_width

HEIGHT, GAP, BETWEEN, MARGIN = 34.0, 14.0, 64.0, 18.0
SIZE = 12.0
Arrow = tuple[str, str, str]
"""A flow, the flow that it starts, and how."""


def dependencies(flow: str, arrows: Sequence[Arrow]) -> Picture:
    """Draw what starts what.

    Parameters:
        flow: the one that the picture is about.
        arrows: flows by name, what each starts, and how it does.
    """
    columns = _columns(arrows)
    boxes: dict[str, Box] = {}
    x = MARGIN
    for names in columns:
        width = max(text_width(name, SIZE, bold=True) for name in names) + 28
        for row, name in enumerate(names):
            boxes[name] = Box(x, MARGIN + row * (HEIGHT + GAP), width, HEIGHT)
        x += width + BETWEEN
    canvas = Canvas()
    for source, target, _ in arrows:
        if source != target:
            canvas.arrow(_way(boxes[source], boxes[target]))
    for name, box in boxes.items():
        own = name == flow
        canvas.rect(box, theme.NODE, theme.BLUE if own else theme.LINE, radius=6)
        middle = box.x + box.width / 2
        canvas.text(middle, box.y + HEIGHT / 2 + SIZE / 3, name, SIZE, bold=own, anchor="middle")
    height = max(len(names) for names in columns) * (HEIGHT + GAP) - GAP + 2 * MARGIN
    words = " ".join(f"{source} {how} {target}." for source, target, how in arrows)
    return canvas.picture(x - BETWEEN + MARGIN, height, f"Dependencies of {flow}", words)


def _columns(arrows: Sequence[Arrow]) -> list[list[str]]:
    """The flows by how many others come before them; those of a circle stand where they were first met."""
    names = list(dict.fromkeys(name for source, target, _ in arrows for name in (source, target)))
    before: dict[str, set[str]] = defaultdict(set)
    for source, target, _ in arrows:
        if source != target:
            before[target].add(source)
    columns: list[list[str]] = []
    left = names
    while left:
        ready = [name for name in left if not before[name] & set(left)] or left[:1]
        columns.append(ready)
        left = [name for name in left if name not in ready]
    return columns


def _way(source: Box, target: Box) -> list[tuple[float, float]]:
    """The corners of an arrow; one that leads back goes from below to below."""
    if target.x > source.x:
        start, end = (source.x + source.width, source.y + HEIGHT / 2), (target.x - 3, target.y + HEIGHT / 2)
        turn = end[0] - BETWEEN / 2
        return [start, (turn, start[1]), (turn, end[1]), end] if start[1] != end[1] else [start, end]
    low = max(source.y, target.y) + HEIGHT + GAP / 2
    from_x, to_x = source.x + source.width / 2, target.x + target.width / 2
    return [(from_x, source.y + HEIGHT), (from_x, low), (to_x, low), (to_x, target.y + HEIGHT + 3)]

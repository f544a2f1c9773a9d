"""How well the texts, lines and shapes of a picture stand out from what they are drawn on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

from workbook import theme
from workbook.pictures.svg import Box, Picture

SVG = "{http://www.w3.org/2000/svg}"
TEXT, SHAPE = 4.5, 3.0
"""The least contrast that WCAG 2.2 asks for (1.4.3 and 1.4.11)."""
GROUNDS = frozenset({theme.CARD, theme.CLUSTER, theme.NODE})
"""Fills that others are drawn on. What they bound has an edge, or a rail, of its own."""
DECORATION = frozenset({theme.GRID, theme.CARD_EDGE})
"""Help for the eye: the numbers at the axes and the frame of the page say the same."""
_PAIR = re.compile(r"(-?[\d.]+) (-?[\d.]+)")
_RULE = re.compile(r'\[(fill|stroke)="(#\w+)"\]\{\1:(#\w+)\}')


@dataclass(frozen=True)
class DrawnThing:
    """Something drawn, with its contrast to its ground."""

    what: str
    colour: str
    ground: str
    contrast: float
    least: float


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def dark_colours(picture: Picture) -> dict[str, str]:
    """What each colour of a picture becomes on a dark page, by the rules that the picture brings."""
    return {f"{kind} {light}": dark for kind, light, dark in _RULE.findall(picture.svg)}


def drawn(picture: Picture, colours: Mapping[str, str]) -> list[DrawnThing]:
    """Everything in a picture that is to be told from its ground.

    Parameters:
        picture: the picture.
        colours: other colours for its own, as `dark_colours` gives them; none for the light ones.
    """
    return list(_Walk(picture, colours).all())


class _Walk:
    """Goes through a picture as a painter does: what comes later lies above."""

    def __init__(self, picture: Picture, colours: Mapping[str, str]) -> None:
        self._root = ElementTree.fromstring(picture.svg)
        self._colours = colours
        self._marks = {mark.attrib["id"]: mark[0].attrib for mark in self._root.iter(f"{SVG}marker")}
        self._texts = iter(picture.texts)
        self._grounds: list[tuple[Box, str]] = []

    def all(self) -> Iterator[DrawnThing]:
        for element in self._root:
            if element.tag == f"{SVG}text":
                yield from self._text(element.attrib)
            elif element.tag == f"{SVG}rect":
                yield from self._box(element.attrib)
            elif element.tag == f"{SVG}path":
                yield from self._path(element.attrib)

    def _text(self, attributes: Mapping[str, str]) -> Iterator[DrawnThing]:
        words, box = next(self._texts)
        ink = self._shown({"fill": theme.INK, **attributes}, "fill")
        corners = [(box.x + 1, box.y + 1), (box.x + box.width - 1, box.y + box.height - 1)]
        for ground in self._below(corners):
            yield DrawnThing(f"text {words!r}", ink, ground, contrast(ink, ground), TEXT)

    def _box(self, attributes: Mapping[str, str]) -> Iterator[DrawnThing]:
        box = Box(*(float(attributes[name]) for name in ("x", "y", "width", "height")))
        yield from self._best("box", attributes, [(box.x + box.width / 2, box.y + box.height / 2)])
        if "fill-opacity" not in attributes:
            self._grounds.append((box, self._shown(attributes, "fill")))

    def _path(self, attributes: Mapping[str, str]) -> Iterator[DrawnThing]:
        corners = [(float(x), float(y)) for x, y in _PAIR.findall(attributes["d"])]
        if "style" in attributes:
            mark = self._marks[attributes["style"].partition("#")[2].rstrip(")")]
            yield from self._best("mark", mark, corners)
        else:
            # An end may touch what the line leads to.
            middles = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in pairwise(corners)]
            yield from self._best("line", attributes, middles)

    def _best(
        self, what: str, attributes: Mapping[str, str], points: list[tuple[float, float]]
    ) -> Iterator[DrawnThing]:
        """The colour of a shape, of its fill and its edge, that stands out most."""
        colours = [self._shown(attributes, kind) for kind in ("fill", "stroke") if _counts(attributes, kind)]
        for ground in self._below(points) if colours else ():
            best = max(colours, key=lambda colour: contrast(colour, ground))
            yield DrawnThing(what, best, ground, contrast(best, ground), SHAPE)

    def _shown(self, attributes: Mapping[str, str], kind: str) -> str:
        return self._colours.get(f"{kind} {attributes[kind]}", attributes[kind])

    def _below(self, points: list[tuple[float, float]]) -> set[str]:
        """The colours of what was drawn last at some points."""
        found = set()
        for x, y in points:
            within = [fill for box, fill in self._grounds if _holds(box, x, y)]
            found.update(within[-1:])
        return found


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def _counts(attributes: Mapping[str, str], kind: str) -> bool:
    """Whether a colour is there to be told from its ground."""
    own = attributes.get(kind, "none")
    faint = kind == "fill" and "fill-opacity" in attributes
    return own != "none" and own not in GROUNDS | DECORATION and not faint


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

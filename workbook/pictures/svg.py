"""Drawing with vector graphics: shapes, text that is measured and cut to fit, and the finished picture."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from workbook import theme

# Widths of the printable ASCII characters of DejaVu Sans in hundredths of the font size. The other fonts of the theme
# are narrower, so what is measured to fit does fit.
_REGULAR = (
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61,
    69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
    82, 59, 59, 52, 64, 34, 64, 84,
)  # fmt: skip
_BOLD_FACTOR = 1.14
_OTHER = 100
ELLIPSIS = "…"
_WORDS = re.compile(r"<title>.*?</title>\n<desc>.*?</desc>\n| aria-label=\"[^\"]*\"", re.DOTALL)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line of text, in pixels.

    Parameters:
        text: the line.
        size: font size in pixels.
        bold: whether it is set in bold.
    """
    units = sum(_REGULAR[ord(character) - 32] if 32 <= ord(character) < 127 else _OTHER for character in text)
    return units * size / 100 * (_BOLD_FACTOR if bold else 1.0)


def fit(text: str, width: float, size: float, bold: bool = False) -> str:
    """The text, cut and ended by an ellipsis if it is too wide.

    Parameters:
        text: one line; runs of white space become one blank.
        width: pixels there are.
        size: font size in pixels.
        bold: whether it is set in bold.
    """
    text = " ".join(text.split())
    if text_width(text, size, bold) <= width:
        return text
    while text and text_width(text + ELLIPSIS, size, bold) > width:
        text = text[:-1]
    return text.rstrip(" _-.") + ELLIPSIS


def number(value: float) -> str:
    """A coordinate, short and the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share some area."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


@dataclass(frozen=True)
class Picture:
    """A finished picture. In a notebook it shows itself.

    Attributes:
        svg: the vector graphic.
        description: what it shows, in words.
        texts: where its texts stand, for checks.
    """

    svg: str = field(repr=False)
    description: str
    texts: tuple[tuple[str, Box], ...] = field(default=(), repr=False)

    def save(self, path: str | Path) -> Path:
        """Write the picture to an `.svg` file."""
        path = Path(path)
        path.write_text(self.svg, encoding="utf-8")
        return path

    def html(self) -> str:
        """The picture as an HTML image, which shrinks with its page and shows in notebooks that are not trusted.

        The words stand in the image's alternative text alone: nobody finds those inside of an image.
        """
        source = base64.b64encode(_WORDS.sub("", self.svg).encode()).decode()
        return (
            f'<img alt={quoteattr(self.description)} style="max-width:100%;height:auto" '
            f'src="data:image/svg+xml;base64,{source}">'
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.description}


class Canvas:
    """Collects shapes, then becomes a picture on a soft opaque card."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._texts: list[tuple[str, Box]] = []
        self._heads: set[str] = set()
        self._marks: dict[str, str] = {}

    def rect(
        self,
        box: Box,
        fill: str,
        stroke: str = "none",
        radius: float = 0,
        dashed: bool = False,
        opacity: float = 1,
    ) -> None:
        """Draw a rectangle.

        Parameters:
            box: where, in pixels.
            fill, stroke: colours.
            radius: of the corners, in pixels.
            dashed: whether its edge is dashed.
            opacity: of the fill, from 0 to 1.
        """
        x, y, w, h = map(number, (box.x, box.y, max(box.width, 0.5), box.height))
        extra = f' rx="{number(radius)}"' if radius else ""
        extra += f' stroke="{stroke}"' if stroke != "none" else ""
        extra += ' stroke-dasharray="4 3"' if dashed else ""
        extra += f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        self._parts.append(f'<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{fill}"{extra}/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 12,
        fill: str = theme.INK,
        *,
        bold: bool = False,
        anchor: str = "start",
        room: float | None = None,
    ) -> float:
        """Draw a line of text, and return its width in pixels.

        Parameters:
            x, y: the anchor on the base line, in pixels.
            words: the text.
            size: font size in pixels.
            fill: colour.
            bold: whether it is set in bold.
            anchor: which part of the text stands at `x`: `start`, `middle` or `end`.
            room: pixels to cut it to; uncut if None.
        """
        shown = words if room is None else fit(words, room, size, bold)
        if not shown:
            return 0.0
        width = text_width(shown, size, bold)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        self._texts.append((shown, Box(left, y - size * 0.75, width, size)))
        extra = f' fill="{fill}"' if fill != theme.INK else ""
        extra += ' font-weight="600"' if bold else ""
        extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
        self._parts.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{extra}>{escape(shown)}</text>'
        )
        return width

    def line(self, points: list[tuple[float, float]], stroke: str, width: float = 1, dashes: str = "") -> None:
        """Draw a line.

        Parameters:
            points: the corners, in pixels.
            stroke: colour.
            width: in pixels.
            dashes: the lengths of its strokes and gaps, in pixels.
        """
        path = " ".join(f"{'M' if i == 0 else 'L'}{number(x)} {number(y)}" for i, (x, y) in enumerate(points))
        self._path(path, stroke, width, dashes)

    def marks(
        self,
        points: Iterable[tuple[float, float]],
        shape: str,
        size: float,
        fill: str,
        stroke: str = "none",
        opacity: float = 1,
    ) -> None:
        """Draw marks of one look.

        Parameters:
            points: their middles, in pixels.
            shape: one of `theme.SHAPES`.
            size: about the radius, in pixels.
            fill, stroke: colours.
            opacity: of the fill, from 0 to 1.
        """
        # The mark is drawn once, and set on every corner of a line that is not drawn: some ten bytes a point.
        edge = f' stroke="{stroke}" stroke-width="1.5"' if stroke != "none" else ""
        edge += f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
        drawn = f'<path d="M0 0{_outline(shape, size)}" fill="{fill}"{edge}/>'
        name = self._marks.setdefault(drawn, f"mark-{len(self._marks)}")
        path = "M" + " ".join(f"{number(x)} {number(y)}" for x, y in points)
        self._parts.append(f'<path d="{path}" fill="none" style="marker:url(#{name})"/>')

    def arrow(self, points: list[tuple[float, float]], stroke: str = theme.LINE, dashes: str = "") -> None:
        """Draw a line with rounded corners that ends in an arrow head.

        Parameters:
            points: the corners, in pixels.
            stroke: colour.
            dashes: the lengths of its strokes and gaps, in pixels.
        """
        self._heads.add(stroke)
        self._path(_rounded(points), stroke, 1.4, dashes, f' marker-end="url(#head-{stroke[1:]})"')

    def picture(self, width: float, height: float, title: str, description: str) -> Picture:
        """The finished picture, on its card.

        Parameters:
            width, height: in pixels.
            title, description: the alternative text.
        """
        w, h = number(round(width)), number(round(height))
        defined = "".join(_head(colour) for colour in sorted(self._heads))
        defined += "".join(_mark(name, drawn) for drawn, name in self._marks.items())
        card = (
            f'<rect x="0.5" y="0.5" width="{number(round(width) - 1)}" height="{number(round(height) - 1)}" rx="8" '
            f'fill="{theme.CARD}" stroke="{theme.CARD_EDGE}"/>'
        )
        drawn = "\n".join([*([f"<defs>{defined}</defs>"] if defined else []), card, *self._parts])
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
            f'aria-label={quoteattr(title)} fill="{theme.INK}" font-family={quoteattr(theme.FONT)}>\n'
            f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
            f"<style>{_dark(drawn)}</style>\n{drawn}\n</svg>\n"
        )
        return Picture(svg, f"{title}. {description}", tuple(self._texts))

    def _path(self, path: str, stroke: str, width: float, dashes: str, extra: str = "") -> None:
        extra += f' stroke-dasharray="{dashes}"' if dashes else ""
        extra += f' stroke-width="{number(width)}"' if width != 1 else ""
        self._parts.append(f'<path d="{path}" fill="none" stroke="{stroke}"{extra}/>')


def _outline(shape: str, size: float) -> str:
    """A shape around the current point, in steps from there; all have about the area of a circle of radius `size`."""
    corners = [(across * size, down * size) for across, down in theme.SHAPES[shape]]
    if not corners:
        r, across = number(size), number(2 * size)
        return f"m-{r} 0a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0z"
    steps, at = "", (0.0, 0.0)
    for corner in corners:
        steps += f"{'l' if steps else 'm'}{number(corner[0] - at[0])} {number(corner[1] - at[1])}"
        at = corner
    return steps + "z"


def _head(colour: str) -> str:
    return (
        f'<marker id="head-{colour[1:]}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 0.5L7.5 4L0 7.5z" fill="{colour}"/></marker>'
    )


def _mark(name: str, drawn: str) -> str:
    return f'<marker id="{name}" markerUnits="userSpaceOnUse" overflow="visible">{drawn}</marker>'


def _dark(drawn: str) -> str:
    """The rules that give a picture its dark colours, for those that are in it."""
    rules = [
        f'[{kind}="{light}"]{{{kind}:{dark}}}'
        for light, dark in theme.DARK.items()
        for kind in ("fill", "stroke")
        if f'{kind}="{light}"' in drawn or (light, kind) == (theme.INK, "fill")
    ]
    return f"@media (prefers-color-scheme:dark){{{''.join(rules)}}}"


def _rounded(points: list[tuple[float, float]], radius: float = 6) -> str:
    path = f"M{number(points[0][0])} {number(points[0][1])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        come, go = _towards(corner, before, radius), _towards(corner, after, radius)
        path += f"L{number(come[0])} {number(come[1])}Q{number(corner[0])} {number(corner[1])} "
        path += f"{number(go[0])} {number(go[1])}"
    return path + f"L{number(points[-1][0])} {number(points[-1][1])}"


def _towards(start: tuple[float, float], end: tuple[float, float], distance: float) -> tuple[float, float]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5
    share = min(distance, length / 2) / length if length else 0
    return start[0] + dx * share, start[1] + dy * share

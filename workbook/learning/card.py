"""A short message in a notebook: a mark and a coloured edge, in the colours of a light or a dark page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from workbook import theme

_EDGE, _PADDING = "border-left:5px solid", "padding:6px 12px;max-width:860px;border-radius:3px"


@dataclass(frozen=True)
class Card:
    """A message that shows itself: as HTML in a notebook, as text elsewhere.

    Attributes:
        mark: a sign that says what kind of message it is.
        heading: set in bold.
        text: what follows; line breaks stay.
        colour: of the edge.
        code: Python to copy; empty for none.
    """

    mark: str
    heading: str
    text: str
    colour: str
    code: str = ""

    def __str__(self) -> str:
        message = f"{self.mark} {self.heading}: {self.text}"
        return f"{message}\n\n{self.code}" if self.code else message

    def __repr__(self) -> str:
        return str(self)

    def html(self) -> str:
        """The message as HTML, in colours for a light and a dark page; a page that cannot tell keeps its own."""
        text = escape(self.text).replace("\n", "<br>")
        ground, ink, edge = map(_of_either_page, (theme.CARD, theme.INK, self.colour))
        code = f'<pre style="margin:6px 0 2px;background:transparent;color:{ink}">{escape(self.code)}</pre>'
        return (
            f'<div style="{_EDGE} {edge};background:{ground};color:{ink};{_PADDING}">'
            f"<b>{self.mark} {escape(self.heading)}</b> {text}{code if self.code else ''}</div>"
        )

    def _repr_html_(self) -> str:
        return self.html()


def _of_either_page(colour: str) -> str:
    """A colour of the light page, and the one that it becomes on a dark page."""
    return f"light-dark({colour},{theme.DARK[colour]})"

"""A short message in a notebook: a mark and a coloured edge, readable on light and dark pages."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


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
        """The message as HTML that brings its own colours."""
        text = escape(self.text).replace("\n", "<br>")
        code = f'<pre style="margin:6px 0 2px;background:transparent;color:#1f2328">{escape(self.code)}</pre>'
        return (
            f'<div style="border-left:5px solid {self.colour};background:#f7f8fa;color:#1f2328;padding:6px 12px;'
            f'max-width:860px;border-radius:3px"><b>{self.mark} {escape(self.heading)}</b> {text}'
            f"{code if self.code else ''}</div>"
        )

    def _repr_html_(self) -> str:
        return self.html()

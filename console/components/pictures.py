"""The workbook's pictures in a page, in the page's look."""

from __future__ import annotations

import re

from nicegui import ui

from workbook.pictures.svg import Picture

_OWN_LOOK = re.compile(r"<style>.*?</style>", re.DOTALL)
"""The rules by which a picture takes the look of the system; here the page's own decides."""


def picture(drawn: Picture) -> ui.html:
    """Show a picture, with its words for those who do not see it."""
    return ui.html(_OWN_LOOK.sub("", drawn.svg), sanitize=False).classes("picture")

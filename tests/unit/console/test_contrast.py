"""Texts stand out from their grounds in both looks, as WCAG 2.2 asks (1.4.3)."""

import re

import pytest

from console.theme import style_sheet
from tests.support.contrast import TEXT, contrast
from workbook.theme import STATES

LIGHT, DARK, *_ = (
    dict(re.findall(r"--([\w-]+):(#\w{6});", rule)) for rule in re.findall(r"\{(--[^}]*)\}", style_sheet())
)
GROUNDS = ("ground", "card", "raised", "hover")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "grounds"),
    [
        ("ink", (*GROUNDS, "chosen", "added", "removed")),
        ("muted", GROUNDS),
        ("accent", (*GROUNDS, "chosen")),
        ("accent-ink", ("accent",)),
        ("header-ink", ("header",)),
        ("state-FAILED", ("card",)),
        ("state-ink", (*(f"state-{state}" for state in STATES), "state-other")),
    ],
)
def test_texts_can_be_read(colours: dict[str, str], text: str, grounds: tuple[str, ...]) -> None:
    weak = {ground: contrast(colours[text], colours[ground]) for ground in grounds}
    assert {ground: value for ground, value in weak.items() if value < TEXT} == {}

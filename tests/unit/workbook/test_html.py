"""Pieces of HTML, and the table of a flow-test report."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from flowtests.flow_test_stack import Report, Result
from workbook import theme
from workbook.html import chip, lines_of, link, table
from workbook.learning.card import Card


def _report(*results: Result) -> Report:
    stack: Any = None
    return Report(stack, Path("orders"), 1, results, "nothing to test")


def test_words_are_escaped_and_a_link_without_an_address_is_words() -> None:
    assert "&lt;b&gt;" in chip("<b>")
    assert link("<a>", None) == "&lt;a&gt;"
    assert 'href="http://x/?a=1&amp;b=2"' in link("x", "http://x/?a=1&b=2")


def test_rows_of_text_stand_below_one_another() -> None:
    assert lines_of([["a", "b"], ["long", ""]]) == ["a     b", "long"]


def test_colours_come_with_their_ground_and_none_is_a_variable_of_the_page() -> None:
    html = table(("state",), [[chip("FAILED")], ["plain"]])
    ElementTree.fromstring(html)
    assert "var(" not in html
    for style in re.findall(r'style="([^"]*)"', html):
        assert ("color:" in style.replace("background:", "")) == ("background:" in style)


def test_a_report_is_a_table_with_what_failed() -> None:
    shown = _report(
        Result("a.yaml::fine", "passed"), Result("b.yaml::bad", "failed", "1 < 2\nmore")
    )._repr_mimebundle_()
    rows = ElementTree.fromstring(f"<div>{shown['text/html']}</div>").iter("tr")
    assert ["".join(row.itertext()) for row in rows] == [
        "resultitemfile",
        "✓ passedfinea.yaml",
        "✗ failedbad1 < 2\nmoreb.yaml",
    ]
    assert shown["text/html"].endswith("<div>1 passed, 1 failed</div>")
    assert shown["text/plain"].splitlines()[:2] == ["passed  a.yaml::fine", "failed  b.yaml::bad"]


def test_a_report_without_results_says_what_pytest_said() -> None:
    assert _report()._repr_mimebundle_() == {"text/html": "<pre>nothing to test</pre>", "text/plain": "nothing to test"}


@pytest.mark.parametrize("outcome", ["passed", "failed", "skipped"])
def test_every_outcome_has_a_look(outcome: str) -> None:
    assert outcome in _report(Result("a", outcome)).html()


@pytest.mark.parametrize("colour", [theme.GREEN, theme.ORANGE, theme.BLUE, theme.SKY, theme.GREY])
def test_a_message_has_the_colours_of_either_page(colour: str) -> None:
    shown = Card("✓", "01.1 right", "Well <done>", colour, code="x = 1").html()
    ground, ink, edge = (f"light-dark({it},{theme.DARK[it]})" for it in (theme.CARD, theme.INK, colour))
    assert f"border-left:5px solid {edge};background:{ground};color:{ink};" in shown
    assert f'color:{ink}">x = 1</pre>' in shown
    assert "Well &lt;done&gt;" in shown

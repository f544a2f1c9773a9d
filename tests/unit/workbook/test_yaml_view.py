"""A flow's YAML, with marks."""

from pathlib import Path
from typing import Any

import pytest

import workbook
from workbook.errors import NotFound

SOURCE = """id: x
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.name }} <b>"

  - id: second
    type: io.kestra.plugin.core.debug.Return
triggers:
  - id: daily
    inputs:
      taxi: green
    cron: "0 9 * * *"
"""


@pytest.mark.parametrize(
    ("mark", "lines"),
    [
        ("tasks[0]", {3, 4, 5}),
        ("tasks[1]", {7, 8}),
        ("tasks[1].type", {8}),
        ("triggers[0].inputs", {11, 12}),
        ("type:", {4, 8}),
        ("2-4", {2, 3, 4}),
        (7, {7}),
        ((1, 2), {1, 2}),
    ],
)
def test_marks(mark: Any, lines: set[int]) -> None:
    assert workbook.yaml(SOURCE, mark=[mark]).marked == lines


@pytest.mark.parametrize("mark", ["tasks[9]", "nowhere", 99])
def test_a_mark_that_fits_nothing_is_told(mark: Any) -> None:
    with pytest.raises(NotFound, match="Nothing in this text fits"):
        workbook.yaml(SOURCE, mark=[mark])


def test_plain_text_marks_with_an_arrow() -> None:
    lines = str(workbook.yaml(SOURCE, mark=["second"])).splitlines()
    assert lines[6] == "▸   - id: second"
    assert lines[0] == "  id: x"


def test_html_shows_all_lines_escaped_and_marks_them() -> None:
    html = workbook.yaml(SOURCE, mark=["tasks[0]"]).html()
    assert html.count("display:block") == len(SOURCE.splitlines())
    assert html.count("▸") == 3
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_a_file_shows_as_its_text(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(SOURCE)
    assert workbook.yaml(file).html() == workbook.yaml(SOURCE).html()


def test_a_script_shows_as_python(tmp_path: Path) -> None:
    file = tmp_path / "load.py"
    file.write_text("def load():\n    return rows[0]\n")
    shown = workbook.script(file, mark=["rows[0]"])
    assert str(shown).splitlines() == ["  def load():", "▸     return rows[0]"]
    assert "#7A3E9D" in shown.html()  # the colour of a keyword
    with pytest.raises(NotFound, match=r"Cannot read the script .*none\.py"):
        workbook.script(tmp_path / "none.py")

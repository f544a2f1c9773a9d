"""A flow's YAML, with marks."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import workbook
from workbook.errors import NotFound
from workbook.project import ROOT

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
    assert [line.lstrip(" ▸") for line in _words(html)] == [line.lstrip() for line in SOURCE.splitlines()]
    assert html.count("display:block") == html.count("▸") == 3
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def _words(html: str) -> list[str]:
    return unescape(re.sub("<[^>]*>", "", html)).splitlines()


def test_a_long_line_goes_on_below_itself_and_never_leaves_the_page() -> None:
    html = workbook.yaml(f"id: x\n    message: {'word ' * 30}\n").html()
    assert "white-space:pre-wrap" in html
    assert "overflow-x" not in html
    [indent] = re.findall(r"padding-left:([\d.]+)em;text-indent:-\1em", html)
    assert float(indent) == pytest.approx(0.6 * (4 + 5), abs=0.1)


def test_colours_are_those_of_the_notebooks_own_code_and_none_of_its_own() -> None:
    html = workbook.yaml(SOURCE + "# a comment\nnumber: 3\n").html()
    assert '<div class="highlight"' in html
    assert '<span class="k">id</span>: x' in html
    assert '<span class="c"># a comment</span>' in html
    assert '<span class="o">inputs.name</span>' in html
    assert "[one, two]" in workbook.yaml("values: [one, two]\n").html()
    assert not re.search(r"[ ;\"]color:", html)


@pytest.mark.parametrize("file", sorted(ROOT.glob("flows/*.yaml")), ids=lambda file: file.stem)
def test_every_flow_of_the_project_is_small_enough_for_a_notebook(file: Path) -> None:
    html = workbook.yaml(file).html()
    assert [line.strip() for line in _words(html)] == [line.strip() for line in file.read_text().rstrip().splitlines()]
    assert len(html) < 40_000


def test_a_file_shows_as_its_text(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(SOURCE)
    assert workbook.yaml(file).html() == workbook.yaml(SOURCE).html()


def test_a_script_shows_as_python(tmp_path: Path) -> None:
    file = tmp_path / "load.py"
    file.write_text("def load():\n    return rows[0]\n")
    shown = workbook.script(file, mark=["rows[0]"])
    assert str(shown).splitlines() == ["  def load():", "▸     return rows[0]"]
    assert '<span class="k">return</span>' in shown.html()
    with pytest.raises(NotFound, match=r"Cannot read the script .*none\.py"):
        workbook.script(tmp_path / "none.py")

"""A notebook as a page of its own, as nbconvert makes it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from playwright.sync_api import Browser

from tests.support.stack import ROOT
from tools import lessons
from workbook.lesson_files import lesson_name

NOTEBOOK = ROOT / "notebooks" / "05_scheduling_and_backfills.ipynb"
MARKDOWN_PICTURE = re.compile(r"!\[[^]]*]\(([^)]+)\)")
OF_THIS_PAGE = "() => [...document.images].map(it => [it.naturalWidth, it.getBoundingClientRect().right, it.alt])"


class Pictures(HTMLParser):
    """Collects the pictures of a page: of each, where it is from and its alternative text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("img", "svg", "object", "embed", "iframe"):
            attributes = dict(attrs)
            self.found.append((attributes.get("src") or tag, attributes.get("alt") or ""))


@pytest.mark.parametrize("path", lessons.all_lessons(), ids=lesson_name)
def test_each_notebook_becomes_a_page_with_all_its_pictures(path: Path) -> None:
    """What a code host or an editor shows without running anything: every picture of an output is in the page.

    A picture of the prose is a file of the project, as nbconvert embeds none from another folder.
    """
    notebook = lessons.read(path)
    page = Pictures()
    page.feed(HTMLExporter().from_notebook_node(notebook)[0])
    prose = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    files = MARKDOWN_PICTURE.findall(prose)
    assert len(page.found) == str(notebook).count("<img ") + len(files)
    assert all(alternative for _, alternative in page.found)
    assert [it for it, _ in page.found if not it.startswith("data:image/svg+xml;base64,")] == files
    assert [it for it in files if not (path.parent / it).is_file()] == []


def test_the_page_has_all_pictures_within_its_width(browser: Browser, tmp_path: Path) -> None:
    notebook = lessons.read(NOTEBOOK)
    pictures = str(notebook).count("<img ")
    page = tmp_path / "page.html"
    page.write_text(HTMLExporter().from_notebook_node(notebook)[0])
    context = browser.new_context(viewport={"width": 800, "height": 600}, offline=True)
    shown = context.new_page()
    shown.goto(page.as_uri(), wait_until="domcontentloaded")
    found = shown.evaluate(OF_THIS_PAGE)
    context.close()
    assert len(found) == pictures >= 3
    assert [it for it in found if not (it[0] and it[1] <= 800 and it[2])] == []

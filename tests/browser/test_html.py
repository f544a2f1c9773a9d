"""A notebook as a page of its own, as nbconvert makes it."""

from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter
from playwright.sync_api import Browser

from tests.support.stack import ROOT

NOTEBOOK = ROOT / "notebooks" / "05_scheduling_and_backfills.ipynb"
OF_THIS_PAGE = "() => [...document.images].map(it => [it.naturalWidth, it.getBoundingClientRect().right, it.alt])"


def test_the_page_has_all_pictures_within_its_width(browser: Browser, tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
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

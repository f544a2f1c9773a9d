"""What a learner sees first."""

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.server import Jupyter
from tests.browser.window import Window


def test_the_tour_opens_trusted_and_nothing_pops_up(
    window: Window, server: Jupyter, screenshot: Callable[[str], None]
) -> None:
    tour = window.open_first_page()
    expect(window.page).to_have_url(f"{server.address}lab/tree/my-lessons/00_tour.ipynb")
    assert tour.trusted
    assert not tour.dirty
    assert window.page.locator(".jp-Dialog, .jp-toastContainer").count() == 0
    screenshot("first-page")
    names = window.page.locator(".jp-DirListing-itemText")
    cut = names.evaluate_all("all => all.filter(it => it.scrollWidth > it.clientWidth).map(it => it.textContent)")
    assert "04_postgres_taxi.ipynb" not in cut


def test_a_link_opens_a_flow_in_the_editor_and_a_terminal_has_the_projects_python(
    window: Window, screenshot: Callable[[str], None]
) -> None:
    tour = window.open("my-lessons/00_tour.ipynb")
    tour.cell("jupyter").locator('a[href*="00_tour.yaml"]').click()
    window.await_editor("flows/00_tour.yaml")
    screenshot("flow-in-editor")
    window.type_in_terminal("python -m embedded status", "kestra         ready")
    screenshot("terminal")


@pytest.mark.parametrize("folder", ["notebooks", "my-lessons"])
def test_a_notebook_that_nobody_trusts_shows_its_pictures(
    window: Window, server: Jupyter, folder: str, screenshot: Callable[[str], None]
) -> None:
    """A committed notebook, and one with outputs that somebody was sent and put among the own ones."""
    name = "05_scheduling_and_backfills.ipynb"
    shutil.copyfile(server.root / "notebooks" / name, server.root / folder / f"sent_{name}")
    sent = window.open(f"{folder}/sent_{name}")
    assert not sent.trusted
    pictures = sent.pictures()
    assert len(pictures) >= 3
    assert [str(it) for it in pictures if not it.natural or not it.alternative] == []
    sent.cell("gantt")
    screenshot(f"untrusted-{folder}")

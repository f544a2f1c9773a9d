"""pgAdmin in a browser: its user logs in, and opens the taxi database, which is registered."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.console.screens import SECONDS, SIZE
from tests.support.stack import own_stack

# The first start on a machine installs some 120 packages.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def test_the_taxi_database_is_registered(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with own_stack(tmp_path_factory.mktemp("pgadmin"), "postgres", "pgadmin") as stack:
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(2 * SECONDS * 1000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(stack["PGADMIN_URL"])
        page.get_by_role("textbox", name="Email Address / Username").fill("admin@admin.com")
        page.get_by_role("textbox", name="Password").fill("root")
        page.get_by_role("button", name="Login", exact=True).click()
        page.get_by_text(re.compile(r"^Workbook")).dblclick()
        page.get_by_text("the user 'root' to connect the server - \"ny_taxi\"").wait_for()
        page.keyboard.type("root")
        page.keyboard.press("Enter")
        page.locator(".file-name", has_text="Databases").wait_for()
        assert {url for url in asked if url.startswith("http") and not url.startswith(stack["PGADMIN_URL"])} == set()
        page.close()

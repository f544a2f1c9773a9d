"""Take the pictures of the console that README shows, from real runs: `python -m tools.console_pictures`.

It needs what `make setup` and `make browser` install. The pictures are `docs/pictures/console-*.png`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from flowtests.stack import own_stack
from tools.browser import find
from workbook.kestra import KestraClient

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
SIZE = ViewportSize(width=1100, height=620)
SECONDS = 60
HELLO, TAXI = "zoomcamp/01_hello_world", "zoomcamp/05_postgres_taxi_scheduled"


def main() -> int:
    """Take them; gives the exit code."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        path = find(playwright.chromium.executable_path)
        if path is None:
            print("there is no Chromium; `make browser` installs one where it can", file=sys.stderr)
            return 1
        browser = playwright.chromium.launch(executable_path=path)
        with own_stack(Path(folder), "kestra", "console") as environment:
            page = browser.new_context(viewport=SIZE).new_page()
            page.set_default_timeout(SECONDS * 1_000)
            expect.set_options(timeout=SECONDS * 1_000)
            kestra = KestraClient(
                environment["KESTRA_URL"], environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"]
            )
            log_in(page, environment)
            take_pictures(page, kestra, environment["CONSOLE_URL"] + "/ui/main")
            kestra.close()
    return 0


def log_in(page: Page, environment: dict[str, str]) -> None:
    """Log in, as the stack's user."""
    page.goto(environment["CONSOLE_URL"])
    page.get_by_label("User").fill(environment["KESTRA_USERNAME"])
    page.get_by_label("Password").fill(environment["KESTRA_PASSWORD"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/flows")


def take_pictures(page: Page, kestra: KestraClient, address: str) -> None:
    """The editor, the Gantt chart with a log, and the dates of a backfill.

    Parameters:
        page: of a browser that is logged in.
        kestra: the server behind the console.
        address: of the console's pages.
    """
    FOLDER.mkdir(exist_ok=True)
    for flow in (HELLO, TAXI):
        kestra.import_flow((ROOT / "flows" / f"{flow.partition('/')[2]}.yaml").read_text())
    page.goto(f"{address}/flows/edit/{HELLO}/edit")
    expect(page.get_by_text("The engine accepts this flow.")).to_be_visible()
    page.screenshot(path=FOLDER / "console-edit.png")

    execution = kestra.execute(HELLO, {"name": "Grace", "pause": "PT1S"})
    page.goto(f"{address}/executions/{HELLO}/{execution.id}/gantt")
    expect(page.locator(".page-head .state")).to_have_text("SUCCESS")
    page.get_by_text("report", exact=True).first.click()
    expect(page.get_by_text("compose handed on").first).to_be_visible()
    page.screenshot(path=FOLDER / "console-gantt.png")

    page.goto(f"{address}/flows/edit/{TAXI}/triggers")
    page.get_by_role("button", name="More for yellow_schedule", exact=True).click()
    page.locator(".q-menu").get_by_text("Backfill executions", exact=True).click()
    page.get_by_role("dialog").get_by_label("Start date").fill("2020-01-01")
    page.get_by_role("dialog").get_by_label("End date").fill("2020-12-31")
    expect(page.get_by_text("12 executions, one for each date")).to_be_visible()
    page.screenshot(path=FOLDER / "console-backfill.png")


if __name__ == "__main__":
    sys.exit(main())

"""The console in a browser, worked by mouse and keyboard; what came of it is asked of Kestra by REST."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.support.stack import ROOT
from workbook.kestra import Execution, KestraClient

SECONDS = 30
SIZE = {"width": 1100, "height": 700}
EXPECTED = re.compile(r"/login .*401|status of 401 .*\/login")
"""What a browser logs of the answer to a wrong password."""


class Screens:
    """The console in a page.

    Parameters:
        page: of the browser.
        address: of the console.

    Attributes:
        errors: what the page's console reported so far.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.errors: list[str] = []
        page.set_default_timeout(SECONDS * 1000)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not EXPECTED.search(text):
            self.errors.append(text)

    def open(self, path: str) -> None:
        """Open a page by its path below `/ui/main`, and wait until it can be worked with."""
        self.page.goto(f"{self.address}/ui/main/{path}")
        self.ready()

    def ready(self) -> None:
        """Wait until the page is connected."""
        self.page.wait_for_function("window.socket !== undefined && window.socket.connected")

    def log_in(self, username: str, password: str) -> None:
        """Fill in the form, and send it."""
        self.page.get_by_label("User").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()

    def button(self, name: str) -> Locator:
        """A button by its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def tab(self, name: str) -> None:
        """Go to a tab."""
        tab = self.page.get_by_role("navigation", name="Tabs").get_by_role("link", name=name)
        tab.click()
        expect(tab).to_have_attribute("aria-current", "page")
        self.ready()

    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def write(self, text: str) -> None:
        """Replace the text in the editor, as with the keyboard."""
        editor = self.page.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def choose(self, field: Locator | str, *options: str) -> None:
        """Choose from a list."""
        found = self.page.get_by_label(field, exact=True).first if isinstance(field, str) else field
        found.click()
        for option in options:
            self.page.get_by_role("option", name=option, exact=True).click()
        if len(options) > 1:
            self.page.keyboard.press("Escape")

    def wait_for_message(self, text: str) -> None:
        """Wait until the page tells something."""
        expect(self.page.locator(".notice").filter(has_text=text).first).to_be_visible()

    def execution_id(self) -> str:
        """The id in the address of an execution's page."""
        self.page.wait_for_url(re.compile(r"/executions/[^/]+/[^/]+/[^/?]+"))
        return self.page.url.split("/executions/")[1].split("/")[2]

    def state(self, name: str) -> None:
        """Wait until the head of an execution's page has a state."""
        expect(self.page.locator(".page-head .state")).to_have_text(name)


@contextmanager
def opened(context: BrowserContext, address: str, kept: Path, has_failed: Callable[[], bool]) -> Iterator[Screens]:
    """A page of its own.

    Parameters:
        context: of the browser, whose trace has been started.
        address: of the console.
        kept: begins the names of what is kept of a failure: a screenshot, and a trace for Playwright's viewer.
        has_failed: whether the test has; a fixture does not see what its test raises.
    """
    context.tracing.start_chunk()
    page = context.new_page()
    screens = Screens(page, address)
    try:
        yield screens
    finally:
        errors = list(screens.errors)  # what is reported from here on, as the page is left, is no fault of it
        if has_failed() or errors:
            kept.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{kept}.png")
            context.tracing.stop_chunk(path=f"{kept}.zip")
        else:
            context.tracing.stop_chunk()
        page.goto(f"{address}/health")
        page.evaluate("localStorage.clear()")  # what one test did not save is not another's
        page.close()
    assert not errors, errors


def new_context(browser: Browser, address: str) -> BrowserContext:
    """A browser of somebody who has not been here, whose trace is kept.

    Parameters:
        browser: in which.
        address: of the console.
    """
    context = browser.new_context(viewport=SIZE)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    context.tracing.start(snapshots=True)
    return context


def finished(kestra: KestraClient, execution_id: str) -> Execution:
    """An execution when it has ended."""
    return kestra.wait(execution_id, check=False)


def embedded(stack: dict[str, str], *arguments: str) -> None:
    """Run the embedded stack's command on the stack of the tests."""
    subprocess.run([sys.executable, "-m", "embedded", *arguments], cwd=ROOT, env=stack, check=True, capture_output=True)

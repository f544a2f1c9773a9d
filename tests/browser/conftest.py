"""A browser, and JupyterLab with a stack, for all tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.server import Jupyter, jupyter
from tests.browser.window import Window
from tests.support.stack import ROOT, own_stack
from tools.browser import find

SCREENSHOTS = ROOT / "runs" / "browser"
SIZE = {"width": 1280, "height": 800}
SERVICES = ("kestra", "postgres", "dataset")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which no window of this machine shows."""
    with sync_playwright() as playwright:
        path = find(playwright.chromium.executable_path)
        if path is None:
            pytest.skip("there is no Chromium; `make browser` installs one where it can")
        found = playwright.chromium.launch(executable_path=path)
        yield found
        found.close()


@pytest.fixture(scope="session")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """JupyterLab, with the stack that most of its lessons need; there is none without a browser."""
    folder = tmp_path_factory.mktemp("browser")
    with own_stack(folder / "stack", *SERVICES) as environment, jupyter(folder / "lab", environment) as running:
        yield running


@pytest.fixture
def window(browser: Browser, server: Jupyter) -> Iterator[Window]:
    """A window on JupyterLab; no test may leave an error in its console."""
    server.renew_copies()
    context = browser.new_context(viewport=SIZE)
    window = Window(context.new_page(), server.address, server.token)
    yield window
    context.close()
    server.end_kernels()
    assert window.errors == []


@pytest.fixture
def screenshot(window: Window) -> Callable[[str], None]:
    """Takes a picture of the window, into `runs/browser/`."""

    def take(name: str) -> None:
        """Take one, by its name without the ending."""
        path: Path = SCREENSHOTS / f"{name}.png"
        window.page.screenshot(path=path)

    return take

"""One stack of Kestra and the console for all tests of this folder, and a browser that is logged in."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.console.screens import SECONDS, Screens, new_context, opened
from tests.support.stack import own_stack
from workbook.kestra import KestraClient

NAMESPACE = "company.screens"


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a test has failed, for what is kept of it."""
    report = yield
    item.stash[FAILED] = report.failed or item.stash.get(FAILED, False)
    return report


@contextmanager
def kept_if_failed(context: BrowserContext, address: str, test: pytest.Item) -> Iterator[Screens]:
    """A page of a test's own, of which a screenshot and a trace are kept if the test fails."""
    with opened(context, address, SCREENSHOTS / f"console-{test.name}", lambda: test.stash.get(FAILED, False)) as shown:
        yield shown


@pytest.fixture(scope="session")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of the stack; there is none without a browser."""
    expect.set_options(timeout=SECONDS * 1_000)
    with own_stack(tmp_path_factory.mktemp("console"), "kestra", "console") as environment:
        yield environment


@pytest.fixture(scope="session")
def kestra(stack: dict[str, str]) -> Iterator[KestraClient]:
    """A client by which the tests look at what a screen did."""
    client = KestraClient(stack["KESTRA_URL"], stack["KESTRA_USERNAME"], stack["KESTRA_PASSWORD"])
    yield client
    client.close()


@pytest.fixture(scope="session")
def logged_in(browser: Browser, stack: dict[str, str]) -> Iterator[BrowserContext]:
    """A browser that is logged in. All tests share it, with what it has loaded."""
    context = new_context(browser, stack["CONSOLE_URL"])
    page = context.new_page()
    screens = Screens(page, stack["CONSOLE_URL"])
    page.goto(f"{screens.address}/")
    screens.log_in(stack["KESTRA_USERNAME"], stack["KESTRA_PASSWORD"])
    page.wait_for_url(re.compile("/ui/main/flows"))
    page.close()
    yield context
    context.close()


@pytest.fixture
def screens(logged_in: BrowserContext, stack: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Screens]:
    """The console for somebody who is logged in; no test may leave an error in the browser's console."""
    with kept_if_failed(logged_in, stack["CONSOLE_URL"], request.node) as shown:
        yield shown


@pytest.fixture
def stranger(browser: Browser, stack: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Screens]:
    """The console for somebody who is not logged in."""
    context = new_context(browser, stack["CONSOLE_URL"])
    with kept_if_failed(context, stack["CONSOLE_URL"], request.node) as shown:
        yield shown
    context.close()

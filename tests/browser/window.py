"""A learner's window: JupyterLab in a browser, worked by mouse and keyboard, and read by what it shows.

The page is asked for its state through `window.jupyterapp`, so that every wait is for what happened, and none for time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

SECONDS = 60
"""The longest that anything may take but the run of a whole notebook."""
RUN_SECONDS = 300
IN_PAGE = Path(__file__).with_name("in_page.js").read_text()
expect.set_options(timeout=SECONDS * 1000)
BROWSERS_OWN = re.compile(r"Failed to load resource: .* 404 .*/api/(workspaces|kernels|sessions)")
"""What a browser logs of an answer that JupyterLab expects: that there is no workspace yet."""


@dataclass(frozen=True)
class Picture:
    """A picture in a notebook, in pixels of the page.

    Attributes:
        alternative: its alternative text.
        natural: its own width; 0 if the browser could not show it.
        left, right: its edges.
        cell: the edges of the part of the cell that it stands in.
    """

    alternative: str
    natural: float
    left: float
    right: float
    cell: tuple[float, float]

    def __str__(self) -> str:
        return f"{self.alternative[:60]!r}: {self.natural:.0f} px, {self.left:.0f} to {self.right:.0f} in {self.cell}"


class Window:
    """JupyterLab in a page.

    Parameters:
        page: of the browser.
        address: of the server, without a path.
        token: with which it lets in.

    Attributes:
        errors: what the page's console reported so far.
    """

    def __init__(self, page: Page, address: str, token: str) -> None:
        self.page, self._address, self._token = page, address, token
        self.errors: list[str] = []
        page.set_default_timeout(SECONDS * 1000)
        page.add_init_script(IN_PAGE)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not BROWSERS_OWN.search(text):
            self.errors.append(text)

    def open_first_page(self) -> Notebook:
        """Open the address that `make lab` prints."""
        self.page.goto(f"{self._address}?token={self._token}&reset")
        return self._shown("my-lessons/00_tour.ipynb")

    def open(self, path: str) -> Notebook:
        """Open a notebook by its path below the root.

        Parameters:
            path: such as `my-lessons/00_tour.ipynb`.
        """
        self.page.goto(f"{self._address}lab/tree/{path}?token={self._token}&reset")
        return self._shown(path)

    def _shown(self, path: str) -> Notebook:
        self.page.wait_for_function("path => window.learner.ready(path)", arg=path)
        return Notebook(self.page)

    def menu(self, *names: str) -> None:
        """Choose from a menu, such as `"Run", "Run All Cells"`."""
        self.page.locator(".lm-MenuBar-item").get_by_text(names[0], exact=True).click()
        for number, name in enumerate(names[1:]):
            menu = self.page.locator(".lm-Menu").nth(number)
            menu.locator(".lm-Menu-itemLabel").get_by_text(name, exact=True).click()

    def await_editor(self, path: str) -> None:
        """Wait until the file of a path is open in JupyterLab's editor, before all else."""
        self.page.wait_for_function("path => window.learner.shows(path)", arg=path)

    def type_in_terminal(self, command: str, expected: str) -> None:
        """Open a terminal, type a command into it, and wait for what it prints."""
        self.menu("File", "New", "Terminal")
        self.page.wait_for_function("() => window.learner.terminal().trim() !== ''")  # its prompt
        self.page.keyboard.type(command)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function("text => window.learner.terminal().includes(text)", arg=expected)

    def set_theme(self, name: str) -> None:
        """Choose a theme, `Light` or `Dark`, and wait until the page wears it."""
        self.menu("Settings", "Theme", f"JupyterLab {name}")
        light = "true" if name == "Light" else "false"
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", light)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate("() => window.learner.laidOut()")

    def read_style(self, selector: str, name: str) -> str:
        """A style of the first element of a kind, as the browser computed it."""
        return str(self.page.locator(selector).first.evaluate(f"it => getComputedStyle(it).{name}"))


class Notebook:
    """The notebook that a window shows."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @property
    def trusted(self) -> bool:
        """Whether JupyterLab calls it trusted."""
        return bool(self._page.evaluate("() => window.learner.trusted()"))

    @property
    def dirty(self) -> bool:
        """Whether JupyterLab says that there is something to save, by a dot on the tab."""
        return bool(self._page.evaluate("async () => await window.learner.dirty()"))

    def position(self, tag: str) -> int:
        """The number of the first cell that has a tag, or the id, from 0 on."""
        found = self._page.evaluate("tag => window.learner.position(tag)", tag)
        assert found >= 0, f"no cell has the tag or the id {tag!r}"
        return int(found)

    def cell(self, tag: str) -> Locator:
        """A cell, scrolled into view."""
        self._page.evaluate("async at => await window.learner.scrollTo(at)", self.position(tag))
        return self._page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{self.position(tag)}"]')

    def source(self, tag: str) -> str:
        """The text of a cell."""
        return str(self._page.evaluate("at => window.learner.source(at)", self.position(tag)))

    def write(self, tag: str, text: str) -> None:
        """Replace the text of a cell, by the keyboard."""
        self.cell(tag).locator(".cm-content").click()
        self._page.keyboard.press("ControlOrMeta+a")
        self._page.keyboard.insert_text(text)

    def start(self, tag: str) -> None:
        """Run a cell with Shift and Enter, and do not wait."""
        self.cell(tag).locator(".cm-content").click()
        self._page.keyboard.press("Shift+Enter")

    def run(self, tag: str) -> str:
        """Run a cell to its end; gives what stands below it."""
        before = self._page.evaluate("at => window.learner.count(at)", self.position(tag))
        self.start(tag)
        self.await_count(tag, before)
        return self.output(tag)

    def await_count(self, tag: str, before: int | None = None) -> None:
        """Wait until a cell has ended whose counter was another one before."""
        asked = [self.position(tag), before]
        self._page.wait_for_function("([at, before]) => window.learner.ended(at, before)", arg=asked)

    def await_start(self) -> None:
        """Wait until a cell runs."""
        self._page.wait_for_function("() => window.learner.anyRuns()")

    def await_all(self, seconds: float = RUN_SECONDS) -> None:
        """Wait until every code cell has run, or one has failed, after Run All."""
        self.await_start()
        self._page.wait_for_function("() => window.learner.allEnded()", timeout=seconds * 1000)

    def output(self, tag: str) -> str:
        """What stands below a cell, as text."""
        return self.cell(tag).locator(".jp-Cell-outputArea").inner_text()

    def failures(self) -> list[str]:
        """The errors that stand below cells: the cell's id and the error."""
        return list(self._page.evaluate("() => window.learner.failures()"))

    def pictures(self) -> list[Picture]:
        """All pictures, when the browser has taken them in."""
        found: list[dict[str, Any]] = self._page.evaluate("async () => await window.learner.pictures()")
        return [Picture(**{**it, "cell": tuple(it["cell"])}) for it in found]

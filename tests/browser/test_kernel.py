"""A learner stops a cell, and begins anew."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.window import Window

LONG = 'lab.kestra.execute(flow, inputs={"pause": "PT5M"})'


def test_an_interrupted_cell_says_what_goes_on_and_all_runs_after_a_restart(
    window: Window, screenshot: Callable[[str], None]
) -> None:
    lesson = window.open("my-lessons/01_hello_world.ipynb")
    for cell in ("parameters", "open", "topology"):
        lesson.run(cell)
    lessons_own = lesson.source("run")
    lesson.write("run", LONG)
    lesson.start("run")
    expect(lesson.cell("run")).to_contain_text("2 of 4 task runs · wait")
    screenshot("progress")
    window.menu("Kernel", "Interrupt Kernel")
    lesson.await_count("run")
    [stopped] = lesson.failures()
    assert "WaitInterrupted: You stopped waiting; the execution goes on." in stopped
    assert re.search(r"To end it:\s+lab\.kestra\.kill\('\w+'\)", stopped)
    screenshot("interrupted")  # what goes on takes a place of the two that the flow has, until the lesson ends it
    lesson.write("run", lessons_own)
    window.menu("Run", "Restart Kernel and Run All Cells…")
    window.page.locator(".jp-Dialog .jp-mod-accept").click()
    lesson.await_all()
    assert lesson.failures() == []

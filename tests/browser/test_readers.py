"""Committed notebooks where somebody reads them without JupyterLab: in VS Code, and on a code host's page.

Code hosts let a page's HTML through a sanitizer first. DOMPurify is that of GitLab
(https://docs.gitlab.com/ee/development/fe_guide/security.html); GitHub's cannot be had.
"""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser import vscode
from tests.browser.conftest import SCREENSHOTS
from tests.support.stack import ROOT
from tests.support.waiting import eventually
from tools import lessons

NOTEBOOK = ROOT / "notebooks" / "01_hello_world.ipynb"
DOMPURIFY = "dompurify@3.5.0"
PICTURES = "() => [...document.images].map(it => [it.alt, it.naturalWidth, it.getBoundingClientRect().right])"
SANITIZED = """html => {
  const pictures = it => [...it.querySelectorAll('img')].map(one => [one.alt, one.src, one.style.maxWidth]);
  const [before, after] = [html, DOMPurify.sanitize(html)].map(text => {
    const part = document.createElement('div');
    part.innerHTML = text;
    return [pictures(part), part.textContent];
  });
  return [before, after];
}"""
THEMES = ("Default Light Modern", "Default Dark Modern")
Server = tuple[Path, Mapping[str, str]]


@pytest.fixture(scope="module")
def installed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """VS Code's server, and the environment of Node; there is none without a browser."""
    return vscode.install(tmp_path_factory.mktemp("vscode"))


@pytest.fixture(params=THEMES)
def editor(request: pytest.FixtureRequest, browser: Browser, installed: Server, tmp_path: Path) -> Iterator[Page]:
    """VS Code with the notebooks as its folder, which the user trusts."""
    settings = {
        "security.workspace.trust.enabled": False,
        "workbench.colorTheme": request.param,
        "workbench.editorAssociations": {"*.ipynb": "jupyter-notebook"},
    }
    with vscode.vscode(*installed, tmp_path / "data", settings) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(f"{address}/?folder={NOTEBOOK.parent}")
        yield page
        page.screenshot(path=SCREENSHOTS / f"vscode-{'dark' if 'Dark' in request.param else 'light'}.png")
        context.close()


@pytest.mark.slow
def test_vs_code_shows_all_pictures_of_a_notebook(editor: Page) -> None:
    editor.get_by_role("treeitem", name=NOTEBOOK.name).click()
    expect(editor.locator(".notebookOverlay")).to_be_visible()
    editor.locator(".cell-list-container").click()
    seen: dict[str, tuple[int, float]] = {}

    def all_are_seen() -> bool:
        editor.keyboard.press("PageDown")
        for frame in editor.frames:
            seen.update({alt: (width, right) for alt, width, right in _pictures(frame) if alt})
        return len(seen) == str(lessons.read(NOTEBOOK)).count("<img ")

    eventually(all_are_seen, what="all pictures")
    assert [alt for alt, (width, right) in seen.items() if not width or right > 1280] == []


def _pictures(frame: Frame) -> list[tuple[str, int, float]]:
    return frame.evaluate(PICTURES) if "webview" in frame.url else []


@pytest.mark.slow
def test_a_sanitizer_leaves_all_outputs_their_text_and_their_pictures(browser: Browser, tmp_path: Path) -> None:
    done = subprocess.run(["npm", "install", DOMPURIFY], cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"DOMPurify cannot be had: {done.stderr[-500:]}")
    page = browser.new_page()
    page.add_script_tag(path=tmp_path / "node_modules" / "dompurify" / "dist" / "purify.min.js")
    outputs = [html for path in lessons.all_lessons() for html in _html_outputs(path)]
    sanitized = [page.evaluate(SANITIZED, html) for html in outputs]
    page.close()
    assert sum(len(pictures) for (pictures, _), _ in sanitized) > len(lessons.all_lessons())
    assert [html[:200] for html, (before, after) in zip(outputs, sanitized, strict=True) if before != after] == []


def _html_outputs(path: Path) -> list[str]:
    outputs = [output for cell in lessons.read(path).cells for output in cell.get("outputs", [])]
    return [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]

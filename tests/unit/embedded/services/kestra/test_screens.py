"""A browser at Kestra's address is led to the console; programs are not."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from embedded.services.kestra.api import screens
from embedded.services.kestra.api.screens import Screens

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CONSOLE = "http://127.0.0.1:8180"


@pytest.fixture
def running() -> list[int]:
    """The ports of the consoles that answer."""
    return [8180]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, running: list[int]) -> Iterator[TestClient]:
    """An API with the console in front, and nothing but `api` behind."""
    monkeypatch.setattr(screens, "http_ok", lambda port, path, timeout: port in running)
    app = Starlette(routes=[Route("/{path:path}", lambda request: PlainTextResponse("api"), methods=["GET", "POST"])])
    with TestClient(Screens(app, CONSOLE), base_url="http://localhost:8080", follow_redirects=False) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/ui", "/ui/", "/ui/main/flows?q=a", "/ui/main/executions/a/b%20c/d"])
def test_a_browser_is_led_to_the_same_path(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (307, f"http://localhost:8180{path}")


@pytest.mark.parametrize("path", ["/uimain", "/api/v1/main/flows/search", "/health"])
def test_other_paths_are_the_apis(client: TestClient, path: str) -> None:
    assert client.get(path, headers=BROWSER).text == "api"


def test_programs_and_forms_get_the_apis_answer(client: TestClient) -> None:
    assert client.get("/ui/main/flows").text == "api"
    assert client.post("/ui/main/flows", headers=BROWSER).text == "api"


def test_a_page_says_how_to_start_the_console(client: TestClient, running: list[int]) -> None:
    running.clear()
    answer = client.get("/ui/main/flows?q=<b>", headers=BROWSER)
    assert answer.status_code == 503
    assert "make up ONLY=console" in answer.text
    assert "http://localhost:8080/api/v1/" in answer.text
    assert "<b>" not in answer.text

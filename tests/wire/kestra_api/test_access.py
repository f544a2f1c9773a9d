"""Who gets in, and what an answer looks like when something is wrong: over every route there is."""

import re
import subprocess
from dataclasses import dataclass

import pytest
import requests

from embedded.services.kestra.api.app import create_app, every_route
from tests.wire.kestra_api.client import Api, Server
from tests.wire.kestra_api.serve import Settings

OPEN = {"/health", "/ping", "/api/v1/configs"}
WEBHOOK = re.compile(r"/api/v1(/main)?/executions/webhook/\{namespace}/\{id}/\{key}.*")
VALUES = {"path": "a/b", "rest": "a"}


@dataclass(frozen=True)
class Asked:
    """One route with its parameters filled in."""

    method: str
    path: str
    template: str


def routes() -> list[Asked]:
    app = create_app(None, Settings())  # no engine: nothing is called

    def filled(path: str) -> str:
        return re.sub(r"\{(\w+)(:path)?}", lambda name: VALUES.get(name[1], "x1"), path)

    return [Asked(method, filled(path), path) for method, path in every_route(app) if method != "HEAD"]


CLOSED = [one for one in routes() if one.template not in OPEN and not WEBHOOK.fullmatch(one.template)]
WRONG = {
    "no password": None,
    "wrong password": ("admin@kestra.io", "Admin12345"),
    "wrong user": ("admin", "Admin1234"),
    "nothing": ("", ""),
}


def test_there_are_routes_to_check() -> None:
    assert len(CLOSED) > 250
    paths = {one.template for one in CLOSED}
    assert {"/api/v1/flows/search", "/api/v1/main/flows/search", "/api/v1/main/configs"} <= paths


@pytest.mark.parametrize("auth", WRONG.values(), ids=WRONG.keys())
def test_every_route_wants_the_password(server: Server, auth: tuple[str, str] | None) -> None:
    with requests.Session() as session:
        for one in CLOSED:
            answer = session.request(one.method, server.url + one.path, auth=auth, timeout=10)
            assert answer.status_code == 401, one
            assert answer.headers["www-authenticate"].startswith("Basic")
            body = answer.json()
            assert (body["status"], body["message"], body["path"]) == (401, "Unauthorized", one.path)


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Bearer x", "Basic YWRtaW4=", "basic =="])
def test_a_malformed_header_does_not_get_in(server: Server, header: str) -> None:
    answer = requests.get(f"{server.url}/api/v1/flows/search", headers={"Authorization": header}, timeout=10)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/configs/../flows/search",
        "/api/v1/executions/webhook/../search",
        "/api/v1/executions/webhook/%2e%2e/search/x/y",
        "/api/v1/main/executions/webhook",
        "/health/../api/v1/flows/search",
        "//api/v1/flows/search",
        "/api/v1/configs%2f..%2fflows",
    ],
)
def test_an_odd_path_does_not_get_in(server: Server, path: str) -> None:
    """By curl, which sends the path as it is."""
    argv = ["curl", "-s", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", server.url + path]
    assert subprocess.run(argv, capture_output=True, text=True, check=True, timeout=20).stdout in ("401", "404")


def test_what_is_open(server: Server) -> None:
    for path in sorted(OPEN):
        assert requests.get(server.url + path, timeout=10).status_code == 200
    assert requests.get(f"{server.url}/ping", timeout=10).text == "pong"


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/api/v1/nothing", 404, "Not Found"),
        ("/api/v1/main/flows/a/b/c/d/e", 404, "Not Found"),
        ("/elsewhere", 404, "Not Found"),
        ("/api/v1/other/flows/search", 400, "Tenant must be 'main'"),
        ("/api/v1/usages/all", 501, "Usage statistics"),
        ("/api/v1/main/usages/all", 501, "Usage statistics"),
        ("/api/v1/main/flows/nobody/none", 404, "Not Found"),
    ],
)
def test_errors_have_the_official_shape(api: Api, path: str, status: int, says: str) -> None:
    answer = api.get(f"{api.server.url}{path}", params={"x": "1"})
    assert answer.status_code == status
    body = answer.json()
    assert body["_links"] == {"self": {"href": f"{path}?x=1", "templated": False}}
    assert (body["status"], body["path"]) == (status, path)
    assert says in body["message"]


def test_a_wrong_method_names_the_right_ones(api: Api) -> None:
    answer = api.patch("/flows/search")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["status"] == 405


def test_every_route_answers_json_for_what_does_not_exist(api: Api) -> None:
    """No stack trace and no failure of the server, whatever is asked of it."""
    for one in CLOSED:
        if not one.template.startswith("/api/v1/main/") or one.template.endswith("/follow"):
            continue
        answer = api.request(one.method, api.server.url + one.path, data="", allow_redirects=False)
        assert answer.status_code != 500, (one, answer.text)
        assert "Traceback" not in answer.text
        if answer.status_code >= 400:
            assert answer.json()["status"] == answer.status_code, one
            assert answer.json()["path"] == one.path


@pytest.mark.parametrize("headers", [{"Origin": "https://example.com"}, {"Origin": "null"}, {"Host": "example.com"}])
def test_a_page_of_another_site_is_refused_with_the_password_too(api: Api, headers: dict[str, str]) -> None:
    for method, path in (("GET", "/flows/search"), ("POST", "/executions/kill/by-query"), ("POST", "/flows")):
        answer = api.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (403, 403)
        assert "localhost" in answer.json()["message"] or "another site" in answer.json()["message"]


def test_a_page_of_this_machine_may_ask(api: Api) -> None:
    for headers in ({"Origin": "http://localhost:8888"}, {"Host": "localhost"}, {"Host": "127.0.0.1:1"}):
        assert api.get("/flows/search", headers=headers).status_code == 200

"""Every path that the official SDK calls is one that this API knows."""

import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from kestrapy import ApiException
from kestrapy.api.executions_api import ExecutionsApi
from kestrapy.api.files_api import FilesApi
from kestrapy.api.flows_api import FlowsApi
from kestrapy.api.kv_api import KVApi
from kestrapy.api.logs_api import LogsApi
from kestrapy.api.namespaces_api import NamespacesApi
from kestrapy.api.triggers_api import TriggersApi
from starlette.routing import Match, Router

from embedded.services.kestra.api.app import create_app
from tests.wire.kestra_api.serve import Settings

GROUPS = (ExecutionsApi, FilesApi, FlowsApi, KVApi, LogsApi, NamespacesApi, TriggersApi)


class Recorder:
    """In place of the SDK's connection: notes what it would send and refuses it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def request(self, method: str, url: str, **_: Any) -> SimpleNamespace:
        self.sent.append((method, url))
        return SimpleNamespace(status_code=500, text="", reason="recorded")

    def get(self, url: str, **options: Any) -> SimpleNamespace:
        return self.request("GET", url, **options)


def calls() -> Iterator[Any]:
    """Each function of the SDK with the requests that it makes."""
    for group in GROUPS:
        for name, function in vars(group).items():
            if inspect.isfunction(function) and not name.startswith("_"):
                yield pytest.param(group, function, id=f"{group.__name__}.{name}")


def arguments(function: Any) -> dict[str, Any]:
    """A text for each argument that has no default; the tenant is `main`."""
    needed = list(inspect.signature(function).parameters.values())[1:]
    values = {one.name: "x" for one in needed if one.default is inspect.Parameter.empty}
    return values | ({"tenant": "main"} if "tenant" in values else {})


@pytest.fixture(scope="module")
def router() -> Router:
    return create_app(None, Settings()).router


@pytest.mark.parametrize(("group", "function"), list(calls()))
def test_path_is_known(router: Router, group: Any, function: Any) -> None:
    recorder = Recorder()
    try:
        answer = function(group(recorder, ""), **arguments(function))
        if inspect.isgenerator(answer):
            next(answer)
    except ApiException:
        pass
    assert recorder.sent
    for method, path in recorder.sent:
        assert matches(router, method, path), f"{method} {path}"


def test_an_unknown_path_is_told_apart(router: Router) -> None:
    assert matches(router, "GET", "/api/v1/main/kv")
    assert not matches(router, "GET", "/api/v1/main/nothing/of/the/kind")
    assert not matches(router, "PATCH", "/api/v1/main/kv")


def matches(router: Router, method: str, path: str) -> bool:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    for mount in router.routes:
        match, inner = mount.matches(dict(scope))
        if match is Match.FULL:
            routes = getattr(mount, "routes", None)
            return not routes or any(route.matches({**scope, **inner})[0] is Match.FULL for route in routes)
    return False

"""Every path that the official SDK calls is one that this API knows."""

from typing import Any

import pytest
from starlette.routing import Match, Router

from embedded.services.kestra.api.app import create_app
from tests.support.official_sdk import functions, requests_of
from tests.wire.kestra_api.serve import Settings


@pytest.fixture(scope="module")
def router() -> Router:
    return create_app(None, Settings()).router


@pytest.mark.parametrize(("group", "function"), list(functions()), ids=lambda part: getattr(part, "__name__", ""))
def test_path_is_known(router: Router, group: Any, function: Any) -> None:
    sent = requests_of(group, function)
    assert sent
    for method, path in sent:
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

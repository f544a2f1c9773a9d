"""Puts the resources of the API together: `create_app`."""

from collections.abc import Iterable
from http import HTTPStatus
from importlib import import_module

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from embedded.services.kestra.api import health
from embedded.services.kestra.api.auth import BasicAuthentication
from embedded.services.kestra.api.errors import ApiError, error_response, from_exception
from embedded.services.kestra.api.request import Settings
from embedded.services.kestra.engine import TENANT, Engine

RESOURCES = (
    "service",
    "flows",
    "flow_bulk",
    "flow_validation",
    "executions",
    "execution_actions",
    "execution_labels",
    "execution_files",
    "webhooks",
    "flow_tests",
    "follow",
    "logs",
    "export",
    "metrics",
    "concurrency",
    "plugins",
    "kv",
    "namespaces",
    "namespace_files",
    "triggers",
    "backfill",
    "missing",
)
"""Modules of this package, each with its `routes`, whose paths begin after the tenant."""


def create_app(engine: Engine, settings: Settings) -> Starlette:
    """The API of Kestra 1.3 in front of a running engine.

    Parameters:
        engine: a started engine.
        settings: user name and password that every caller must give, and the version to tell.
    """
    routes = api_routes()
    app = Starlette(
        routes=[*health.root_routes, Mount(f"/api/v1/{TENANT}", routes=routes), Mount("/api/v1", routes=routes)],
        middleware=[Middleware(BasicAuthentication, username=settings.username, password=settings.password)],
        exception_handlers={HTTPException: _http_error, Exception: _other_error},
    )
    app.router.redirect_slashes = False
    app.state.engine = engine
    app.state.settings = settings
    return app


def api_routes() -> list[Route]:
    """The routes of all resources, the more literal path first: `/flows/search` before `/flows/{namespace}`."""
    found: Iterable[Route] = (
        route for name in RESOURCES for route in import_module(f"embedded.services.kestra.api.{name}").routes
    )
    return sorted(found, key=_generality)


def _generality(route: Route) -> list[int]:
    return [2 if ":path}" in part else int("{" in part) for part in route.path.strip("/").split("/")]


def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    """Starlette's own refusals: no such route, or not by that method, or a form that cannot be read."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        return error_response(request, _no_route(request))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        message = f"Method [{request.method}] not allowed for URI [{request.url.path}]. Allowed methods: [{allowed}]"
        return error_response(request, ApiError(error.status_code, message, headers=dict(error.headers or {})))
    return error_response(request, ApiError(error.status_code, error.detail))


def _no_route(request: Request) -> ApiError:
    """404; for a known path under another tenant, what the open-source server says."""
    parts = request.url.path.removeprefix("/api/v1/").split("/", 1)
    roots = {route.path.split("/")[1] for route in api_routes()}
    if len(parts) == 2 and parts[0] not in {TENANT, *roots} and parts[1].split("/")[0] in roots:
        return ApiError(HTTPStatus.BAD_REQUEST, "Bad Request: Tenant must be 'main' for OSS version")
    return ApiError(HTTPStatus.NOT_FOUND)


def _other_error(request: Request, error: Exception) -> JSONResponse:
    return error_response(request, from_exception(error))


def every_route(app: Starlette) -> list[tuple[str, str]]:
    """Every method and path that the app answers, as (`GET`, `/api/v1/flows/search`)."""
    return [found for route in app.routes for found in _paths(route, "")]


def _paths(route: BaseRoute, prefix: str) -> list[tuple[str, str]]:
    if isinstance(route, Mount):
        return [found for inner in route.routes for found in _paths(inner, prefix + route.path)]
    assert isinstance(route, Route)
    return [(method, prefix + route.path) for method in sorted(route.methods or ())]

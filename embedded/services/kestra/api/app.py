"""Puts the resources of the API together: `create_app`."""

import os
from collections.abc import Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from embedded.services.kestra.api import (
    backfill,
    blueprints,
    concurrency,
    dashboards,
    execution_actions,
    execution_files,
    execution_labels,
    executions,
    export,
    flow_bulk,
    flow_tests,
    flow_validation,
    flows,
    follow,
    follow_dependencies,
    health,
    kv,
    logs,
    metrics,
    namespace_files,
    namespaces,
    not_implemented,
    plugins,
    triggers,
    webhooks,
)
from embedded.services.kestra.api.auth import BasicAuthentication
from embedded.services.kestra.api.durable import DurableAnswers
from embedded.services.kestra.api.errors import ApiError, error_response, from_exception
from embedded.services.kestra.api.request import FormRoute, Settings
from embedded.services.kestra.api.screens import Screens
from embedded.services.kestra.java_engine import TENANT, JavaEngine
from embedded.shared.browser_guard import BrowserGuard

CONSOLE_URL = "CONSOLE_URL"
"""The variable that says where the screens are."""
ROUTES: tuple[Route, ...] = (
    *health.routes,
    *flows.routes,
    *flow_bulk.routes,
    *flow_validation.routes,
    *executions.routes,
    *execution_actions.routes,
    *execution_labels.routes,
    *execution_files.routes,
    *webhooks.routes,
    *flow_tests.routes,
    *follow.routes,
    *follow_dependencies.routes,
    *logs.routes,
    *export.routes,
    *metrics.routes,
    *concurrency.routes,
    *plugins.routes,
    *kv.routes,
    *namespaces.routes,
    *namespace_files.routes,
    *triggers.routes,
    *backfill.routes,
    *dashboards.routes,
    *blueprints.routes,
    *not_implemented.routes,
)
"""The routes of every resource. Their paths begin after the tenant."""


def create_app(engine: JavaEngine, settings: Settings, resources: Sequence[Route] = ROUTES) -> Starlette:
    """The API in front of a running engine.

    Parameters:
        engine: a started engine.
        settings: user name and password that every caller must send, and the version to report.
        resources: the routes of the API in the form of the engine's version; those of 1.3 if not given.
    """
    routes = api_routes(resources)
    app = Starlette(
        routes=[*health.root_routes, Mount(f"/api/v1/{TENANT}", routes=routes), Mount("/api/v1", routes=routes)],
        middleware=[
            Middleware(BrowserGuard, refuse=_refuse_page),
            Middleware(Screens, console=os.environ.get(CONSOLE_URL, "")),
            Middleware(BasicAuthentication, username=settings.username, password=settings.password),
            Middleware(DurableAnswers, engine=engine),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _other_error},
    )
    app.router.redirect_slashes = False
    app.state.engine = engine
    app.state.roots = {route.path.split("/")[1] for route in routes}
    app.state.settings = settings
    return app


def _refuse_page(reason: str) -> ASGIApp:
    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        error = ApiError(HTTPStatus.FORBIDDEN, f"Forbidden: {reason}", headers={"Connection": "close"})
        await error_response(Request(scope), error)(scope, receive, send)

    return respond


def api_routes(resources: Sequence[Route] = ROUTES) -> list[Route]:
    """The routes of all resources, the more literal path first: `/flows/search` before `/flows/{namespace}`."""
    return sorted(resources, key=lambda route: (not isinstance(route, FormRoute), _generality(route)))


def _generality(route: Route) -> list[int]:
    return [2 if ":path}" in part else int("{" in part) for part in route.path.strip("/").split("/")]


def _http_error(request: Request, error: Exception) -> JSONResponse:
    """Starlette's own errors: no such route, or not by that method, or a form that cannot be read."""
    assert isinstance(error, HTTPException)  # Starlette calls this for no other
    if error.status_code == HTTPStatus.NOT_FOUND:
        return error_response(request, _no_route(request))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        message = f"Method [{request.method}] not allowed for URI [{request.url.path}]. Allowed methods: [{allowed}]"
        return error_response(request, ApiError(error.status_code, message, headers=dict(error.headers or {})))
    return error_response(request, ApiError(error.status_code, error.detail))


def _no_route(request: Request) -> ApiError:
    """404; for a known path under another tenant, the message of the open-source server."""
    parts = request.url.path.removeprefix("/api/v1/").split("/", 1)
    roots = request.app.state.roots
    if len(parts) == 2 and parts[0] not in {TENANT, *roots} and parts[1].split("/")[0] in roots:
        return ApiError(HTTPStatus.BAD_REQUEST, "Bad Request: Tenant must be 'main' for OSS version")
    return ApiError(HTTPStatus.NOT_FOUND)


def _other_error(request: Request, error: Exception) -> JSONResponse:
    return error_response(request, from_exception(error))


def every_route(app: Starlette) -> list[tuple[str, str]]:
    """Every method and path that the app answers, as (`GET`, `/api/v1/flows/search`)."""
    return [entry for route in app.routes for entry in _paths(route, "")]


def _paths(route: BaseRoute, prefix: str) -> list[tuple[str, str]]:
    if isinstance(route, Mount):
        return [entry for inner in route.routes for entry in _paths(inner, prefix + route.path)]
    assert isinstance(route, Route)
    return [(method, prefix + route.path) for method in sorted(route.methods or ())]

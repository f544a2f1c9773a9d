"""All routes of the API of Kestra 2.0: its own, and those of 1.3 that are the same."""

from starlette.routing import Route

from embedded.services.kestra import api
from embedded.services.kestra.api import (
    execution_files,
    flow_bulk,
    flow_tests,
    flow_validation,
    follow,
    health,
    kv,
    metrics,
    namespace_files,
    namespaces,
    plugins,
)
from embedded.services.kestra.kestra2.api import execution_actions, executions, flows, logs, triggers

Path = tuple[str, str]
"""A method and a path."""

OWN: tuple[Route, ...] = (
    *executions.routes,
    *execution_actions.routes,
    *flows.routes,
    *logs.routes,
    *triggers.routes,
)
SHARED: tuple[Route, ...] = (
    *health.routes,
    *api.flows.routes,
    *flow_bulk.routes,
    *flow_validation.routes,
    *flow_tests.routes,
    *api.executions.routes,
    *execution_files.routes,
    *follow.routes,
    *api.logs.routes,
    *metrics.routes,
    *kv.routes,
    *namespaces.routes,
    *namespace_files.routes,
    *plugins.routes,
)
GONE: frozenset[Path] = frozenset(
    {
        ("GET", "/namespaces/{namespace}/kv"),
        ("POST", "/executions/trigger/{namespace}/{id}"),
        ("POST", "/executions/{execution_id}/eval"),
        ("POST", "/executions/{execution_id}/eval/{task_run_id}"),
    }
)
"""Paths of 1.3 that 2.0 has no more, or has elsewhere."""


def routes() -> tuple[Route, ...]:
    """The routes; their paths begin after the tenant."""
    taken = GONE | {path for route in OWN for path in _paths(route)}
    return (*OWN, *(route for route in SHARED if not _paths(route) & taken))


def _paths(route: Route) -> set[Path]:
    return {(method, route.path) for method in route.methods or () if method != "HEAD"}

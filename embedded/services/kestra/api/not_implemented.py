"""Paths of the official server that this one lacks: each responds with 501 and the name of the feature."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.errors import ApiError
from embedded.services.kestra.api.request import Request, endpoint

MISSING = (
    ("POST", "/basicAuth", "Setting the password over the API"),
    ("GET", "/basicAuthValidationErrors", "Setting the password over the API"),
    ("GET", "/blueprints/{rest:path}", "Blueprints of one's own, of the Enterprise edition"),
    ("POST", "/blueprints/{rest:path}", "Blueprints of one's own, of the Enterprise edition"),
    ("PUT", "/blueprints/{rest:path}", "Blueprints of one's own, of the Enterprise edition"),
    ("DELETE", "/blueprints/{rest:path}", "Blueprints of one's own, of the Enterprise edition"),
    ("GET", "/cluster/services/{id}", "Services of the cluster"),
    ("PATCH", "/flows/{namespace}/{id}/{task_id}", "Updating one task of a flow, which is deprecated"),
    ("GET", "/ai/{rest:path}", "Generating flows"),
    ("POST", "/ai/{rest:path}", "Generating flows"),
    ("GET", "/usages/all", "Usage statistics"),
    ("POST", "/namespaces", "Managed namespaces, of the Enterprise edition"),
    ("PUT", "/namespaces/{id}", "Managed namespaces, of the Enterprise edition"),
    ("DELETE", "/namespaces/{id}", "Managed namespaces, of the Enterprise edition"),
    ("PUT", "/namespaces/{namespace}/secrets", "Stored secrets, of the Enterprise edition"),
    ("PATCH", "/namespaces/{namespace}/secrets/{key}", "Stored secrets, of the Enterprise edition"),
    ("DELETE", "/namespaces/{namespace}/secrets/{key}", "Stored secrets, of the Enterprise edition"),
    ("GET", "/namespaces/{id}/inherited-variables", "Variables of namespaces, of the Enterprise edition"),
    ("GET", "/namespaces/{id}/inherited-plugindefaults", "Plug-in defaults of namespaces, of the Enterprise edition"),
    ("POST", "/namespaces/{id}/plugindefaults/export", "Plug-in defaults of namespaces, of the Enterprise edition"),
    ("POST", "/namespaces/{id}/plugindefaults/import", "Plug-in defaults of namespaces, of the Enterprise edition"),
    ("GET", "/namespaces/{namespace}/credentials", "Credentials, of the Enterprise edition"),
    ("POST", "/namespaces/{namespace}/credentials", "Credentials, of the Enterprise edition"),
    ("GET", "/namespaces/{namespace}/credentials/inherited", "Credentials, of the Enterprise edition"),
    ("GET", "/namespaces/{namespace}/credentials/{name}", "Credentials, of the Enterprise edition"),
    ("PUT", "/namespaces/{namespace}/credentials/{name}", "Credentials, of the Enterprise edition"),
    ("DELETE", "/namespaces/{namespace}/credentials/{name}", "Credentials, of the Enterprise edition"),
    ("POST", "/namespaces/{namespace}/credentials/{name}/test", "Credentials, of the Enterprise edition"),
)


def _refuse(feature: str) -> Callable[[Request], Response]:
    def handler(request: Request) -> Response:
        raise ApiError(HTTPStatus.NOT_IMPLEMENTED, f"Not Implemented: {feature}")

    return handler


routes = [Route(path, endpoint(_refuse(feature)), methods=[method]) for method, path, feature in MISSING]

"""Namespaces and the names of their secrets; `not_implemented` lists the paths of the Enterprise edition."""

import re
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import repositories
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.request import Request, endpoint, json_value

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
MAX_LENGTH = 150
"""Characters of a namespace that the database takes."""
SYSTEM = "system"
"""The namespace of Kestra's own flows: listed always."""


def namespace_of(request: Request) -> str:
    """The namespace of the path.

    Raises:
        Invalid: it is no name of a namespace. Names become folders, so none may lead out of the storage.
    """
    name = request.params.get("namespace") or request.params["id"]
    if len(name) > MAX_LENGTH:
        raise Invalid(f"The namespace has {len(name)} characters, more than {MAX_LENGTH}")
    if not NAME.fullmatch(name) or ".." in name:
        raise Invalid(
            f"'{name}' is not a valid namespace: lower-case letters, digits, dots, dashes and underscores only"
        )
    return name


def get(request: Request) -> Response:
    """A namespace. As in the official open-source server, any name has one."""
    return json_value(_light(namespace_of(request)))


def search(request: Request) -> Response:
    """The namespaces that hold flows, and their parents; parameters `q`, `page`, `size`, `sort`."""
    names = _matching(request, request.parameter("q"))
    if (request.many("sort") or ["id:asc"])[0].endswith(":desc"):
        names.reverse()
    return json_value({"results": [_light(name) for name in _shown(request, names)], "total": len(names)})


def autocomplete(request: Request) -> Response:
    """Names that contain `q`, and those of `ids` that exist."""
    wanted = request.fields()
    query, ids = wanted.get("q"), wanted.get("ids") or []
    if not isinstance(query, str | None) or not isinstance(ids, list):
        raise Invalid("{q, ids} was expected: a text and a list of namespaces")
    names = _matching(request, query)
    names += [name for name in _matching(request, None) if name in ids and name not in names]
    return json_value(names)


def secrets(request: Request) -> Response:
    """Names of the secrets that a flow of this namespace can read: those of the server's environment, read only."""
    return json_value(_secret_page(request, _secret_names(request, namespace_of(request))))


def all_secrets(request: Request) -> Response:
    """Names of the secrets of all namespaces, which are the same for each."""
    return json_value(_secret_page(request, _secret_names(request, SYSTEM)))


def inherited_secrets(request: Request) -> Response:
    """Names of secrets by the namespace that has them."""
    return json_value(_secret_names(request, namespace_of(request)))


def _light(name: str) -> dict[str, Any]:
    return {"id": name, "deleted": False}


def _matching(request: Request, query: str | None) -> list[str]:
    names = {SYSTEM}
    for name in repositories.flows(request).findDistinctNamespace(request.tenant):
        parts = str(name).split(".")
        names |= {".".join(parts[: depth + 1]) for depth in range(len(parts))}
    return sorted(name for name in names if not query or query.lower() in name.lower())


def _secret_names(request: Request, namespace: str) -> dict[str, list[str]]:
    secrets_by_namespace = request.bean("io.kestra.core.secret.SecretService").inheritedSecrets(
        request.tenant, namespace
    )
    return {
        str(entry.getKey()): sorted(str(name) for name in entry.getValue()) for entry in secrets_by_namespace.entrySet()
    }


def _secret_page(request: Request, secrets_by_namespace: dict[str, list[str]]) -> dict[str, Any]:
    query = (request.parameter("q") or request.parameter("filters[q][EQUALS]") or "").lower()
    names = sorted({name for names in secrets_by_namespace.values() for name in names if query in name.lower()})
    results = [{"key": name, "tags": []} for name in _shown(request, names)]
    return {"readOnly": True, "results": results, "total": len(names)}


def _shown(request: Request, names: list[str]) -> list[str]:
    """The page of the names that `page` and `size` ask for."""
    page, size = request.number("page", 1, minimum=1) or 1, request.number("size", 10, minimum=1) or 10
    return names[(page - 1) * size : page * size]


routes = [
    Route("/namespaces/search", endpoint(search)),
    Route("/namespaces/autocomplete", endpoint(autocomplete), methods=["POST"]),
    Route("/namespaces/{id}", endpoint(get)),
    Route("/namespaces/{namespace}/secrets", endpoint(secrets)),
    Route("/namespaces/{namespace}/inherited-secrets", endpoint(inherited_secrets)),
    Route("/secrets", endpoint(all_secrets)),
]

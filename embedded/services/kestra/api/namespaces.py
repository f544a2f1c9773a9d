"""Namespaces and the names of their secrets; `missing` has what belongs to the Enterprise edition."""

import re
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.request import Call, endpoint, json_value

NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
SYSTEM = "system"
"""The namespace of Kestra's own flows: listed always."""


def namespace_of(call: Call) -> str:
    """The namespace of the path.

    Raises:
        Invalid: it is no name of a namespace. Names become folders, so none may lead out of the storage.
    """
    name = call.params.get("namespace") or call.params["id"]
    if not NAME.fullmatch(name) or ".." in name:
        raise Invalid(
            f"'{name}' is not a valid namespace: lower-case letters, digits, dots, dashes and underscores only"
        )
    return name


def get(call: Call) -> Response:
    """A namespace. As in the official open-source server, any name has one."""
    return json_value(_light(namespace_of(call)))


def search(call: Call) -> Response:
    """The namespaces that hold flows, and their parents; parameters `q`, `page`, `size`, `sort`."""
    names = _matching(call, call.one("q"))
    if (call.many("sort") or ["id:asc"])[0].endswith(":desc"):
        names.reverse()
    return json_value({"results": [_light(name) for name in _shown(call, names)], "total": len(names)})


def autocomplete(call: Call) -> Response:
    """Names that contain `q`, and those of `ids` that exist."""
    wanted = call.fields()
    names = _matching(call, wanted.get("q"))
    names += [name for name in _matching(call, None) if name in (wanted.get("ids") or []) and name not in names]
    return json_value(names)


def secrets(call: Call) -> Response:
    """Names of the secrets that a flow of this namespace can read: those of the server's environment, read only."""
    return json_value(_secret_page(call, _secret_names(call, namespace_of(call))))


def all_secrets(call: Call) -> Response:
    """Names of the secrets of all namespaces, which are the same for each."""
    return json_value(_secret_page(call, _secret_names(call, SYSTEM)))


def inherited_secrets(call: Call) -> Response:
    """Names of secrets by the namespace that has them."""
    return json_value(_secret_names(call, namespace_of(call)))


def _light(name: str) -> dict[str, Any]:
    return {"id": name, "deleted": False}


def _matching(call: Call, query: str | None) -> list[str]:
    found = {SYSTEM}
    for name in call.bean("io.kestra.core.repositories.FlowRepositoryInterface").findDistinctNamespace(call.tenant):
        parts = str(name).split(".")
        found |= {".".join(parts[: depth + 1]) for depth in range(len(parts))}
    return sorted(name for name in found if not query or query.lower() in name.lower())


def _secret_names(call: Call, namespace: str) -> dict[str, list[str]]:
    found = call.bean("io.kestra.core.secret.SecretService").inheritedSecrets(call.tenant, namespace)
    return {str(entry.getKey()): sorted(str(name) for name in entry.getValue()) for entry in found.entrySet()}


def _secret_page(call: Call, found: dict[str, list[str]]) -> dict[str, Any]:
    query = (call.one("q") or call.one("filters[q][EQUALS]") or "").lower()
    names = sorted({name for names in found.values() for name in names if query in name.lower()})
    results = [{"key": name, "tags": []} for name in _shown(call, names)]
    return {"readOnly": True, "results": results, "total": len(names)}


def _shown(call: Call, names: list[str]) -> list[str]:
    """The page of the names that `page` and `size` ask for."""
    page, size = call.number("page", 1, minimum=1) or 1, call.number("size", 10, minimum=1) or 10
    return names[(page - 1) * size : page * size]


routes = [
    Route("/namespaces/search", endpoint(search)),
    Route("/namespaces/autocomplete", endpoint(autocomplete), methods=["POST"]),
    Route("/namespaces/{id}", endpoint(get)),
    Route("/namespaces/{namespace}/secrets", endpoint(secrets)),
    Route("/namespaces/{namespace}/inherited-secrets", endpoint(inherited_secrets)),
    Route("/secrets", endpoint(all_secrets)),
]

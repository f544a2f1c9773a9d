"""Operations on many flows: import, export, and those by ids, by query and by namespace."""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any

import jpype
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, repositories
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.flow_source import SOURCES, WRITING, checked, parse
from embedded.services.kestra.api.flows import SEARCHED, SERVICE, find, require_flow
from embedded.services.kestra.api.request import MAX_BODY_BYTES, YAML, Request, bulk, endpoint, json_value

log = logging.getLogger(__name__)

DOCUMENTS = re.compile(r"^---\s*$", re.MULTILINE)
ENDINGS = (".yaml", ".yml")


def documents(text: str) -> Iterator[tuple[int, str]]:
    """The YAML documents of a text, each with its number from 0; blank ones are left out."""
    return ((number, source) for number, source in enumerate(DOCUMENTS.split(text)) if source.strip())


def import_flows(request: Request) -> Response:
    """Create or update the flows of a YAML file or of a zip archive; answers the names of those that failed."""
    upload = request.upload("fileUpload")
    wrong = []
    for name, source in _sources((upload.filename or "").lower(), upload.file):
        try:
            text = checked(source)
            with WRITING:
                request.bean(SERVICE).importFlow(request.tenant, text)
        except (ApiError, jpype.JException) as error:  # of any kind: the answer names the flow, whatever is wrong
            log.info("Not imported: %s: %s", name, error)
            wrong.append(name)
    if wrong and request.flag("failOnError", False):
        raise Invalid(f"Following invalid flows were not imported: {', '.join(wrong)}")
    return json_value(wrong)


def _sources(name: str, file: IO[bytes]) -> Iterator[tuple[str, str]]:
    if name.endswith(".zip"):
        yield from _zipped(file)
    elif name.endswith(ENDINGS):
        for number, source in documents(decode(file)):
            yield f"{name}(flow number: {number})", source
    else:
        raise Invalid(f"Cannot import file of type {name[name.rfind('.') :]}")


def _zipped(file: IO[bytes]) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and entry.filename.endswith(ENDINGS):
                    with archive.open(entry) as stream:
                        yield entry.filename, decode(stream)
    except zipfile.BadZipFile as error:
        raise Invalid(f"The archive cannot be read: {error}") from None


def decode(file: IO[bytes]) -> str:
    """The text of an uploaded file.

    Raises:
        ApiError: it is too large, or not UTF-8.
    """
    content = file.read(MAX_BODY_BYTES + 1)
    if len(content) > MAX_BODY_BYTES:
        raise ApiError(413, f"A flow's file has more than {MAX_BODY_BYTES} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Invalid(f"A flow's file is not UTF-8: {error.reason}") from None


def export_by_ids(request: Request) -> Response:
    """The named flows as a zip archive."""
    return _archive(_by_ids(request), "{namespace}.{id}.yaml")


def export_by_query(request: Request) -> Response:
    """The flows that match as a zip archive."""
    return _archive(_by_query(request), "{namespace}-{id}.yml")


def _archive(flows: list[Any], name: str) -> Response:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for flow in flows:
            archive.writestr(name.format(namespace=flow.getNamespace(), id=flow.getId()), str(flow.getSource()))
    headers = {"Content-Disposition": 'attachment; filename="flows.zip"'}
    return Response(packed.getvalue(), media_type="application/octet-stream", headers=headers)


def _delete(request: Request, flows: list[Any]) -> Response:
    for flow in flows:
        with WRITING:
            request.engine.delete_flow(flow)
    return bulk(len(flows))


def _set_disabled(disabled: bool) -> Callable[[Request, list[Any]], Response]:
    def apply(request: Request, flows: list[Any]) -> Response:
        service = request.java(SERVICE)
        changed = [flow for flow in flows if bool(flow.isDisabled()) != disabled]
        for flow in changed:
            source = parse(request, str(service.injectDisabled(flow.getSource(), disabled)))
            with WRITING:
                request.engine.update_flow(source, flow)
        return bulk(len(changed))

    return apply


def _by_ids(request: Request) -> list[Any]:
    try:
        return [require_flow(request, flow["namespace"], flow["id"]) for flow in request.ids()]
    except (KeyError, TypeError):
        raise Invalid("A list of {namespace, id} was expected") from None


def _by_query(request: Request) -> list[Any]:
    unpaged = request.java("io.micronaut.data.model.Pageable").UNPAGED
    return list(repositories.flows(request).findWithSource(unpaged, request.tenant, query_filters(request, SEARCHED)))


def update_namespace(request: Request) -> Response:
    """Replace the flows of a namespace by those of a YAML text; `delete=false` keeps the others."""
    return _replace(request, request.params["namespace"], child_namespaces=False)


def update_many(request: Request) -> Response:
    """Replace the flows of `namespace`, or of all namespaces, by those of a YAML text."""
    return _replace(request, request.parameter("namespace"), request.flag("allowNamespaceChild", False))


def _replace(request: Request, namespace: str | None, child_namespaces: bool) -> Response:
    flows = [parse(request, source.strip()) for _, source in documents(request.text(*YAML))]
    _check(flows, namespace, child_namespaces)
    deleted = (
        _delete_others(request, namespace, {str(flow.getId()) for flow in flows})
        if request.flag("delete", True)
        else []
    )
    return request.entity(convert.java_list([*deleted, *(_save(request, flow) for flow in flows)]))


def _check(flows: list[Any], namespace: str | None, child_namespaces: bool) -> None:
    for flow in flows:
        own = str(flow.getNamespace())
        child = child_namespaces and own.startswith(f"{namespace}.")
        if namespace is not None and own != namespace and not child:
            message = f"{flow.uid()} - flow namespace is invalid"
            raise ApiError(
                422, f"Invalid entity: flow.namespace: {message}", [{"path": "flow.namespace", "message": message}]
            )
    ids = [str(flow.getId()) for flow in flows]
    if len(set(ids)) < len(ids):
        message = "Duplicate flow id"
        raise ApiError(422, f"Invalid entity: flow.id: {message}", [{"path": "flow.id", "message": message}])


def _delete_others(request: Request, namespace: str | None, kept: set[str]) -> list[Any]:
    repository = repositories.flows(request)
    if namespace is None:
        present = repository.findAllWithSource(request.tenant)
    else:
        present = repository.findByNamespaceWithSource(request.tenant, namespace)
    return [request.engine.delete_flow(flow) for flow in present if str(flow.getId()) not in kept]


def _save(request: Request, flow: Any) -> Any:
    with WRITING:
        previous = find(request, str(flow.getNamespace()), str(flow.getId()), source=False)
        if previous is None:
            return request.engine.create_flow(flow)
        return request.engine.update_flow(flow, previous)


def _routes(path: str, method: str, operation: Callable[[Request, list[Any]], Response]) -> list[Route]:
    return [
        Route(f"{path}/by-ids", endpoint(lambda request: operation(request, _by_ids(request))), methods=[method]),
        Route(f"{path}/by-query", endpoint(lambda request: operation(request, _by_query(request))), methods=[method]),
    ]


routes = [
    Route("/flows/import", endpoint(import_flows, lane=SOURCES), methods=["POST"]),
    Route("/flows/export/by-ids", endpoint(export_by_ids), methods=["POST"]),
    Route("/flows/export/by-query", endpoint(export_by_query)),
    *_routes("/flows/delete", "DELETE", _delete),
    *_routes("/flows/disable", "POST", _set_disabled(True)),
    *_routes("/flows/enable", "POST", _set_disabled(False)),
    Route("/flows/bulk", endpoint(update_many, lane=SOURCES), methods=["POST"]),
    Route("/flows/{namespace}", endpoint(update_namespace, lane=SOURCES), methods=["POST"]),
]

"""Many flows at once: import, export, and the operations by ids, by query and by namespace."""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any

import jpype
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.flows import REPOSITORY, SEARCHED, SERVICE, existing, find, parse
from embedded.services.kestra.api.request import MAX_BODY_BYTES, Call, bulk, endpoint, json_value

log = logging.getLogger(__name__)

DOCUMENTS = re.compile(r"^---\s*$", re.MULTILINE)
YAML = (".yaml", ".yml")


def documents(text: str) -> Iterator[tuple[int, str]]:
    """The YAML documents of a text, each with its place in it; blank ones are left out."""
    return ((place, source) for place, source in enumerate(DOCUMENTS.split(text)) if source.strip())


def import_flows(call: Call) -> Response:
    """Create or update the flows of a YAML file or of a zip archive; answers the names of those that failed."""
    upload = call.upload("fileUpload")
    wrong = []
    for name, source in _sources((upload.filename or "").lower(), upload.file):
        try:
            call.bean(SERVICE).importFlow(call.tenant, source)
        except jpype.JException as error:  # of any kind: the answer names the flow, whatever is wrong with it
            log.info("Not imported: %s: %s", name, error.getMessage())
            wrong.append(name)
    if wrong and call.flag("failOnError", False):
        raise Invalid(f"Following invalid flows were not imported: {', '.join(wrong)}")
    return json_value(wrong)


def _sources(name: str, file: IO[bytes]) -> Iterator[tuple[str, str]]:
    if name.endswith(".zip"):
        yield from _zipped(file)
    elif name.endswith(YAML):
        for place, source in documents(decode(file)):
            yield f"{name}(flow number: {place})", source
    else:
        raise Invalid(f"Cannot import file of type {name[name.rfind('.') :]}")


def _zipped(file: IO[bytes]) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and entry.filename.endswith(YAML):
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


def export_by_ids(call: Call) -> Response:
    """The named flows as a zip archive."""
    return _archive(_by_ids(call), "{namespace}.{id}.yaml")


def export_by_query(call: Call) -> Response:
    """The flows that match as a zip archive."""
    return _archive(_by_query(call), "{namespace}-{id}.yml")


def _archive(flows: list[Any], name: str) -> Response:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for flow in flows:
            archive.writestr(name.format(namespace=flow.getNamespace(), id=flow.getId()), str(flow.getSource()))
    headers = {"Content-Disposition": 'attachment; filename="flows.zip"'}
    return Response(packed.getvalue(), media_type="application/octet-stream", headers=headers)


def _delete(call: Call, flows: list[Any]) -> Response:
    for flow in flows:
        call.bean(REPOSITORY).delete(flow)
    return bulk(len(flows))


def _set_disabled(disabled: bool) -> Callable[[Call, list[Any]], Response]:
    def apply(call: Call, flows: list[Any]) -> Response:
        service = call.engine.java(SERVICE)
        changed = [flow for flow in flows if bool(flow.isDisabled()) != disabled]
        for flow in changed:
            call.bean(REPOSITORY).update(parse(call, str(service.injectDisabled(flow.getSource(), disabled))), flow)
        return bulk(len(changed))

    return apply


def _by_ids(call: Call) -> list[Any]:
    try:
        return [existing(call, one["namespace"], one["id"]) for one in call.ids()]
    except (KeyError, TypeError):
        raise Invalid("A list of {namespace, id} was expected") from None


def _by_query(call: Call) -> list[Any]:
    unpaged = call.engine.java("io.micronaut.data.model.Pageable").UNPAGED
    found = call.bean(REPOSITORY).findWithSource(unpaged, call.tenant, query_filters(call, SEARCHED))
    return list(found)


def update_namespace(call: Call) -> Response:
    """Make the flows of a namespace those of a YAML text; others of it are deleted unless `delete=false`."""
    return _replace(call, call.params["namespace"], child_namespaces=False)


def update_many(call: Call) -> Response:
    """Make the flows of `namespace`, or of all namespaces, those of a YAML text."""
    return _replace(call, call.one("namespace"), call.flag("allowNamespaceChild", False))


def _replace(call: Call, namespace: str | None, child_namespaces: bool) -> Response:
    flows = [parse(call, source.strip()) for _, source in documents(call.text())]
    _check(flows, namespace, child_namespaces)
    deleted = (
        _delete_others(call, namespace, {str(flow.getId()) for flow in flows}) if call.flag("delete", True) else []
    )
    return call.entity(convert.java_list([*deleted, *(_save(call, flow) for flow in flows)]))


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


def _delete_others(call: Call, namespace: str | None, kept: set[str]) -> list[Any]:
    repository = call.bean(REPOSITORY)
    if namespace is None:
        present = repository.findAllWithSource(call.tenant)
    else:
        present = repository.findByNamespaceWithSource(call.tenant, namespace)
    return [repository.delete(flow) for flow in present if str(flow.getId()) not in kept]


def _save(call: Call, flow: Any) -> Any:
    previous = find(call, str(flow.getNamespace()), str(flow.getId()), source=False)
    if previous is None:
        return call.bean(SERVICE).create(flow, True)
    return call.bean(REPOSITORY).update(flow, previous)


def _routes(path: str, method: str, operation: Callable[[Call, list[Any]], Response]) -> list[Route]:
    return [
        Route(f"{path}/by-ids", endpoint(lambda call: operation(call, _by_ids(call))), methods=[method]),
        Route(f"{path}/by-query", endpoint(lambda call: operation(call, _by_query(call))), methods=[method]),
    ]


routes = [
    Route("/flows/import", endpoint(import_flows), methods=["POST"]),
    Route("/flows/export/by-ids", endpoint(export_by_ids), methods=["POST"]),
    Route("/flows/export/by-query", endpoint(export_by_query)),
    *_routes("/flows/delete", "DELETE", _delete),
    *_routes("/flows/disable", "POST", _set_disabled(True)),
    *_routes("/flows/enable", "POST", _set_disabled(False)),
    Route("/flows/bulk", endpoint(update_many), methods=["POST"]),
    Route("/flows/{namespace}", endpoint(update_namespace), methods=["POST"]),
]

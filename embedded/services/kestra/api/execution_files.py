"""Files of an execution: download, size and preview. Nothing outside its own part of the storage can be reached."""

import base64
import codecs
import json
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jpype
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.executions import find, flow_of
from embedded.services.kestra.api.health import MAX_PREVIEW_ROWS, PREVIEW_ROWS
from embedded.services.kestra.api.request import Call, endpoint, json_value
from embedded.services.kestra.api.streams import pieces

STORAGE = "io.kestra.core.storages.StorageInterface"
CONTEXT = "io.kestra.core.storages.StorageContext"
MAX_PREVIEW_BYTES = 2 * 2**20
MAX_PICTURE_BYTES = 20 * 2**20
PICTURES = ("jpg", "jpeg", "png", "svg", "gif", "bmp", "webp")


class Elsewhere(Exception):
    """The file belongs to another execution, whose id is the argument."""


def _locate(call: Call, execution: Any, text: str) -> Any:
    """The address of a file that the execution may see, as a Java `URI`.

    Raises:
        ApiError: the address is malformed, tries to leave the storage, or is none of this execution's.
        Elsewhere: it is another execution's.
    """
    uri = call.engine.java("java.net.URI")(text.replace(" ", "%20"))
    path = _checked_path(text)
    if str(uri.getScheme()) == "nsfile":
        return _namespace_file(call, execution, uri, path)
    if str(uri.getScheme()) != "kestra" or uri.getRawAuthority():
        raise Invalid(f"Scheme not supported: {uri.getScheme()}")
    if _is_own(call, execution, path):
        return uri
    other = convert.or_none(call.engine.java(CONTEXT).extractExecutionId(uri))
    if other is not None and other != execution.getId():
        raise Elsewhere(str(other))
    raise Invalid("Invalid prefix path")


def _checked_path(text: str) -> str:
    """The decoded path. Relative parts are refused however they are encoded: the storage's own guard sees only `..`."""
    path = urlsplit(text).path
    while (decoded := unquote(path)) != path:
        path = decoded
    if "\\" in path or "\0" in path or any(part in (".", "..") for part in path.split("/")):
        raise Invalid("File should be accessed with their full path and not using relative '..' path.")
    return path


def _is_own(call: Call, execution: Any, path: str) -> bool:
    """Whether the path lies in the execution's folder, or in its flow's or namespace's state store."""
    contexts = call.engine.java(CONTEXT)
    if path.startswith(f"{contexts.forExecution(execution).getExecutionStorageURI().getPath()}/"):
        return True
    context = contexts.forFlow(flow_of(call, execution))
    return any(
        path.startswith(f"{str(context.getStateStorePrefix(None, whole_namespace, None)).rstrip('/')}/")
        for whole_namespace in (False, True)
    )


def _namespace_file(call: Call, execution: Any, uri: Any, path: str) -> Any:
    namespace = uri.getAuthority() or execution.getNamespace()
    if namespace != execution.getNamespace():
        service = call.bean("io.kestra.core.services.NamespaceService")
        service.checkAllowedNamespace(call.tenant, namespace, call.tenant, execution.getNamespace())
    files = call.bean("io.kestra.core.storages.NamespaceFactory").of(call.tenant, namespace, call.bean(STORAGE))
    return files.get(call.engine.java("java.nio.file.Path").of(path)).uri()


def _answer(kind: str, respond: Any) -> Any:
    """A handler that finds the file first; a file of another execution is a redirect to there."""

    def handler(call: Call) -> Response:
        execution = find(call)
        given = call.required("path")
        try:
            uri = _locate(call, execution, given)
        except Elsewhere as other:
            place = f"/api/v1/{call.tenant}/executions/{other}/file{kind}?path={quote(given)}"
            return RedirectResponse(place, HTTPStatus.MOVED_PERMANENTLY)
        return respond(call, execution, uri)

    return handler


def _download(call: Call, execution: Any, uri: Any) -> Response:
    storage = call.bean(STORAGE)
    size = storage.getAttributes(call.tenant, execution.getNamespace(), uri).getSize()
    stream = storage.get(call.tenant, execution.getNamespace(), uri)
    name = quote(PurePosixPath(str(uri.getPath())).name)
    headers = {"Content-Disposition": f"attachment; filename=\"{name}\"; filename*=utf-8''{name}"}
    headers["Content-Length"] = str(size)
    return StreamingResponse(pieces(stream), media_type="application/octet-stream", headers=headers)


def _metas(call: Call, execution: Any, uri: Any) -> Response:
    attributes = call.bean(STORAGE).getAttributes(call.tenant, execution.getNamespace(), uri)
    return json_value({"size": int(attributes.getSize())})


def _preview(call: Call, execution: Any, uri: Any) -> Response:
    extension = PurePosixPath(str(uri.getPath())).suffix.lstrip(".")
    rows = min(call.number("maxRows", PREVIEW_ROWS, minimum=1) or PREVIEW_ROWS, MAX_PREVIEW_ROWS)
    encoding = call.one("encoding") or "UTF-8"
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise Invalid(f"Unable to preview using encoding '{encoding}'") from None
    stream = call.bean(STORAGE).get(call.tenant, execution.getNamespace(), uri)
    try:
        kind, content, truncated = _render(call, extension.lower(), stream, rows, encoding)
    finally:
        stream.close()
    answer = {"extension": extension, "type": kind, "content": content, "maxLine": rows, "truncated": truncated}
    return json_value(answer)


def _render(call: Call, extension: str, stream: Any, rows: int, encoding: str) -> tuple[str, Any, bool]:
    if extension == "ion":
        return "LIST", *_rows(call, stream, rows)
    if extension in PICTURES or extension == "pdf":
        content = bytes(stream.readNBytes(MAX_PICTURE_BYTES + 1))
        if len(content) > MAX_PICTURE_BYTES:
            raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The file is too large for a preview")
        return "PDF" if extension == "pdf" else "IMAGE", base64.b64encode(content).decode(), False
    content, truncated = _lines(stream, rows, "UTF-8" if extension == "md" else encoding)
    return "MARKDOWN" if extension == "md" else "TEXT", content, truncated


def _rows(call: Call, stream: Any, rows: int) -> tuple[list[Any], bool]:
    found = call.engine.java("java.util.ArrayList")()
    collect = jpype.JProxy("java.util.function.Consumer", dict={"accept": found.add})
    truncated = call.engine.java("io.kestra.core.serializers.FileSerde").read(stream, rows, collect)
    return json.loads(call.engine.to_json(found)), bool(truncated)


def _lines(stream: Any, rows: int, encoding: str) -> tuple[str, bool]:
    content = bytes(stream.readNBytes(MAX_PREVIEW_BYTES))
    more = stream.read() >= 0
    lines = content.decode(encoding, "replace").splitlines()
    return "\n".join(lines[:rows]), more or len(lines) > rows


routes = [
    Route("/executions/{execution_id}/file", endpoint(_answer("", _download))),
    Route("/executions/{execution_id}/file/metas", endpoint(_answer("/metas", _metas))),
    Route("/executions/{execution_id}/file/preview", endpoint(_answer("/preview", _preview))),
]

"""Files of an execution: download, size and preview. Nothing outside its own part of the storage can be reached."""

import base64
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
from embedded.services.kestra.api.request import Request, endpoint, json_value
from embedded.services.kestra.api.streams import pieces

STORAGE = "io.kestra.core.storages.StorageInterface"
CONTEXT = "io.kestra.core.storages.StorageContext"
MAX_PREVIEW_BYTES = 2 * 2**20
MAX_PICTURE_BYTES = 20 * 2**20
PICTURES = ("jpg", "jpeg", "png", "svg", "gif", "bmp", "webp")


class Elsewhere(Exception):
    """The file belongs to another execution, whose id is the argument."""


def _locate(request: Request, execution: Any, text: str) -> Any:
    """The address of a file that the execution may see, as a Java `URI`.

    Raises:
        ApiError: the address is malformed, tries to leave the storage, or is none of this execution's.
        Elsewhere: it is another execution's.
    """
    uri = request.java("java.net.URI")(text.replace(" ", "%20"))
    path = _checked_path(text)
    if str(uri.getScheme()) == "nsfile":
        return _namespace_file(request, execution, uri, path)
    if str(uri.getScheme()) != "kestra" or uri.getRawAuthority():
        raise Invalid(f"Scheme not supported: {uri.getScheme()}")
    if _is_own(request, execution, path):
        return uri
    other = convert.or_none(request.java(CONTEXT).extractExecutionId(uri))
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


def _is_own(request: Request, execution: Any, path: str) -> bool:
    """Whether the path lies in the execution's folder, or in its flow's or namespace's state store."""
    contexts = request.java(CONTEXT)
    if path.startswith(f"{contexts.forExecution(execution).getExecutionStorageURI().getPath()}/"):
        return True
    context = contexts.forFlow(flow_of(request, execution))
    return any(
        path.startswith(f"{str(context.getStateStorePrefix(None, whole_namespace, None)).rstrip('/')}/")
        for whole_namespace in (False, True)
    )


def _namespace_file(request: Request, execution: Any, uri: Any, path: str) -> Any:
    namespace = uri.getAuthority() or execution.getNamespace()
    if namespace != execution.getNamespace():
        service = request.bean("io.kestra.core.services.NamespaceService")
        service.checkAllowedNamespace(request.tenant, namespace, request.tenant, execution.getNamespace())
    files = request.bean("io.kestra.core.storages.NamespaceFactory").of(
        request.tenant, namespace, request.bean(STORAGE)
    )
    return files.get(request.java("java.nio.file.Path").of(path)).uri()


def _locating(kind: str, respond: Any) -> Any:
    """A handler that finds the file first; a file of another execution is a redirect to there."""

    def handler(request: Request) -> Response:
        execution = find(request)
        path = request.required("path")
        try:
            uri = _locate(request, execution, path)
        except Elsewhere as other:
            target = f"/api/v1/{request.tenant}/executions/{other}/file{kind}?path={quote(path)}"
            return RedirectResponse(target, HTTPStatus.MOVED_PERMANENTLY)
        return respond(request, execution, uri)

    return handler


def _download(request: Request, execution: Any, uri: Any) -> Response:
    storage = request.bean(STORAGE)
    size = storage.getAttributes(request.tenant, execution.getNamespace(), uri).getSize()
    stream = storage.get(request.tenant, execution.getNamespace(), uri)
    name = quote(PurePosixPath(str(uri.getPath())).name)
    headers = {"Content-Disposition": f"attachment; filename=\"{name}\"; filename*=utf-8''{name}"}
    headers["Content-Length"] = str(size)
    return StreamingResponse(pieces(stream), media_type="application/octet-stream", headers=headers)


def _metas(request: Request, execution: Any, uri: Any) -> Response:
    attributes = request.bean(STORAGE).getAttributes(request.tenant, execution.getNamespace(), uri)
    return json_value({"size": int(attributes.getSize())})


def _preview(request: Request, execution: Any, uri: Any) -> Response:
    extension = PurePosixPath(str(uri.getPath())).suffix.lstrip(".")
    rows = min(request.number("maxRows", PREVIEW_ROWS, minimum=1) or PREVIEW_ROWS, MAX_PREVIEW_ROWS)
    encoding = request.parameter("encoding") or "UTF-8"
    try:
        charset = request.java("java.nio.charset.Charset").forName(encoding)
    except jpype.JClass("java.lang.IllegalArgumentException"):
        raise Invalid(f"Unable to preview using encoding '{encoding[:40]}'") from None
    stream = request.bean(STORAGE).get(request.tenant, execution.getNamespace(), uri)
    try:
        kind, content, truncated = _render(request, extension.lower(), stream, rows, charset)
    finally:
        stream.close()
    answer = {"extension": extension, "type": kind, "content": content, "maxLine": rows, "truncated": truncated}
    return json_value(answer)


def _render(request: Request, extension: str, stream: Any, rows: int, charset: Any) -> tuple[str, Any, bool]:
    if extension == "ion":
        return "LIST", *_rows(request, stream, rows)
    if extension in PICTURES or extension == "pdf":
        picture = bytes(stream.readNBytes(MAX_PICTURE_BYTES + 1))
        if len(picture) > MAX_PICTURE_BYTES:
            raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The file is too large for a preview")
        return "PDF" if extension == "pdf" else "IMAGE", base64.b64encode(picture).decode(), False
    if extension == "md":
        charset = request.java("java.nio.charset.StandardCharsets").UTF_8
    content, truncated = _lines(request, stream, rows, charset)
    return "MARKDOWN" if extension == "md" else "TEXT", content, truncated


def _rows(request: Request, stream: Any, rows: int) -> tuple[list[Any], bool]:
    read = request.java("java.util.ArrayList")()
    collect = jpype.JProxy("java.util.function.Consumer", dict={"accept": read.add})
    truncated = request.java("io.kestra.core.serializers.FileSerde").read(stream, rows, collect)
    return json.loads(request.engine.to_json(read)), bool(truncated)


def _lines(request: Request, stream: Any, rows: int, charset: Any) -> tuple[str, bool]:
    content = stream.readNBytes(MAX_PREVIEW_BYTES)
    more = stream.read() >= 0
    lines = str(request.java("java.lang.String")(content, charset)).splitlines()
    return "\n".join(lines[:rows]), more or len(lines) > rows


routes = [
    Route("/executions/{execution_id}/file", endpoint(_locating("", _download))),
    Route("/executions/{execution_id}/file/metas", endpoint(_locating("/metas", _metas))),
    Route("/executions/{execution_id}/file/preview", endpoint(_locating("/preview", _preview))),
]

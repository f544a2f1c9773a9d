"""The files of a namespace, with their revisions."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import quote, unquote

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from embedded.services.kestra.api import repositories
from embedded.services.kestra.api.convert import integer
from embedded.services.kestra.api.errors import Invalid, NotFound
from embedded.services.kestra.api.filters import body_filters
from embedded.services.kestra.api.flow_bulk import decode
from embedded.services.kestra.api.flow_source import WRITING, checked
from embedded.services.kestra.api.namespaces import namespace_of
from embedded.services.kestra.api.request import Request, endpoint, json_text, json_value
from embedded.services.kestra.api.streams import java_input, pieces

BINARY = "application/octet-stream"
MAX_PATH = 349
"""Characters of a path without its first slash: the database takes one more."""
MAX_NAME = 240
"""Bytes of a name as it is encoded for the file system, which takes 255, some of them for the revision."""
FLOWS = "/_flows"
"""A folder that does not exist: a file written there is imported as a flow, and flows are exported there."""


def search(request: Request) -> Response:
    """Paths of the files whose path contains `q`."""
    query, files = request.required("q"), _files(request)
    # An empty text would be a filter that nothing passes.
    matches = files.all(query) if query else files.all()
    return json_value([f"/{str(file.path()).lstrip('/')}" for file in matches])


def content(request: Request) -> Response:
    """The bytes of the file at `path`, or of one of its revisions."""
    path = _path(request, request.required("path"))
    stream = _files(request).getFileContent(path, integer(request.number("revision")))
    return StreamingResponse(pieces(stream), media_type=BINARY, headers={"Cache-Control": "no-cache"})


def stats(request: Request) -> Response:
    """Size, times and kind of a file or folder; the root is created by this request."""
    files, path = _files(request), _path(request, request.parameter("path") or "/")
    if str(path) == "/":
        _make_root(request, files)
    return request.entity(files.getFileMetadata(path))


def revisions(request: Request) -> Response:
    """The revisions of a file.

    Raises:
        NotFound: there is no such file now.
    """
    path = str(_path(request, request.parameter("path") or "/"))
    fetch_all = request.java("io.kestra.core.models.FetchVersion").ALL
    unpaged = request.java("io.micronaut.data.model.Pageable").UNPAGED
    repository = repositories.namespace_file_metadata(request)
    wanted = {"namespace": namespace_of(request), "path": path}
    filters = [{"field": field, "operation": "EQUALS", "value": value} for field, value in wanted.items()]
    versions = list(repository.find(unpaged, request.tenant, body_filters(request.engine, filters), True, fetch_all))
    if not any(version.isLast() and not version.isDeleted() for version in versions):
        raise NotFound(f"File not found: {path}")
    return json_value([{"revision": int(version.getVersion())} for version in versions])


def list_directory(request: Request) -> Response:
    """What is in a folder.

    Raises:
        NotFound: no such folder.
    """
    files, path = _files(request), _path(request, request.parameter("path") or "/")
    if str(path) == "/":
        _make_root(request, files)
    elif not files.exists(path):
        raise NotFound(f"Directory not found: {path}")
    attributes = request.java("io.kestra.core.storages.NamespaceFileAttributes")
    children = files.children(str(path), False)
    return json_text("[" + ",".join(request.engine.to_json(attributes(child)) for child in children) + "]")


def create_directory(request: Request) -> Response:
    """Create a folder, and those above it."""
    files, path = _files(request), _path(request, request.parameter("path") or "/")
    missing = [path]
    while (parent := missing[-1].getParent()) is not None and not files.exists(parent):
        missing.append(parent)
    for folder in reversed(missing):
        files.createDirectory(folder)
    return Response()


def create_file(request: Request) -> Response:
    """Write a file, as a new revision if it is there; a zip archive is unpacked at the root."""
    path, upload = request.required("path"), request.upload("fileContent")
    if (upload.filename or "").lower().endswith(".zip"):
        _unpack(request, upload.file)
    else:
        _write(request, path, upload.file)
    return Response()


def move(request: Request) -> Response:
    """Move a file or folder.

    Raises:
        NotFound: there is nothing at `from`.
    """
    files = _files(request)
    start, end = _path(request, request.required("from")), _path(request, request.required("to"))
    if not files.exists(start):
        raise NotFound(f"File not found: {start}")
    files.move(start, end)
    return Response()


def delete(request: Request) -> Response:
    """Delete a file or folder, and the folders above it that this leaves empty.

    Raises:
        NotFound: there is no such file.
    """
    files, path = _files(request), _path(request, request.required("path"))
    if not files.exists(path):
        raise NotFound(f"File not found: {path}")
    while str(parent := path.getParent() or path) != "/" and files.children(str(parent), False).size() == 1:
        path = parent
    files.delete(path)
    return Response()


def export(request: Request) -> Response:
    """All files of the namespace, and its flows, as a zip archive."""
    name = f"{namespace_of(request)}_files.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_archive(request, _files(request)), media_type=BINARY, headers=headers)


class _Sink(io.RawIOBase):
    """Takes what an archive writes until it is sent."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _archive(request: Request, files: Any) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files.all():
            with archive.open(str(file.path()).lstrip("/"), "w") as entry:
                for piece in pieces(files.getFileContent(request.java("java.nio.file.Path").of(f"/{file.path()}"))):
                    entry.write(piece)
                    yield sink.taken()
        flows = request.bean("io.kestra.core.services.FlowService")
        for flow in flows.findByNamespaceWithSource(request.tenant, namespace_of(request)):
            archive.writestr(f"{FLOWS[1:]}/{flow.getId()}.yml", str(flow.getSource()))
    yield sink.taken()


def _unpack(request: Request, file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
            for name in names:
                _checked(name)  # all before any is written
            for name in names:
                with archive.open(name) as entry:
                    _write(request, name, entry)
    except zipfile.BadZipFile as error:
        raise Invalid(f"The archive cannot be read: {error}") from None


def _write(request: Request, path: str, file: IO[bytes]) -> None:
    checked = _checked(path)
    if checked.startswith(f"{FLOWS}/"):
        _import_flow(request, checked, file)
        return
    with java_input(request.engine, file) as stream:
        _files(request).putFile(_path(request, checked), stream)


def _import_flow(request: Request, path: str, file: IO[bytes]) -> None:
    if path.count("/") != 2:
        raise Invalid(f"Invalid flow file path: {path}")
    source = re.sub(r"(?m)^namespace: .*$", f"namespace: {namespace_of(request)}", decode(file), count=1)
    text = checked(source)
    with WRITING:
        request.bean("io.kestra.core.services.FlowService").importFlow(request.tenant, text)


def _checked(path: str) -> str:
    """The path with a slash in front.

    Raises:
        Invalid: it leads upwards, however encoded, is an address, or is too long.
    """
    if len(path.lstrip("/")) > MAX_PATH or any(len(quote(part)) > MAX_NAME for part in path.split("/")):
        raise Invalid(f"The path is too long: {MAX_PATH} characters at most, and {MAX_NAME} bytes a name, as in a URL")
    plain = path
    # The storage reads paths as addresses and so decodes them once more.
    while (decoded := unquote(plain)) != plain:
        plain = decoded
    if ".." in re.split(r"[/\\]", plain) or "\0" in plain or "://" in plain:
        raise Invalid(f"Forbidden path: {path}")
    return f"/{path.lstrip('/')}"


def _path(request: Request, path: str) -> Any:
    checked = _checked(path)
    if checked == FLOWS or checked.startswith(f"{FLOWS}/"):
        raise Invalid(f"Forbidden path: {path}")
    return request.java("java.nio.file.Path").of(checked)


def _files(request: Request) -> Any:
    storage = request.bean("io.kestra.core.storages.StorageInterface")
    return request.bean("io.kestra.core.storages.NamespaceFactory").of(request.tenant, namespace_of(request), storage)


def _make_root(request: Request, files: Any) -> None:
    root = request.java("java.nio.file.Path").of("/")
    if not files.exists(root):
        files.createDirectory(root)


FILES = "/namespaces/{namespace}/files"

routes = [
    Route(FILES, endpoint(content)),
    Route(FILES, endpoint(create_file), methods=["POST"]),
    Route(FILES, endpoint(move), methods=["PUT"]),
    Route(FILES, endpoint(delete), methods=["DELETE"]),
    Route(f"{FILES}/search", endpoint(search)),
    Route(f"{FILES}/stats", endpoint(stats)),
    Route(f"{FILES}/revisions", endpoint(revisions)),
    Route(f"{FILES}/directory", endpoint(list_directory)),
    Route(f"{FILES}/directory", endpoint(create_directory), methods=["POST"]),
    Route(f"{FILES}/export", endpoint(export)),
]

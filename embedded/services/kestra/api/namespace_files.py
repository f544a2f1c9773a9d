"""The files of a namespace, with their revisions."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import unquote

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from embedded.services.kestra.api.convert import integer
from embedded.services.kestra.api.errors import Invalid, NotFound
from embedded.services.kestra.api.filters import body_filters
from embedded.services.kestra.api.namespaces import namespace_of
from embedded.services.kestra.api.request import Call, endpoint, json_text, json_value
from embedded.services.kestra.api.streams import java_input, pieces

BINARY = "application/octet-stream"
FLOWS = "/_flows"
"""A folder that does not exist: a file written there is imported as a flow, and flows are exported there."""


def search(call: Call) -> Response:
    """Paths of the files whose path contains `q`."""
    query, files = call.required("q"), _files(call)
    # An empty text would be a filter that nothing passes.
    found = files.all(query) if query else files.all()
    return json_value([f"/{str(file.path()).lstrip('/')}" for file in found])


def content(call: Call) -> Response:
    """The bytes of the file at `path`, or of one of its revisions."""
    path = _path(call, call.required("path"))
    stream = _files(call).getFileContent(path, integer(call.number("revision")))
    return StreamingResponse(pieces(stream), media_type=BINARY, headers={"Cache-Control": "no-cache"})


def stats(call: Call) -> Response:
    """Size, times and kind of a file or folder; the root comes into being when asked for."""
    files, path = _files(call), _path(call, call.one("path") or "/")
    if str(path) == "/":
        _make_root(call, files)
    return call.entity(files.getFileMetadata(path))


def revisions(call: Call) -> Response:
    """The revisions of a file.

    Raises:
        NotFound: there is no such file now.
    """
    path = str(_path(call, call.one("path") or "/"))
    fetch_all = call.engine.java("io.kestra.core.models.FetchVersion").ALL
    unpaged = call.engine.java("io.micronaut.data.model.Pageable").UNPAGED
    repository = call.bean("io.kestra.core.repositories.NamespaceFileMetadataRepositoryInterface")
    wanted = {"namespace": namespace_of(call), "path": path}
    filters = ({"field": field, "operation": "EQUALS", "value": value} for field, value in wanted.items())
    found = list(repository.find(unpaged, call.tenant, body_filters(call.engine, filters), True, fetch_all))
    if not any(one.isLast() and not one.isDeleted() for one in found):
        raise NotFound(f"File not found: {path}")
    return json_value([{"revision": int(one.getVersion())} for one in found])


def list_directory(call: Call) -> Response:
    """What is in a folder.

    Raises:
        NotFound: no such folder.
    """
    files, path = _files(call), _path(call, call.one("path") or "/")
    if str(path) == "/":
        _make_root(call, files)
    elif not files.exists(path):
        raise NotFound(f"Directory not found: {path}")
    attributes = call.engine.java("io.kestra.core.storages.NamespaceFileAttributes")
    children = files.children(str(path), False)
    return json_text("[" + ",".join(call.engine.to_json(attributes(child)) for child in children) + "]")


def create_directory(call: Call) -> Response:
    """Create a folder, and those above it."""
    files, path = _files(call), _path(call, call.one("path") or "/")
    missing = [path]
    while (parent := missing[-1].getParent()) is not None and not files.exists(parent):
        missing.append(parent)
    for folder in reversed(missing):
        files.createDirectory(folder)
    return Response()


def create_file(call: Call) -> Response:
    """Write a file, as a new revision if it is there; a zip archive is unpacked at the root."""
    path, upload = call.required("path"), call.upload("fileContent")
    if (upload.filename or "").lower().endswith(".zip"):
        _unpack(call, upload.file)
    else:
        _write(call, path, upload.file)
    return Response()


def move(call: Call) -> Response:
    """Move a file or folder.

    Raises:
        NotFound: there is nothing at `from`.
    """
    files = _files(call)
    start, end = _path(call, call.required("from")), _path(call, call.required("to"))
    if not files.exists(start):
        raise NotFound(f"File not found: {start}")
    files.move(start, end)
    return Response()


def delete(call: Call) -> Response:
    """Delete a file or folder, and the folders above it that this leaves empty.

    Raises:
        NotFound: there is no such file.
    """
    files, path = _files(call), _path(call, call.required("path"))
    if not files.exists(path):
        raise NotFound(f"File not found: {path}")
    while str(parent := path.getParent() or path) != "/" and files.children(str(parent), False).size() == 1:
        path = parent
    files.delete(path)
    return Response()


def export(call: Call) -> Response:
    """All files of the namespace, and its flows, as a zip archive."""
    name = f"{namespace_of(call)}_files.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_archive(call, _files(call)), media_type=BINARY, headers=headers)


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


def _archive(call: Call, files: Any) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files.all():
            with archive.open(str(file.path()).lstrip("/"), "w") as entry:
                for piece in pieces(files.getFileContent(call.engine.java("java.nio.file.Path").of(f"/{file.path()}"))):
                    entry.write(piece)
                    yield sink.taken()
        flows = call.bean("io.kestra.core.services.FlowService")
        for flow in flows.findByNamespaceWithSource(call.tenant, namespace_of(call)):
            archive.writestr(f"{FLOWS[1:]}/{flow.getId()}.yml", str(flow.getSource()))
    yield sink.taken()


def _unpack(call: Call, file: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
            for name in names:
                _checked(name)  # all before any is written
            for name in names:
                with archive.open(name) as entry:
                    _write(call, name, entry)
    except zipfile.BadZipFile as error:
        raise Invalid(f"The archive cannot be read: {error}") from None


def _write(call: Call, path: str, file: IO[bytes]) -> None:
    checked = _checked(path)
    if checked.startswith(f"{FLOWS}/"):
        _import_flow(call, checked, file)
        return
    with java_input(call.engine, file) as stream:
        _files(call).putFile(_path(call, checked), stream)


def _import_flow(call: Call, path: str, file: IO[bytes]) -> None:
    if path.count("/") != 2:
        raise Invalid(f"Invalid flow file path: {path}")
    source = re.sub(r"(?m)^namespace: .*$", f"namespace: {namespace_of(call)}", file.read().decode(), count=1)
    call.bean("io.kestra.core.services.FlowService").importFlow(call.tenant, source)


def _checked(path: str) -> str:
    """The path with a slash in front.

    Raises:
        Invalid: it leads upwards, however encoded, or is an address.
    """
    plain = path
    # The storage reads paths as addresses and so decodes them once more.
    while (decoded := unquote(plain)) != plain:
        plain = decoded
    if ".." in re.split(r"[/\\]", plain) or "\0" in plain or "://" in plain:
        raise Invalid(f"Forbidden path: {path}")
    return f"/{path.lstrip('/')}"


def _path(call: Call, path: str) -> Any:
    checked = _checked(path)
    if checked == FLOWS or checked.startswith(f"{FLOWS}/"):
        raise Invalid(f"Forbidden path: {path}")
    return call.engine.java("java.nio.file.Path").of(checked)


def _files(call: Call) -> Any:
    storage = call.bean("io.kestra.core.storages.StorageInterface")
    return call.bean("io.kestra.core.storages.NamespaceFactory").of(call.tenant, namespace_of(call), storage)


def _make_root(call: Call, files: Any) -> None:
    root = call.engine.java("java.nio.file.Path").of("/")
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

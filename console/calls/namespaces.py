"""Namespaces: their list, their secrets by name, and their files with revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.calls.paged import Page
from workbook.kestra.api import quoted
from workbook.kestra.client import KestraClient

MAX_TEXT = 1 << 20
"""Bytes of a file that an editor shows."""


@dataclass(frozen=True)
class Entry:
    """A file or a folder of a namespace.

    Attributes:
        path: begins with a slash.
        size: in bytes.
        changed: when it was written last.
    """

    path: str
    is_folder: bool
    size: int
    changed: datetime | None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class FileText:
    """What a file holds.

    Attributes:
        text: None if it is no text, or too long for an editor.
        size: in bytes.
    """

    text: str | None
    size: int


def search(kestra: KestraClient, text: str, page: int, size: int) -> Page:
    """The namespaces with flows, and those around them.

    Parameters:
        kestra: the client.
        text: a part of their names.
        page, size: which rows.
    """
    params: dict[str, Any] = {"page": page, "size": size, "sort": "id:asc"}
    if text:
        params["q"] = text
    return Page.of(kestra.http.json("GET", "/namespaces/search", params=params))


def secrets(kestra: KestraClient, namespace: str, text: str, page: int, size: int) -> Page:
    """The names of the secrets that flows of a namespace can read.

    Parameters:
        kestra: the client.
        namespace: the namespace.
        text: a part of their names.
        page, size: which rows.
    """
    params: dict[str, Any] = {"page": page, "size": size}
    if text:
        params["filters[q][EQUALS]"] = text
    return Page.of(kestra.http.json("GET", f"/namespaces/{quoted(namespace)}/secrets", params=params))


def folder(kestra: KestraClient, namespace: str, path: str) -> list[Entry]:
    """What is in a folder: folders first, both by name.

    Parameters:
        kestra: the client.
        namespace: the namespace.
        path: of the folder; `/` for the root.

    Raises:
        ApiError: there is no such folder.
    """
    rows = kestra.http.json("GET", f"{_files(namespace)}/directory", params={"path": path})
    entries = [_entry(row, path) for row in rows]
    return sorted(entries, key=lambda entry: (not entry.is_folder, entry.name))


def entry(kestra: KestraClient, namespace: str, path: str) -> Entry:
    """A file or folder.

    Raises:
        ApiError: there is none.
    """
    row = kestra.http.json("GET", f"{_files(namespace)}/stats", params={"path": path})
    return _entry(row, path.rsplit("/", 1)[0] or "/")


def file_text(kestra: KestraClient, namespace: str, path: str, revision: int | None = None) -> FileText:
    """The text of a file.

    Parameters:
        kestra: the client.
        namespace: the namespace.
        path: of the file.
        revision: of the file; the last one if None.

    Raises:
        ApiError: there is no such file.
    """
    params: dict[str, Any] = {"path": path} | ({} if revision is None else {"revision": revision})
    with kestra.http.call("GET", _files(namespace), params=params, stream=True) as answer:
        content = answer.raw.read(MAX_TEXT + 1, decode_content=True)
    if len(content) > MAX_TEXT or b"\0" in content:
        return FileText(None, len(content))
    try:
        return FileText(content.decode(), len(content))
    except UnicodeDecodeError:
        return FileText(None, len(content))


def revisions(kestra: KestraClient, namespace: str, path: str) -> list[int]:
    """The revisions of a file, the latest first."""
    rows = kestra.http.json("GET", f"{_files(namespace)}/revisions", params={"path": path})
    return sorted((int(row["revision"]) for row in rows), reverse=True)


def write(kestra: KestraClient, namespace: str, files: Sequence[tuple[str, bytes]]) -> None:
    """Write files, each a new revision of what is there. The server unpacks a ZIP archive at the root.

    Parameters:
        kestra: the client.
        namespace: the namespace.
        files: paths with contents.
    """
    for path, content in files:
        upload = {"fileContent": (path.rsplit("/", 1)[-1], content, "application/octet-stream")}
        kestra.http.call("POST", _files(namespace), params={"path": path}, files=upload)


def make_folder(kestra: KestraClient, namespace: str, path: str) -> None:
    """Make a folder, and those above it."""
    kestra.http.call("POST", f"{_files(namespace)}/directory", params={"path": path})


def move(kestra: KestraClient, namespace: str, start: str, end: str) -> None:
    """Move a file or a folder.

    Parameters:
        kestra: the client.
        namespace: the namespace.
        start, end: its old and its new path.
    """
    kestra.http.call("PUT", _files(namespace), params={"from": start, "to": end})


def delete(kestra: KestraClient, namespace: str, path: str) -> None:
    """Delete a file, or a folder with all that is in it."""
    kestra.http.call("DELETE", _files(namespace), params={"path": path})


def _files(namespace: str) -> str:
    return f"/namespaces/{quoted(namespace)}/files"


def _entry(row: dict[str, Any], parent: str) -> Entry:
    changed = row.get("lastModifiedTime")
    return Entry(
        path=f"{parent.rstrip('/')}/{row['fileName'].strip('/')}",
        is_folder=row["type"] == "Directory",
        size=row.get("size") or 0,
        changed=datetime.fromtimestamp(changed / 1000, UTC) if changed else None,
    )

"""The files of a namespace, which its flows find in their working directories."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from workbook.errors import NotFound
from workbook.kestra.errors import ApiError
from workbook.kestra.http import Http
from workbook.project import project_path

MADE_BY_TOOLS = frozenset({"target", "dbt_packages", "logs", "__pycache__"})
"""Folders that tools fill and that nobody wants to upload."""


class NamespaceFiles:
    """The files of one namespace; paths are as `dbt/project/models/a.sql`."""

    def __init__(self, http: Http, namespace: str) -> None:
        self._http = http
        self.namespace = namespace
        self._root = f"/namespaces/{quote(namespace, safe='')}/files"

    def upload(self, folder: str | Path, to: str = "") -> list[str]:
        """Copy a folder of this machine, with all that is in it, and return the paths; existing files are replaced.

        A file that is there already, with the same content, gets no new revision.

        Parameters:
            folder: files that begin with a dot, and what tools have made there, stay behind.
            to: the folder's path in the namespace; empty for its root.

        Raises:
            NotFound: there is no such folder.
        """
        source = project_path(folder)
        if not source.is_dir():
            raise NotFound(f"There is no folder {folder} to upload.")
        paths = []
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            parts = file.relative_to(source).parts
            if MADE_BY_TOOLS.isdisjoint(parts) and not any(part.startswith(".") for part in parts):
                paths.append("/".join([*to.strip("/").split("/"), *parts]).lstrip("/"))
                content = file.read_bytes()
                if self._content(paths[-1]) != content:
                    self.write(paths[-1], content)
        return paths

    def write(self, path: str, content: bytes | str) -> None:
        """Write one file, over the one that is there."""
        body = content.encode() if isinstance(content, str) else content
        self._http.call("POST", self._root, params={"path": f"/{path}"}, files={"fileContent": body})

    def read(self, path: str) -> str:
        """The text of a file.

        Raises:
            NotFound: there is none.
        """
        content = self._content(path)
        if content is None:
            raise NotFound(f"Namespace {self.namespace!r} has no file {path!r}.")
        return content.decode()

    def delete(self, path: str) -> None:
        """Delete a file, or a folder with all that is in it; nothing happens if there is none."""
        try:
            self._http.call("DELETE", self._root, params={"path": f"/{path}"})
        except ApiError as error:
            if error.status not in (404, 410):
                raise

    def _content(self, path: str) -> bytes | None:
        """The bytes of a file; None if there is none."""
        try:
            return self._http.call("GET", self._root, params={"path": f"/{path}"}).content
        except ApiError as error:
            if error.status in (404, 410):
                return None
            raise

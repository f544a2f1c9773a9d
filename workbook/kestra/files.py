"""The files that executions left in Kestra's internal storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from workbook.errors import NotFound
from workbook.kestra.api import ExecutionLike, KestraApi, execution_id
from workbook.kestra.errors import ApiError
from workbook.kestra.models import StoredFile

if TYPE_CHECKING:
    import pandas as pd

SCHEME = "kestra://"
CHUNK = 1 << 20
"""Bytes read at a time."""
MISSING = (404, 410, 422)


class StoredFiles:
    """The files of executions. `files(execution)` is short for `files.list_all(execution)`."""

    def __init__(self, api: KestraApi) -> None:
        self._api = api

    def list_all(self, execution: ExecutionLike) -> list[StoredFile]:
        """The files that the tasks of an execution left in Kestra's internal storage, each once, with its size now."""
        current = self._api.execution(execution)
        files: dict[str, StoredFile] = {}
        for run in current.task_runs:
            for name, uri in _addresses(run.outputs):
                if uri not in files:
                    size = self.size(current.id, uri)
                    files[uri] = StoredFile(name or PurePosixPath(uri).name, uri, size, run.task_id)
        return list(files.values())

    __call__ = list_all

    def download(self, uri: str | StoredFile, execution: ExecutionLike, to: str | Path) -> Path:
        """Stream a stored file to this machine; a half one is never left behind.

        Parameters:
            uri: a `StoredFile`, or its `kestra://` address.
            execution: the execution that it belongs to, or its id.
            to: a folder, or the name of the new file.

        Raises:
            NotFound: the file is not in the storage (any more).
        """
        address = uri.uri if isinstance(uri, StoredFile) else uri
        target = Path(to)
        if target.is_dir():
            target /= PurePosixPath(address).name
        part = target.with_name(f".{target.name}.part")
        path = f"/executions/{execution_id(execution)}/file"
        try:
            answer = self._api.http.call("GET", path, params={"path": address}, stream=True)
        except ApiError as error:
            if error.status in MISSING:
                raise NotFound(f"The file is not in Kestra's storage (was it purged?): {address}") from error
            raise
        try:
            with closing(answer), self._api.http.failures(), part.open("wb") as stream:
                for chunk in answer.iter_content(CHUNK):
                    stream.write(chunk)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def read(self, uri: str | StoredFile, execution: ExecutionLike) -> pd.DataFrame:
        """A stored file as a table: CSV (also gzip), JSON, JSON lines, Parquet, or Kestra's own ION.

        Raises:
            NotFound: the file is not in the storage (any more).
            WorkbookError: it is of another kind.
        """
        from workbook.kestra import tables  # pandas takes half a second and 50 MB, and not everybody reads tables

        with TemporaryDirectory() as folder:
            return tables.read(self.download(uri, execution, folder))

    def size(self, execution_id: str, uri: str) -> int | None:
        """How many bytes a stored file has; None if it is gone.

        Parameters:
            execution_id: the execution that it belongs to.
            uri: its `kestra://` address.
        """
        path = f"/executions/{execution_id}/file/metas"
        try:
            return int(self._api.http.json("GET", path, params={"path": uri})["size"])
        except ApiError as error:
            if error.status in MISSING:
                return None
            raise


def _addresses(value: Any, name: str | None = None) -> Iterator[tuple[str | None, str]]:
    """Every storage address in outputs, with its key where a dict of files names it."""
    if isinstance(value, str):
        if value.startswith(SCHEME):
            yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            # A key such as "products.json" is the file's name; one such as "uri" is not.
            yield from _addresses(inner, key if "." in key else None)
    elif isinstance(value, list):
        for inner in value:
            yield from _addresses(inner)

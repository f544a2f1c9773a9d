"""The files that an execution left in Kestra's internal storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from workbook.errors import ApiError, NotFound
from workbook.kestra.http import Http
from workbook.kestra.models import Execution, StoredFile

SCHEME = "kestra://"
CHUNK = 1 << 20
MISSING = (404, 410, 422)


def files(http: Http, execution: Execution) -> list[StoredFile]:
    """All files named in the outputs of the task runs, each once, with its size now."""
    found: dict[str, StoredFile] = {}
    for run in execution.task_runs:
        for name, uri in _addresses(run.outputs):
            if uri not in found:
                found[uri] = StoredFile.at(uri, _size(http, execution.id, uri), run.task_id, name)
    return list(found.values())


def download(http: Http, execution_id: str, uri: str, to: Path) -> Path:
    """Stream a file to a folder or to a file of a new name; a half one is never left behind.

    Raises:
        NotFound: it is not in the storage (any more).
    """
    target = to / PurePosixPath(uri).name if to.is_dir() else to
    part = target.with_name(f".{target.name}.part")
    try:
        answer = http.call("GET", f"/executions/{execution_id}/file", params={"path": uri}, stream=True)
    except ApiError as error:
        if error.status in MISSING:
            raise NotFound(f"The file is not in Kestra's storage (was it purged?): {uri}") from error
        raise
    try:
        with closing(answer), http.failures(), part.open("wb") as stream:
            for chunk in answer.iter_content(CHUNK):
                stream.write(chunk)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


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


def _size(http: Http, execution_id: str, uri: str) -> int | None:
    try:
        return http.json("GET", f"/executions/{execution_id}/file/metas", params={"path": uri})["size"]
    except ApiError as error:
        if error.status in MISSING:
            return None
        raise

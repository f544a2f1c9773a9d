"""The files of a source, on this machine for as long as they are read."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from embedded.object_store.interface import NotFound, Objects
from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.source import Source, matches, split
from embedded.sql_engine.errors import Reason, SqlError

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class File:
    """One file: its address, where it lies, and whether it is compressed."""

    uri: str
    path: Path
    gzip: bool


def fetch(wanted: Source, objects: Objects, stack: ExitStack) -> list[File]:
    """All files of a source, until the stack ends.

    Raises:
        SqlError: there is none, or they are partly compressed and partly not.
    """
    files = []
    for uri in wanted.uris:
        bucket, pattern = split(uri)
        try:
            keys = [pattern] if "*" not in pattern else _listed(objects, bucket, pattern)
            found = [
                File(f"gs://{bucket}/{key}", stack.enter_context(objects.fetch(bucket, key)), False) for key in keys
            ]
        except NotFound as error:
            raise SqlError(Reason.NOT_FOUND, f"Not found: URI {uri}") from error
        if not found:
            raise SqlError(Reason.NOT_FOUND, f"Not found: Files {uri}")
        files += [local(file.uri, file.path) for file in found]
    if len({file.gzip for file in files}) > 1:
        raise ReadError(Reason.DATA, "Cannot read both compressed and uncompressed files at once")
    return files


def local(uri: str, path: Path) -> File:
    """A file that lies here already; whether it is compressed is told by its first bytes, not by its name."""
    with path.open("rb") as opened:
        return File(uri, path, opened.read(2) == _GZIP)


def _listed(objects: Objects, bucket: str, pattern: str) -> list[str]:
    prefix = pattern.partition("*")[0]
    return [info.key for info in objects.list(bucket, prefix) if matches(pattern, info.key)]

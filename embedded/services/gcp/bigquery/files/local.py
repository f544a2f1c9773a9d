"""The files of a source, on this machine while they are read."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from embedded.object_store.interface import NotFound, Objects
from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.source import Source, matches, split_uri
from embedded.sql_engine.errors import Reason, SqlError

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class File:
    """A file.

    Parameters:
        uri: for messages.
        path: on this machine.
        gzip: whether it is compressed.
    """

    uri: str
    path: Path
    gzip: bool


def fetch_files(source: Source, objects: Objects, stack: ExitStack) -> list[File]:
    """Fetch all files of a source.

    Parameters:
        source: with the URIs.
        objects: of Cloud Storage.
        stack: keeps the files until it ends.

    Raises:
        SqlError: there are none, or only some are compressed.
    """
    files = []
    for uri in source.uris:
        bucket, pattern = split_uri(uri)
        try:
            keys = [pattern] if "*" not in pattern else _list_keys(objects, bucket, pattern)
            paths = {f"gs://{bucket}/{key}": stack.enter_context(objects.fetch(bucket, key)) for key in keys}
        except NotFound as error:
            raise SqlError(Reason.NOT_FOUND, f"Not found: URI {uri}") from error
        if not paths:
            raise SqlError(Reason.NOT_FOUND, f"Not found: Files {uri}")
        files += [describe_file(uri, path) for uri, path in paths.items()]
    if len({file.gzip for file in files}) > 1:
        raise ReadError(Reason.DATA, "Cannot read both compressed and uncompressed files at once")
    return files


def describe_file(uri: str, path: Path) -> File:
    """A file; its first bytes, not its name, tell whether it is compressed."""
    with path.open("rb") as opened:
        return File(uri, path, opened.read(2) == _GZIP)


def _list_keys(objects: Objects, bucket: str, pattern: str) -> list[str]:
    prefix = pattern.partition("*")[0]
    return [info.key for info in objects.list(bucket, prefix) if matches(pattern, info.key)]

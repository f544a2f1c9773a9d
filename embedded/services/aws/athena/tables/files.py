"""Fetches the files of tables, partition by partition.

Source: https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.s3_uri import split_uri
from embedded.services.aws.athena.tables.layout import Layout, read_layout
from embedded.sql_engine.errors import Reason


@dataclass(frozen=True)
class File:
    """A file of a table.

    Parameters:
        path: path of the local file.
        key: key of its object; the suffix shows the compression.
        values: values of the partition keys.
    """

    path: Path
    key: str
    values: Sequence[str]


@dataclass(frozen=True)
class Part:
    """Files with the same layout."""

    layout: Layout
    files: Sequence[File]


class Files:
    """Fetches the files of tables for one query.

    Parameters:
        objects: S3's objects.
        closing: gets the release of the fetched files.
    """

    def __init__(self, objects: WritableObjects, closing: ExitStack) -> None:
        self._objects = objects
        self._closing = closing
        self.scanned = 0
        """Number of bytes of all files so far."""

    def parts(self, table: Mapping[str, Any], partitions: Sequence[Mapping[str, Any]]) -> list[Part]:
        """The files of a table.

        Parameters:
            table: in Glue's shape.
            partitions: in Glue's shape; empty for a table without partition keys.

        Raises:
            SqlError: a location is no `s3://` URI, or its files cannot be read.
        """
        if not table.get("PartitionKeys"):
            own = read_layout(table)
            return [Part(own, self._fetch(own.location, ()))]
        parts: dict[tuple[Any, ...], tuple[Layout, list[File]]] = {}
        for partition in partitions:
            layout = read_layout(table, partition.get("StorageDescriptor"))
            alike = (layout.format, tuple(sorted(layout.settings.items())), layout.header_lines)
            parts.setdefault(alike, (layout, []))[1].extend(self._fetch(layout.location, partition["Values"]))
        return [Part(layout, files) for layout, files in parts.values()]

    def _fetch(self, location: str, values: Sequence[str]) -> list[File]:
        try:
            bucket, prefix = split_uri(location)
            items = [item for item in self._objects.list(bucket, prefix) if item.size and not _hidden(item.key, prefix)]
            self.scanned += sum(item.size for item in items)
            fetched = [(item.key, self._closing.enter_context(self._objects.fetch(bucket, item.key))) for item in items]
        except NotFound as error:
            message = f"Location {location}: the bucket or the object {error} is not there"
            raise Failure("HIVE_CURSOR_ERROR", message, reason=Reason.DATA) from error
        return [File(path, key, values) for key, path in fetched]


def _hidden(key: str, prefix: str) -> bool:
    """Hive does not read files and folders whose names begin with `_` or `.`."""
    return any(part.startswith(("_", ".")) for part in key[len(prefix) :].split("/"))

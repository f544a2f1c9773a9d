"""Which files belong to a table, partition by partition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.s3_uri import address
from embedded.services.aws.athena.tables.layout import Layout, layout
from embedded.sql_engine.errors import Reason


@dataclass(frozen=True)
class File:
    """A file of a table.

    Parameters:
        path: where it can be read.
        key: of its object; its ending tells how it is compressed.
        values: of the partition's keys.
    """

    path: Path
    key: str
    values: Sequence[str]


@dataclass(frozen=True)
class Part:
    """Files that are read alike."""

    layout: Layout
    files: Sequence[File]


class Files:
    """Fetches the files of tables for one query.

    Parameters:
        objects: of S3.
        closing: what ends the use of each file is put into it.
    """

    def __init__(self, objects: WritableObjects, closing: ExitStack) -> None:
        self._objects = objects
        self._closing = closing
        self.scanned = 0
        """Bytes of all files so far."""

    def parts(self, table: Mapping[str, Any], partitions: Sequence[Mapping[str, Any]]) -> list[Part]:
        """The files of a table.

        Parameters:
            table: as Glue has it.
            partitions: likewise; empty for a table without keys.

        Raises:
            SqlError: a location is no place in S3, or its files cannot be read here.
        """
        if not table.get("PartitionKeys"):
            found = layout(table)
            return [Part(found, self._fetch(found.location, ()))]
        places = [(layout(table, each.get("StorageDescriptor")), each["Values"]) for each in partitions]
        parts: dict[tuple[Any, ...], tuple[Layout, list[File]]] = {}
        for place, values in places:
            alike = (place.format, tuple(sorted(place.settings.items())), place.header_lines)
            parts.setdefault(alike, (place, []))[1].extend(self._fetch(place.location, values))
        return [Part(place, files) for place, files in parts.values()]

    def _fetch(self, location: str, values: Sequence[str]) -> list[File]:
        try:
            bucket, prefix = address(location)
            found = [item for item in self._objects.list(bucket, prefix) if item.size and not _hidden(item.key, prefix)]
            self.scanned += sum(item.size for item in found)
            fetched = [(item.key, self._closing.enter_context(self._objects.fetch(bucket, item.key))) for item in found]
        except NotFound as error:
            message = f"Location {location}: the bucket or the object {error} is not there"
            raise Failure("HIVE_CURSOR_ERROR", message, reason=Reason.DATA) from error
        return [File(path, key, values) for key, path in fetched]


def _hidden(key: str, prefix: str) -> bool:
    """Hive does not read files and folders whose names begin with `_` or `.`."""
    return any(part.startswith(("_", ".")) for part in key[len(prefix) :].split("/"))

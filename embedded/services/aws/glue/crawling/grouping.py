"""Groups files to tables: which files belong together, where a table begins, and its partitions.

Source: https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from embedded.services.aws.glue.crawling.formats import Schema, merge_schemas

_KEY_VALUE = re.compile(r"([^=]+)=(.*)", re.DOTALL)

Path = tuple[str, ...]
"""Bucket and folders, and the name of a file."""


@dataclass(frozen=True)
class File:
    """A file whose schema is known; `path` ends with its name, `size` is in bytes."""

    path: Path
    size: int
    schema: Schema


@dataclass(frozen=True)
class Partition:
    """The files of one folder."""

    folder: Path
    files: Sequence[File]

    @cached_property
    def schema(self) -> Schema:
        """The merged schema of all files."""
        return merge_schemas(file.schema for file in self.files)


@dataclass(frozen=True)
class Table:
    """A table; all its partitions have the same depth below its root.

    Parameters:
        root: folder of the table, or the file of a table with a single file.
        partitions: its partitions; a table without partition keys has a single one, at its root.
    """

    root: Path
    partitions: Sequence[Partition]

    @cached_property
    def schema(self) -> Schema:
        """The merged schema of all partitions."""
        return merge_schemas(partition.schema for partition in self.partitions)

    @cached_property
    def keys(self) -> list[str]:
        """Names of the partition keys, from the folders' names; `partition_0` and so on for folders without."""
        keys = [_key(level) or "" for level in self._levels()]
        taken = {name for name, _ in self.schema.columns}
        unique = [name if name and name not in (*taken, *keys[:n]) else "" for n, name in enumerate(keys)]
        return [name or f"partition_{number}" for number, name in enumerate(unique)]

    def values(self, partition: Partition) -> list[str]:
        """The values of the partition keys."""
        named = [_key(level) is not None for level in self._levels()]
        pairs = zip(named, partition.folder[len(self.root) :], strict=True)
        return [unquote(name.partition("=")[2]) if is_named else name for is_named, name in pairs]

    def _levels(self) -> list[tuple[str, ...]]:
        """The folders' names, level by level below the root."""
        return list(zip(*(partition.folder[len(self.root) :] for partition in self.partitions), strict=True))


@dataclass
class _Folder:
    files: list[File] = field(default_factory=list)
    folders: dict[str, _Folder] = field(default_factory=dict)


def group_files(files: Iterable[File], target: Path, level: int | None = None, combine: bool = False) -> list[Table]:
    """Group files to tables.

    Parameters:
        files: all files below a crawler's target.
        target: folder of the target.
        level: folder level of tables, where the bucket is level 1; None to find it by the schemas.
        combine: whether schemas need not be similar.
    """
    if level is not None:
        return _at_level(files, level)
    root = _Folder()
    for file in files:
        folder = root
        for name in file.path[len(target) : -1]:
            folder = folder.folders.setdefault(name, _Folder())
        folder.files.append(file)
    return _find_tables(root, target, combine)


def _find_tables(folder: _Folder, path: Path, combine: bool) -> list[Table]:
    """The tables in a folder: a single one at the folder itself if most of its files and folders are similar."""
    rows, done = _of_files(folder.files, path, combine)
    for name, inner in folder.folders.items():
        below = _find_tables(inner, (*path, name), combine)
        at_folder = [table for table in below if table.root == (*path, name)]
        rows += at_folder if len(below) == 1 else []
        done += below if len(below) > 1 else [table for table in below if table not in at_folder]
    if not rows:
        return done
    largest = max(([row for row in rows if _belong_together(row, first, combine)] for first in rows), key=len)
    if 2 * len(largest) <= len(rows) or _is_single_path(largest, path):
        return rows + done
    rest = [row for row in rows if row not in largest]
    return [Table(path, [partition for row in largest for partition in row.partitions]), *rest, *done]


def _of_files(files: Sequence[File], path: Path, combine: bool) -> tuple[list[Table], list[Table]]:
    """The table of a folder's own files, if most are similar, and a table for each of the other files."""
    if not files:
        return [], []
    groups = ([file for file in files if file.schema.is_similar(first.schema, combine)] for first in files)
    largest = max(groups, key=len)
    if 2 * len(largest) <= len(files):
        largest = []
    alone = [Table(file.path, [Partition(file.path, [file])]) for file in files if file not in largest]
    return ([Table(path, [Partition(path, largest)])] if largest else []), alone


def _belong_together(table: Table, other: Table, combine: bool) -> bool:
    same_depth = len(table.partitions[0].folder) == len(other.partitions[0].folder)
    return same_depth and table.schema.is_similar(other.schema, combine)


def _is_single_path(rows: Sequence[Table], path: Path) -> bool:
    """Whether there is a single folder whose name is no `key=value`: it is no partition then."""
    return len(rows) == 1 and rows[0].root != path and not _KEY_VALUE.fullmatch(rows[0].root[-1])


def _at_level(files: Iterable[File], level: int) -> list[Table]:
    roots: dict[Path, dict[Path, list[File]]] = {}
    for file in files:
        folder = file.path[:-1]
        roots.setdefault(folder[:level], {}).setdefault(folder, []).append(file)
    return [table for root, folders in roots.items() for table in _below(root, folders)]


def _below(root: Path, folders: Mapping[Path, list[File]]) -> list[Table]:
    """The table at a root, with the most frequent depth and format of folders; other folders become tables."""
    partitions = [part for folder, files in folders.items() for part in _of_one_format(folder, files)]
    kinds = [(len(part.folder), part.files[0].schema.format) for part in partitions]
    usual = max(kinds, key=kinds.count)
    within = [part for part, kind in zip(partitions, kinds, strict=True) if kind == usual]
    others = [part for part, kind in zip(partitions, kinds, strict=True) if kind != usual]
    return [Table(root, within), *(Table(part.folder, [part]) for part in others)]


def _of_one_format(folder: Path, files: Sequence[File]) -> list[Partition]:
    formats = [file.schema.format for file in files]
    usual = max(formats, key=formats.count)
    alone = [Partition(file.path, [file]) for file in files if file.schema.format != usual]
    return [Partition(folder, [file for file in files if file.schema.format == usual]), *alone]


def _key(names: Sequence[str]) -> str | None:
    """The key in the names of all folders of a level; None if they have no common key."""
    matches = [_KEY_VALUE.fullmatch(name) for name in names]
    keys = {match[1].lower() if match else None for match in matches}
    return keys.pop() if len(keys) == 1 else None

"""Which files are of one table, where the table begins, and what its partitions are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote

from embedded.services.aws.glue.crawling.formats import Schema, joined

_KEY_VALUE = re.compile(r"([^=]+)=(.*)", re.DOTALL)

Path = tuple[str, ...]
"""Bucket and folders, and for a file its name."""


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
        """What holds the columns of all of them."""
        return joined(file.schema for file in self.files)


@dataclass(frozen=True)
class Table:
    """A table to be: all partitions are equally deep below its root.

    Parameters:
        root: the folder of the table, or the one file that it consists of.
        partitions: with their files; a table without partition keys has one, at its root.
    """

    root: Path
    partitions: Sequence[Partition]

    @cached_property
    def schema(self) -> Schema:
        """What holds the columns of all partitions."""
        return joined(partition.schema for partition in self.partitions)

    @cached_property
    def keys(self) -> list[str]:
        """Names of the partition keys: those in the folders' names, else `partition_0` and so on."""
        found = [_key(level) or "" for level in self._levels()]
        taken = {name for name, _ in self.schema.columns}
        unique = [name if name and name not in (*taken, *found[:n]) else "" for n, name in enumerate(found)]
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


def tables(files: Iterable[File], target: Path, level: int | None = None, combine: bool = False) -> list[Table]:
    """The tables that files make.

    Parameters:
        files: all that lie under a crawler's target.
        target: its folder.
        level: where tables begin, the bucket being level 1; None to find it by the schemas.
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
    return _found(root, target, combine)


def _found(folder: _Folder, path: Path, combine: bool) -> list[Table]:
    """The tables in a folder: a single one at the folder itself where most of what is in it belongs together."""
    rows, done = _of_files(folder.files, path, combine)
    for name, inner in folder.folders.items():
        below = _found(inner, (*path, name), combine)
        at_folder = [table for table in below if table.root == (*path, name)]
        rows += at_folder if len(below) == 1 else []
        done += below if len(below) > 1 else [table for table in below if table not in at_folder]
    if not rows:
        return done
    largest = max(([row for row in rows if _together(row, one, combine)] for one in rows), key=len)
    if 2 * len(largest) <= len(rows) or _is_only_a_way(largest, path):
        return rows + done
    rest = [row for row in rows if row not in largest]
    return [Table(path, [one for row in largest for one in row.partitions]), *rest, *done]


def _of_files(files: Sequence[File], path: Path, combine: bool) -> tuple[list[Table], list[Table]]:
    """The table of a folder's own files, if most are similar, and tables of the other files, each of its own."""
    if not files:
        return [], []
    groups = ([file for file in files if file.schema.similar(one.schema, combine)] for one in files)
    largest = max(groups, key=len)
    if 2 * len(largest) <= len(files):
        largest = []
    alone = [Table(file.path, [Partition(file.path, [file])]) for file in files if file not in largest]
    return ([Table(path, [Partition(path, largest)])] if largest else []), alone


def _together(one: Table, other: Table, combine: bool) -> bool:
    same_depth = len(one.partitions[0].folder) == len(other.partitions[0].folder)
    return same_depth and one.schema.similar(other.schema, combine)


def _is_only_a_way(rows: Sequence[Table], path: Path) -> bool:
    """Whether there is one folder alone, whose name is not a key with a value: it is no partition then."""
    return len(rows) == 1 and rows[0].root != path and not _KEY_VALUE.fullmatch(rows[0].root[-1])


def _at_level(files: Iterable[File], level: int) -> list[Table]:
    roots: dict[Path, dict[Path, list[File]]] = {}
    for file in files:
        folder = file.path[:-1]
        roots.setdefault(folder[:level], {}).setdefault(folder, []).append(file)
    return [table for root, folders in roots.items() for table in _below(root, folders)]


def _below(root: Path, folders: Mapping[Path, list[File]]) -> list[Table]:
    """The table at a root: of the depth and format that most folders have; the others are tables of their own."""
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
    """The key that all folders of a level name; None if they do not."""
    found = [_KEY_VALUE.fullmatch(name) for name in names]
    keys = {match[1].lower() if match else None for match in found}
    return keys.pop() if len(keys) == 1 else None

"""Statements of Hive, as they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from embedded.sql_engine.types import Type

Parts = Sequence[str]
"""A name with dots."""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: Type
    comment: str | None = None


@dataclass(frozen=True)
class CreateDatabase:
    name: Parts
    if_not_exists: bool
    comment: str | None = None
    location: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DropDatabase:
    name: Parts
    if_exists: bool
    cascade: bool


@dataclass(frozen=True)
class CreateTable:
    name: Parts
    if_not_exists: bool
    columns: Sequence[Column]
    location: str
    keys: Sequence[Column] = ()
    comment: str | None = None
    storage: Mapping[str, str] = field(default_factory=dict)
    serde: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DropTable:
    name: Parts
    if_exists: bool
    view: bool


@dataclass(frozen=True)
class Partition:
    """Values by key, and where it is; None for the usual place."""

    values: Mapping[str, str]
    location: str | None = None


@dataclass(frozen=True)
class AddPartitions:
    name: Parts
    if_not_exists: bool
    partitions: Sequence[Partition]


@dataclass(frozen=True)
class DropPartitions:
    name: Parts
    if_exists: bool
    partitions: Sequence[Partition]


@dataclass(frozen=True)
class SetProperties:
    name: Parts
    properties: Mapping[str, str]


@dataclass(frozen=True)
class SetLocation:
    name: Parts
    location: str
    partition: Partition | None = None


@dataclass(frozen=True)
class AddColumns:
    name: Parts
    columns: Sequence[Column]
    replace: bool


@dataclass(frozen=True)
class ChangeColumn:
    name: Parts
    old: str
    column: Column


@dataclass(frozen=True)
class Repair:
    name: Parts


@dataclass(frozen=True)
class ShowDatabases:
    pattern: str | None


@dataclass(frozen=True)
class ShowTables:
    database: str | None
    pattern: str | None
    views: bool


@dataclass(frozen=True)
class ShowColumns:
    name: Parts


@dataclass(frozen=True)
class ShowPartitions:
    name: Parts


@dataclass(frozen=True)
class ShowCreate:
    name: Parts
    view: bool


@dataclass(frozen=True)
class ShowProperties:
    name: Parts
    key: str | None


@dataclass(frozen=True)
class Describe:
    name: Parts
    extended: bool


Statement = (
    CreateDatabase
    | DropDatabase
    | CreateTable
    | DropTable
    | AddPartitions
    | DropPartitions
    | SetProperties
    | SetLocation
    | AddColumns
    | ChangeColumn
    | Repair
    | ShowDatabases
    | ShowTables
    | ShowColumns
    | ShowPartitions
    | ShowCreate
    | ShowProperties
    | Describe
)

"""Parsed statements of Hive's DDL.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from embedded.sql_engine.types import Type

Parts = Sequence[str]
"""The parts of a dotted name."""


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: Type
    comment: str | None = None


@dataclass(frozen=True)
class CreateDatabase:
    """CREATE DATABASE."""

    name: Parts
    if_not_exists: bool
    comment: str | None = None
    location: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DropDatabase:
    """DROP DATABASE."""

    name: Parts
    if_exists: bool
    cascade: bool


@dataclass(frozen=True)
class CreateTable:
    """CREATE EXTERNAL TABLE."""

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
    """DROP TABLE, or DROP VIEW if `view` is set."""

    name: Parts
    if_exists: bool
    view: bool


@dataclass(frozen=True)
class Partition:
    """Values by key, and the location; None for the default location."""

    values: Mapping[str, str]
    location: str | None = None


@dataclass(frozen=True)
class AddPartitions:
    """ALTER TABLE ADD PARTITION."""

    name: Parts
    if_not_exists: bool
    partitions: Sequence[Partition]


@dataclass(frozen=True)
class DropPartitions:
    """ALTER TABLE DROP PARTITION."""

    name: Parts
    if_exists: bool
    partitions: Sequence[Partition]


@dataclass(frozen=True)
class SetProperties:
    """ALTER TABLE SET TBLPROPERTIES."""

    name: Parts
    properties: Mapping[str, str]


@dataclass(frozen=True)
class SetLocation:
    """ALTER TABLE SET LOCATION."""

    name: Parts
    location: str
    partition: Partition | None = None


@dataclass(frozen=True)
class AddColumns:
    """ALTER TABLE ADD COLUMNS, or REPLACE COLUMNS if `replace` is set."""

    name: Parts
    columns: Sequence[Column]
    replace: bool


@dataclass(frozen=True)
class ChangeColumn:
    """ALTER TABLE CHANGE COLUMN."""

    name: Parts
    old: str
    column: Column


@dataclass(frozen=True)
class Repair:
    """MSCK REPAIR TABLE."""

    name: Parts


@dataclass(frozen=True)
class ShowDatabases:
    """SHOW DATABASES."""

    pattern: str | None


@dataclass(frozen=True)
class ShowTables:
    """SHOW TABLES, or SHOW VIEWS if `views` is set."""

    database: str | None
    pattern: str | None
    views: bool


@dataclass(frozen=True)
class ShowColumns:
    """SHOW COLUMNS."""

    name: Parts


@dataclass(frozen=True)
class ShowPartitions:
    """SHOW PARTITIONS."""

    name: Parts


@dataclass(frozen=True)
class ShowCreate:
    """SHOW CREATE TABLE, or SHOW CREATE VIEW if `view` is set."""

    name: Parts
    view: bool


@dataclass(frozen=True)
class ShowProperties:
    """SHOW TBLPROPERTIES."""

    name: Parts
    key: str | None


@dataclass(frozen=True)
class Describe:
    """DESCRIBE."""

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

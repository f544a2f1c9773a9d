"""Statements that write: CREATE TABLE AS, INSERT INTO, CREATE VIEW.

Sources: https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html, insert-into.html and create-view.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena import typenames, views
from embedded.services.aws.athena.answer import Lines, Written
from embedded.services.aws.athena.catalog import NAME, Names, Table, is_view
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive.execute import changed
from embedded.services.aws.athena.hive.partitions import partition_input
from embedded.services.aws.athena.s3_uri import address
from embedded.services.aws.athena.tables.layout import JSON, PARQUET, TEXT, Format, columns, layout
from embedded.services.aws.athena.tables.writer import Target, Writer
from embedded.services.aws.athena.trino.queries import TrinoQueries
from embedded.services.aws.athena.trino.rules import TrinoRules
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.types import Kind, Type, quote
from embedded.sql_engine.values import Query, Value

_STORAGE = {"PARQUET": PARQUET, "TEXTFILE": TEXT, "JSON": JSON}
_FORMATS = {"PARQUET": Format.PARQUET, "TEXTFILE": Format.TEXT, "JSON": Format.JSON}
_COMPRESSIONS = {"": "gzip", "GZIP": "gzip", "SNAPPY": "snappy", "ZSTD": "zstd", "NONE": "uncompressed"}
_OF_TEXT = ("gzip", "zstd", "uncompressed")


@dataclass
class Options:
    """WITH (...) of CREATE TABLE AS."""

    format: str = "PARQUET"
    location: str | None = None
    keys: Sequence[str] = ()
    compression: str = ""
    delimiter: str | None = None
    data: bool = True


class Writes:
    """Carries out statements that write.

    Parameters:
        names: of the query.
        objects: of S3.
        queries: compiles the query of the statement.
        writer: of files.
    """

    def __init__(self, names: Names, objects: WritableObjects, queries: TrinoQueries, writer: Writer) -> None:
        self._names = names
        self._objects = objects
        self._queries = queries
        self._writer = writer

    def create_table(self, tree: exp.Create, base: str, enforced: bool) -> Written:
        """CREATE TABLE AS.

        Parameters:
            tree: the statement.
            base: where its files go when it does not say so.
            enforced: the work group does not let it say so.

        Raises:
            SqlError: it cannot be carried out.
        """
        only(tree, "this", "kind", "expression", "exists", "properties")
        database, name = self._target(tree.this)
        self._names.require_database(database, offset_of(tree))
        if self._names.find(database, name) is not None:
            if tree.args.get("exists"):
                return Written(0, [])
            message = f"Table '{NAME.lower()}.{database}.{name}' already exists"
            raise Failure("TABLE_ALREADY_EXISTS", message, offset_of(tree), Reason.DUPLICATE)
        options = _options(tree)
        query = self._queries.compile(tree.expression)
        _check(query.columns, tree)
        own, keys = _divided(query.columns, options.keys)
        location = self._location(options, base, enforced, name)
        target = Target(_FORMATS[options.format], location, options.delimiter, _compression(options))
        written = self._writer.write(query, target, len(keys)) if options.data else None
        table = _table_input(name, options, location, own, keys)
        self._names.catalogue.create_table(database, table)
        if written is None:
            return Written(0, [])
        self._register(self._names.table(database, name), written.partitions)
        return Written(written.rows, written.files)

    def insert(self, tree: exp.Insert) -> Written:
        """INSERT INTO. Raises SqlError."""
        only(tree, "this", "expression", "with_")
        written = tree.this
        named = [column.name.lower() for column in written.expressions] if isinstance(written, exp.Schema) else None
        database, name = self._target(written.this if isinstance(written, exp.Schema) else written)
        table = self._names.table(database, name, offset_of(tree))
        if is_view(table):
            raise Failure("NOT_SUPPORTED", "Inserting into views is not supported", offset_of(tree))
        query = self._queries.compile(_source(tree))
        own = columns(table["StorageDescriptor"], name)
        keys = columns({"Columns": table.get("PartitionKeys", [])}, name)
        fitted = self._fitted(query, [*own, *keys], named, tree)
        done = self._writer.write(fitted, _target_of(table), len(keys), self._places(table) if keys else None)
        self._register(table, done.partitions)
        return Written(done.rows, done.files)

    def create_view(self, tree: exp.Create, sql: str) -> Lines:
        """CREATE VIEW.

        Parameters:
            tree: the statement.
            sql: the text of its query.

        Raises:
            SqlError: it cannot be carried out.
        """
        only(tree, "this", "kind", "expression", "replace", "exists")
        database, name = self._target(tree.this)
        self._names.require_database(database, offset_of(tree))
        query = self._queries.compile(tree.expression)
        _check_names(query.columns, tree)
        made = views.table_input(name, sql, self._names.database, query.columns)
        known = self._names.find(database, name)
        if known is None:
            self._names.catalogue.create_table(database, made)
        elif not is_view(known):
            message = f"Table '{NAME.lower()}.{database}.{name}' already exists and is not a view"
            raise Failure("TABLE_ALREADY_EXISTS", message, offset_of(tree), Reason.DUPLICATE)
        elif tree.args.get("replace"):
            changed(known, self._names, **{key: made[key] for key in made if key != "Name"})
        else:
            message = f"View '{NAME.lower()}.{database}.{name}' already exists"
            raise Failure("TABLE_ALREADY_EXISTS", message, offset_of(tree), Reason.DUPLICATE)
        return Lines()

    def _target(self, node: exp.Expr) -> tuple[str, str]:
        if not isinstance(node, exp.Table):
            raise Failure("NOT_SUPPORTED", "Columns in the head of CREATE TABLE AS", offset_of(node))
        only(node, "this", "db", "catalog")
        return self._names.split([part.name for part in node.parts], offset_of(node))

    def _location(self, options: Options, base: str, enforced: bool, name: str) -> str:
        if options.location is None:
            return base
        if enforced:
            message = (
                "The Create Table As Select query failed because it was submitted with an 'external_location' property "
                "to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the "
                "'external_location' property and resubmit the query."
            )
            raise Failure("INVALID_TABLE_PROPERTY", message)
        location = options.location.rstrip("/") + "/"
        try:
            bucket, prefix = address(location)
            taken = next(iter(self._objects.list(bucket, prefix)), None)
        except NotFound as error:
            raise Failure("INVALID_TABLE_PROPERTY", f"External location must be a place in S3: {error}") from error
        if taken is not None:
            message = f"Target directory for table '{name}' already exists: {location}. You may need to delete it."
            raise Failure("HIVE_PATH_ALREADY_EXISTS", message)
        return location

    def _fitted(
        self, query: Query, wanted: Sequence[tuple[str, Type]], named: list[str] | None, tree: exp.Insert
    ) -> Query:
        """The query with the columns of a table, in their order."""
        given = named if named is not None else [name for name, _ in wanted[: len(query.columns)]]
        unknown = [name for name in given if name not in dict(wanted)]
        if unknown:
            raise Failure("COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {unknown[0]}")
        types = dict(wanted)
        alike = len(given) == len(query.columns) and (named is not None or len(given) == len(wanted))
        rules = TrinoRules()
        inside = [f"c{index}" for index in range(len(query.columns))]
        found = {}
        for name, made, (_, of) in zip(given, inside, query.columns, strict=False):
            value = rules.coerce(Value(f"s.{made}", of), types[name])
            alike = alike and value is not None
            found[name] = value.sql if value else ""
        if not alike:
            table = ", ".join(typenames.trino(types[name]) for name in given)
            told = ", ".join(typenames.trino(of) for _, of in query.columns)
            message = f"Insert query has mismatched column types: Table: [{table}], Query: [{told}]"
            raise Failure("TYPE_MISMATCH", message, offset_of(tree))
        selected = ", ".join(f"{found.get(name, f'CAST(NULL AS {of.duckdb})')} AS {quote(name)}" for name, of in wanted)
        return Query(f"SELECT {selected} FROM ({query.sql}) AS s({', '.join(inside)})", wanted)

    def _places(self, table: Table) -> dict[Sequence[str], str]:
        """Where the partitions of a table are, by their values."""
        found = {}
        for each in self._names.partitions(table):
            location = each.get("StorageDescriptor", {}).get("Location")
            if location:
                found[tuple(each["Values"])] = location.rstrip("/") + "/"
        return found

    def _register(self, table: Table, written: Mapping[Sequence[str], str]) -> None:
        known = self._names.catalogue.partitions(table["DatabaseName"], table["Name"])
        there = {tuple(each["Values"]) for each in known.all()}
        known.create_all(
            partition_input(table, values, location)
            for values, location in written.items()
            if tuple(values) not in there
        )


def _source(tree: exp.Insert) -> exp.Expr:
    found = tree.expression
    if clause := tree.args.get("with_"):
        found = found.copy()
        found.set("with_", clause.copy())
    return found


def _options(tree: exp.Create) -> Options:
    found = Options()
    properties = tree.args.get("properties")
    for each in properties.expressions if properties else []:
        name, value = _property(each)
        if name == "format":
            found.format = str(value).upper()
        elif name == "external_location":
            found.location = str(value)
        elif name == "partitioned_by":
            found.keys = [str(key).lower() for key in value]
        elif name in ("write_compression", "parquet_compression"):
            found.compression = str(value).upper()
        elif name == "field_delimiter":
            found.delimiter = str(value)
        elif name == "data":
            found.data = bool(value)
        elif (name, str(value).lower()) not in (("table_type", "hive"), ("is_external", "true")):
            raise Failure("NOT_SUPPORTED", f"CREATE TABLE AS WITH ({name} = {value})", offset_of(each))
    if found.format not in _STORAGE:
        raise Failure("NOT_SUPPORTED", f"The format {found.format}; use one of {', '.join(_STORAGE)}", offset_of(tree))
    return found


def _property(node: exp.Expr) -> tuple[str, Any]:
    if isinstance(node, exp.WithDataProperty):
        return "data", not node.args.get("no")
    names = {exp.FileFormatProperty: "format", exp.PartitionedByProperty: "partitioned_by"}
    name = names.get(type(node))
    if name is None:
        if not isinstance(node, exp.Property) or type(node) is not exp.Property:
            raise Failure("NOT_SUPPORTED", f"CREATE TABLE AS with {node.key}", offset_of(node))
        name, value = node.this.name.lower(), node.args["value"]
    else:
        value = node.this
    if isinstance(value, exp.Array):
        return name, [each.name for each in value.expressions]
    return name, value.this if isinstance(value, exp.Boolean) else value.name


def _compression(options: Options) -> str:
    found = _COMPRESSIONS.get(options.compression)
    if found is None or (options.format != "PARQUET" and found not in _OF_TEXT):
        raise Failure("NOT_SUPPORTED", f"The compression {options.compression} of {options.format}")
    return found


def _check(columns: Sequence[tuple[str, Type]], tree: exp.Expr) -> None:
    _check_names(columns, tree)
    for name, of in columns:
        if of.kind is Kind.NULL:
            raise Failure("COLUMN_TYPE_UNKNOWN", f"Column type is unknown: {name}", offset_of(tree))
        try:
            typenames.hive(of)
        except typenames.UnknownType as error:
            raise Failure("NOT_SUPPORTED", f"Unsupported Hive type: {error}", offset_of(tree)) from error


def _check_names(columns: Sequence[tuple[str, Type]], tree: exp.Expr) -> None:
    seen: set[str] = set()
    for index, (name, _) in enumerate(columns):
        if name == f"_col{index}":
            raise Failure("MISSING_COLUMN_NAME", f"Column name not specified at position {index + 1}", offset_of(tree))
        if name in seen:
            raise Failure("DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once", offset_of(tree))
        seen.add(name)


def _divided(
    columns: Sequence[tuple[str, Type]], keys: Sequence[str]
) -> tuple[Sequence[tuple[str, Type]], Sequence[tuple[str, Type]]]:
    """The columns of the files, and those of the partitions, which come last."""
    count = len(columns) - len(keys)
    if [name for name, _ in columns[count:]] != list(keys) or (keys and count < 1):
        message = (
            "Partition keys must be the last columns in the table and in the same order as the table properties: "
            f"[{', '.join(keys)}]"
        )
        raise Failure("HIVE_COLUMN_ORDER_MISMATCH", message)
    return columns[:count], columns[count:]


def _table_input(
    name: str,
    options: Options,
    location: str,
    own: Sequence[tuple[str, Type]],
    keys: Sequence[tuple[str, Type]],
) -> dict[str, Any]:
    storage = _STORAGE[options.format]
    settings = {"serialization.format": options.delimiter or "1"}
    if options.delimiter is not None:
        settings["field.delim"] = options.delimiter
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "has_encrypted_data": "false",
            "transient_lastDdlTime": str(int(time.time())),
        },
        "PartitionKeys": [{"Name": key, "Type": typenames.hive(of)} for key, of in keys],
        "StorageDescriptor": {
            "Columns": [{"Name": column, "Type": typenames.hive(of)} for column, of in own],
            "Location": location,
            "InputFormat": storage["InputFormat"],
            "OutputFormat": storage["OutputFormat"],
            "Compressed": False,
            "NumberOfBuckets": 0,
            "SerdeInfo": {
                "Name": name,
                "SerializationLibrary": storage["SerializationLibrary"],
                "Parameters": settings,
            },
            "StoredAsSubDirectories": False,
        },
    }


def _target_of(table: Table) -> Target:
    """How to add files to a table."""
    found = layout(table)
    if found.format is Format.CSV:
        raise Failure("NOT_SUPPORTED", "INSERT INTO a table of OpenCSVSerde")
    unknown = [name for name in found.settings if name not in ("serialization.format", "field.delim")]
    if found.header_lines or unknown:
        raise Failure("NOT_SUPPORTED", f"INSERT INTO {table['Name']}: header lines or the SerDe properties {unknown}")
    compression = "snappy" if found.format is Format.PARQUET else "gzip"
    return Target(found.format, found.location, found.settings.get("field.delim"), compression)

"""Executes statements that write: CREATE TABLE AS, INSERT INTO, CREATE VIEW.

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
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive.execute import change_table
from embedded.services.aws.athena.hive.partitions import partition_input
from embedded.services.aws.athena.results import Lines, Written
from embedded.services.aws.athena.s3_uri import split_uri
from embedded.services.aws.athena.table_names import CATALOG, Table, TableNames, is_view
from embedded.services.aws.athena.tables.layout import JSON, PARQUET, TEXT, Format, read_columns, read_layout
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
    """The table properties of CREATE TABLE AS, in WITH (...)."""

    format: str = "PARQUET"
    location: str | None = None
    keys: Sequence[str] = ()
    compression: str = ""
    delimiter: str | None = None
    data: bool = True


class Writes:
    """Executes statements that write.

    Parameters:
        names: resolves names of tables.
        objects: S3's objects.
        queries: compiles the query of the statement.
        writer: writes the files.
    """

    def __init__(self, names: TableNames, objects: WritableObjects, queries: TrinoQueries, writer: Writer) -> None:
        self._names = names
        self._objects = objects
        self._queries = queries
        self._writer = writer

    def create_table(self, tree: exp.Create, base: str, enforced: bool) -> Written:
        """Execute CREATE TABLE AS.

        Parameters:
            tree: the statement.
            base: location of the files, if the statement has none.
            enforced: whether the work group forbids a location in the statement.

        Raises:
            SqlError: the statement fails.
        """
        only(tree, "this", "kind", "expression", "exists", "properties")
        database, name = self._target(tree.this)
        self._names.require_database(database, offset_of(tree))
        if self._names.find(database, name) is not None:
            if tree.args.get("exists"):
                return Written(0, [])
            message = f"Table '{CATALOG.lower()}.{database}.{name}' already exists"
            raise Failure("TABLE_ALREADY_EXISTS", message, offset_of(tree), Reason.DUPLICATE)
        options = _options(tree)
        query = self._queries.compile(tree.expression)
        _check(query.columns, tree)
        own, keys = _split_keys(query.columns, options.keys)
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
        """Execute INSERT INTO. Raises SqlError if the statement fails."""
        only(tree, "this", "expression", "with_")
        written = tree.this
        named = [column.name.lower() for column in written.expressions] if isinstance(written, exp.Schema) else None
        database, name = self._target(written.this if isinstance(written, exp.Schema) else written)
        table = self._names.table(database, name, offset_of(tree))
        if is_view(table):
            raise Failure("NOT_SUPPORTED", "Inserting into views is not supported", offset_of(tree))
        query = self._queries.compile(_source(tree))
        own = read_columns(table["StorageDescriptor"], name)
        keys = read_columns({"Columns": table.get("PartitionKeys", [])}, name)
        fitted = self._cast_columns(query, [*own, *keys], named, tree)
        done = self._writer.write(
            fitted, _target_of(table), len(keys), self._partition_locations(table) if keys else None
        )
        self._register(table, done.partitions)
        return Written(done.rows, done.files)

    def create_view(self, tree: exp.Create, sql: str) -> Lines:
        """Execute CREATE VIEW.

        Parameters:
            tree: the statement.
            sql: text of its query.

        Raises:
            SqlError: the statement fails.
        """
        only(tree, "this", "kind", "expression", "replace", "exists")
        database, name = self._target(tree.this)
        self._names.require_database(database, offset_of(tree))
        query = self._queries.compile(tree.expression)
        _check_names(query.columns, tree)
        view = views.view_input(name, sql, self._names.database, query.columns)
        known = self._names.find(database, name)
        if known is None:
            self._names.catalogue.create_table(database, view)
        elif not is_view(known):
            message = f"Table '{CATALOG.lower()}.{database}.{name}' already exists and is not a view"
            raise Failure("TABLE_ALREADY_EXISTS", message, offset_of(tree), Reason.DUPLICATE)
        elif tree.args.get("replace"):
            change_table(known, self._names, **{key: view[key] for key in view if key != "Name"})
        else:
            message = f"View '{CATALOG.lower()}.{database}.{name}' already exists"
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
            bucket, prefix = split_uri(location)
            taken = next(iter(self._objects.list(bucket, prefix)), None)
        except NotFound as error:
            raise Failure("INVALID_TABLE_PROPERTY", f"External location must be a place in S3: {error}") from error
        if taken is not None:
            message = f"Target directory for table '{name}' already exists: {location}. You may need to delete it."
            raise Failure("HIVE_PATH_ALREADY_EXISTS", message)
        return location

    def _cast_columns(
        self, query: Query, wanted: Sequence[tuple[str, Type]], named: list[str] | None, tree: exp.Insert
    ) -> Query:
        """Cast the columns of a query to those of a table, in the table's order."""
        names = named if named is not None else [name for name, _ in wanted[: len(query.columns)]]
        unknown = [name for name in names if name not in dict(wanted)]
        if unknown:
            raise Failure("COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {unknown[0]}")
        types = dict(wanted)
        alike = len(names) == len(query.columns) and (named is not None or len(names) == len(wanted))
        rules = TrinoRules()
        inside = [f"c{index}" for index in range(len(query.columns))]
        values = {}
        for name, column, (_, of) in zip(names, inside, query.columns, strict=False):
            value = rules.coerce(Value(f"s.{column}", of), types[name])
            alike = alike and value is not None
            values[name] = value.sql if value else ""
        if not alike:
            table = ", ".join(typenames.trino(types[name]) for name in names)
            query_types = ", ".join(typenames.trino(of) for _, of in query.columns)
            message = f"Insert query has mismatched column types: Table: [{table}], Query: [{query_types}]"
            raise Failure("TYPE_MISMATCH", message, offset_of(tree))
        selected = ", ".join(
            f"{values.get(name, f'CAST(NULL AS {of.duckdb})')} AS {quote(name)}" for name, of in wanted
        )
        return Query(f"SELECT {selected} FROM ({query.sql}) AS s({', '.join(inside)})", wanted)

    def _partition_locations(self, table: Table) -> dict[tuple[str, ...], str]:
        """Locations of a table's partitions by their values."""
        locations = {}
        for partition in self._names.partitions(table):
            location = partition.get("StorageDescriptor", {}).get("Location")
            if location:
                locations[tuple(partition["Values"])] = location.rstrip("/") + "/"
        return locations

    def _register(self, table: Table, written: Mapping[tuple[str, ...], str]) -> None:
        known = self._names.catalogue.partitions(table["DatabaseName"], table["Name"])
        there = {tuple(partition["Values"]) for partition in known.all()}
        known.create_all(
            partition_input(table, values, location)
            for values, location in written.items()
            if tuple(values) not in there
        )


def _source(tree: exp.Insert) -> exp.Expr:
    query = tree.expression
    if clause := tree.args.get("with_"):
        query = query.copy()
        query.set("with_", clause.copy())
    return query


def _options(tree: exp.Create) -> Options:
    options = Options()
    properties = tree.args.get("properties")
    for item in properties.expressions if properties else []:
        name, value = _property(item)
        if name == "format":
            options.format = str(value).upper()
        elif name == "external_location":
            options.location = str(value)
        elif name == "partitioned_by":
            options.keys = [str(key).lower() for key in value]
        elif name in ("write_compression", "parquet_compression"):
            options.compression = str(value).upper()
        elif name == "field_delimiter":
            options.delimiter = str(value)
        elif name == "data":
            options.data = bool(value)
        elif (name, str(value).lower()) not in (("table_type", "hive"), ("is_external", "true")):
            raise Failure("NOT_SUPPORTED", f"CREATE TABLE AS WITH ({name} = {value})", offset_of(item))
    if options.format not in _STORAGE:
        raise Failure(
            "NOT_SUPPORTED", f"The format {options.format}; use one of {', '.join(_STORAGE)}", offset_of(tree)
        )
    return options


def _property(node: exp.Expr) -> tuple[str, Any]:
    if isinstance(node, exp.WithDataProperty):
        return "data", not node.args.get("no")
    names: Mapping[type[exp.Expr], str] = {
        exp.FileFormatProperty: "format",
        exp.PartitionedByProperty: "partitioned_by",
    }
    name = names.get(type(node))
    if name is None:
        if not isinstance(node, exp.Property) or type(node) is not exp.Property:
            raise Failure("NOT_SUPPORTED", f"CREATE TABLE AS with {node.key}", offset_of(node))
        name, value = node.this.name.lower(), node.args["value"]
    else:
        value = node.this
    if isinstance(value, exp.Array):
        return name, [item.name for item in value.expressions]
    return name, value.this if isinstance(value, exp.Boolean) else value.name


def _compression(options: Options) -> str:
    compression = _COMPRESSIONS.get(options.compression)
    if compression is None or (options.format != "PARQUET" and compression not in _OF_TEXT):
        raise Failure("NOT_SUPPORTED", f"The compression {options.compression} of {options.format}")
    return compression


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


def _split_keys(
    columns: Sequence[tuple[str, Type]], keys: Sequence[str]
) -> tuple[Sequence[tuple[str, Type]], Sequence[tuple[str, Type]]]:
    """Split the columns into those of the files, and the partition keys at the end."""
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
    """Format and location of new files of a table."""
    table_layout = read_layout(table)
    if table_layout.format is Format.CSV:
        raise Failure("NOT_SUPPORTED", "INSERT INTO a table of OpenCSVSerde")
    unknown = [name for name in table_layout.settings if name not in ("serialization.format", "field.delim")]
    if table_layout.header_lines or unknown:
        raise Failure("NOT_SUPPORTED", f"INSERT INTO {table['Name']}: header lines or the SerDe properties {unknown}")
    compression = "snappy" if table_layout.format is Format.PARQUET else "gzip"
    return Target(table_layout.format, table_layout.location, table_layout.settings.get("field.delim"), compression)

"""The file format of a table: its SerDe, and the settings of the SerDe.

Sources: https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html and its pages on each SerDe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.shared.numbers import whole_number
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import Type

PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
}
TEXT = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
}
JSON = {**TEXT, "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}


class Format(Enum):
    """File formats."""

    PARQUET = "parquet"
    TEXT = "textfile"
    CSV = "csv"
    JSON = "json"


_BY_SERDE = {
    "parquethiveserde": Format.PARQUET,
    "lazysimpleserde": Format.TEXT,
    "opencsvserde": Format.CSV,
    "jsonserde": Format.JSON,
}


@dataclass(frozen=True)
class Layout:
    """How to read the files of a table or of a partition.

    Parameters:
        format: format of the files.
        location: `s3://` URI of their folder.
        settings: properties of the SerDe.
        header_lines: number of lines to skip at the top of each file.
    """

    format: Format
    location: str
    settings: Mapping[str, str]
    header_lines: int


def read_layout(table: Mapping[str, Any], storage: Mapping[str, Any] | None = None) -> Layout:
    """Read the layout of a table of the catalogue.

    Parameters:
        table: in Glue's shape.
        storage: storage descriptor of one of its partitions; None for the table's own.

    Raises:
        SqlError: the format is not supported.
    """
    parameters = table.get("Parameters", {})
    _refuse(table["Name"], parameters)
    own = table.get("StorageDescriptor", {})
    used = storage or own
    serde = used.get("SerdeInfo") or own.get("SerdeInfo") or {}
    library = serde.get("SerializationLibrary", "")
    file_format = _BY_SERDE.get(library.rpartition(".")[2].lower())
    if file_format is None:
        raise Failure("HIVE_UNSUPPORTED_FORMAT", f"The SerDe {library or '(none)'} of {table['Name']} is not read here")
    header = {**parameters, **used.get("Parameters", {})}.get("skip.header.line.count", "0")
    skipped = whole_number(header, 0, 2**31 - 1)
    if skipped is None:
        raise Failure("HIVE_INVALID_METADATA", f"Invalid value for skip.header.line.count property: {header[:80]}")
    location = used.get("Location") or own.get("Location") or ""
    return Layout(file_format, location.rstrip("/") + "/", serde.get("Parameters", {}), skipped)


def read_columns(described: Mapping[str, Any], table: str) -> list[tuple[str, Type]]:
    """Read names and types of the columns of a storage descriptor, or of partition keys as `Columns`.

    Raises:
        SqlError: a type is not supported.
    """
    try:
        return [(column["Name"].lower(), typenames.from_hive(column["Type"])) for column in described["Columns"]]
    except typenames.UnknownType as error:
        message = f"{table}: the type {error} is not read here"
        raise Failure("HIVE_INVALID_METADATA", message, reason=Reason.UNSUPPORTED) from error


def _refuse(name: str, parameters: Mapping[str, str]) -> None:
    if parameters.get("projection.enabled", "").lower() == "true":
        raise Failure("NOT_SUPPORTED", f"{name}: partition projection; load its partitions into the catalogue instead")
    if parameters.get("table_type", "").upper() == "ICEBERG":
        raise Failure("NOT_SUPPORTED", f"{name}: tables of Iceberg")

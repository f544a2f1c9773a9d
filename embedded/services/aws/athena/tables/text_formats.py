"""Builds queries that read text files: delimited columns, quoted CSV, and JSON lines.

Sources: https://docs.aws.amazon.com/athena/latest/ug/lazy-simple-serde.html, csv-serde.html and
openx-json-serde.html beside it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from typing import IO
from typing import cast as as_type

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.tables.fields import json_member, parse_json, parse_lenient, parse_strict
from embedded.services.aws.athena.tables.files import File
from embedded.services.aws.athena.tables.layout import Layout
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import STRING, Type, quote, text
from embedded.sql_engine.values import Value

COMPRESSIONS = {"gz": "gzip", "zst": "zstd"}
"""By suffix of a key."""
_NO_DELIMITER, _NO_NULL = "\x02\x03\x02", "\x02\x03\x04"
"""Texts that occur in no file: no delimiter, and no NULL."""
_ESCAPED = re.compile(rb'\\["\\]')
_CONTROL_A = "\x01"
_LINE = "line__"
_OCTAL = re.compile(r"\\(\d{3})|\\u([0-9A-Fa-f]{4})|\\t")
_NAMED = ("field.delim", "serialization.format", "serialization.null.format", "line.delim", "escape.delim")
_CSV = ("separatorChar", "quoteChar", "escapeChar", "serialization.format")
Columns = Sequence[tuple[str, Type]]


def text_query(layout: Layout, files: Sequence[File], columns: Columns, file_column: str) -> str:
    """Build the query for files of LazySimpleSerDe: without quotes; an invalid value is NULL.

    Parameters:
        layout: layout of the files.
        files: the files.
        columns: columns of the catalogue.
        file_column: name of the column with the path of the file.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    _known(layout, (*_NAMED, "colelction.delim", "collection.delim", "mapkey.delim"))
    settings = layout.settings
    if "escape.delim" in settings:
        raise Failure("NOT_SUPPORTED", "LazySimpleSerDe with escape.delim")
    between = _character(settings.get("field.delim") or settings.get("serialization.format") or _CONTROL_A)
    null = settings.get("serialization.null.format", "\\N")
    parts = f"string_split({_LINE}, {text(between)})"
    selected = []
    for index, (name, of) in enumerate(columns, 1):
        value = Value(f"nullif({parts}[{index}], {text(null)})", STRING)
        selected.append(f"{parse_lenient(value, of, name)} AS {quote(name)}")
    return f"SELECT {', '.join([*selected, file_column])} FROM {_lines(layout, files, file_column)}"


def csv_query(layout: Layout, files: Sequence[File], columns: Columns, file_column: str) -> str:
    """Build the query for files of OpenCSVSerde: an invalid value is an error.

    Parameters:
        layout: layout of the files.
        files: the files.
        columns: columns of the catalogue.
        file_column: name of the column with the path of the file.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    _known(layout, _CSV)
    settings = layout.settings
    _refuse_escapes(files)
    between, mark = settings.get("separatorChar", ","), settings.get("quoteChar", '"')
    names = ", ".join(f"{quote(name)}: 'VARCHAR'" for name, _ in columns)
    options = (
        f"auto_detect=false, header=false, skip={layout.header_lines}, delim={text(between)}, quote={text(mark)}, "
        f"escape={text(mark)}, nullstr={text(_NO_NULL)}, null_padding=true, columns={{{names}}}, "
        f"compression={text(_compression(files))}, filename={text(file_column)}"
    )
    selected = [f"{parse_strict(Value(quote(name), STRING), of, name)} AS {quote(name)}" for name, of in columns]
    return f"SELECT {', '.join([*selected, file_column])} FROM read_csv([{_paths(files)}], {options})"


def json_query(layout: Layout, files: Sequence[File], columns: Columns, file_column: str) -> str:
    """Build the query for JSON lines; keys, nested ones too, match in lower case.

    Parameters:
        layout: layout of the files.
        files: the files.
        columns: columns of the catalogue.
        file_column: name of the column with the path of the file.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    _known(layout, ("serialization.format", "case.insensitive", "paths", "ignore.malformed.json"))
    if layout.settings.get("ignore.malformed.json", "false").lower() == "true":
        raise Failure("NOT_SUPPORTED", "JsonSerDe with ignore.malformed.json")
    folded = layout.settings.get("case.insensitive", "true").lower() == "true"
    values = [(name, parse_json(json_member(_LINE, name, folded), of, name, folded)) for name, of in columns]
    selected = [f"{value} AS {quote(name)}" for name, value in values]
    lines = _lines(layout, files, file_column)
    objects = f"SELECT CAST({_LINE} AS JSON) AS {_LINE}, {file_column} FROM {lines} WHERE trim({_LINE}) != ''"
    return f"SELECT {', '.join([*selected, file_column])} FROM ({objects})"


def _lines(layout: Layout, files: Sequence[File], file_column: str) -> str:
    """The table function that reads plain lines."""
    return (
        f"read_csv([{_paths(files)}], auto_detect=false, header=false, skip={layout.header_lines}, "
        f"delim={text(_NO_DELIMITER)}, quote='', escape='', nullstr={text(_NO_NULL)}, "
        f"columns={{'{_LINE}': 'VARCHAR'}}, "
        f"compression={text(_compression(files))}, max_line_size=16777216, filename={text(file_column)})"
    )


def _known(layout: Layout, names: Sequence[str]) -> None:
    for name in layout.settings:
        if name not in names:
            raise Failure("NOT_SUPPORTED", f"The SerDe property {name}={layout.settings[name]}")


def _character(written: str) -> str:
    """A delimiter of DDL: the character, `\\001`, `\\u0001`, `\\t`, or `1` for control A."""
    if written == "1":
        return _CONTROL_A
    return _OCTAL.sub(lambda m: chr(int(m[1], 8)) if m[1] else chr(int(m[2], 16)) if m[2] else "\t", written)


def _refuse_escapes(files: Sequence[File]) -> None:
    """Refuse backslash escapes of quotes, which OpenCSV supports and DuckDB does not beside doubled quotes."""
    for file in files:
        if _compression([file]) == "zstd":
            continue
        with _opened(file) as content:
            if any(_ESCAPED.search(line) for line in content):
                message = f"{file.key}: quotes escaped by a backslash in CSV; double them instead"
                raise Failure("NOT_SUPPORTED", message, reason=Reason.DATA)


def _opened(file: File) -> IO[bytes]:
    if _compression([file]) == "gzip":
        return as_type("IO[bytes]", gzip.open(file.path))
    return file.path.open("rb")


def _compression(files: Sequence[File]) -> str:
    return COMPRESSIONS.get(files[0].key.rpartition(".")[2].lower(), "none")


def _paths(files: Sequence[File]) -> str:
    return ", ".join(text(str(file.path)) for file in files)

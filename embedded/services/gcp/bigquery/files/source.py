"""Sources: which files to read, and how, as ExternalDataConfiguration has it.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#ExternalDataConfiguration
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from embedded.services.gcp.bigquery.sql.types import schema_type
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.types import Type

Json = dict[str, Any]

FORMATS = ("CSV", "NEWLINE_DELIMITED_JSON", "PARQUET")
_URI = re.compile(r"gs://([^/*]+)/(.+)")
_CSV = ("skipLeadingRows", "fieldDelimiter", "quote", "allowQuotedNewlines", "encoding", "nullMarker",
        "allowJaggedRows", "preserveAsciiControlCharacters")  # fmt: skip
_KNOWN = ("sourceUris", "sourceFormat", "schema", "csvOptions", "ignoreUnknownValues", "autodetect", "maxBadRecords",
          "compression", "parquetOptions")  # fmt: skip
_DELIMITERS = {"tab": "\t", "\\t": "\t"}


@dataclass(frozen=True)
class Source:
    """Files, and how to read them.

    Parameters:
        format: one of FORMATS.
        uris: `gs://bucket/name`, with at most one `*` in the name.
        columns: names and types; None to detect them.
        detect: detect the columns, and whether there is a header.
        skip: lines to skip at the beginning of each file; None to detect a header.
        delimiter: between values.
        quote: around values; empty for none.
        newlines: values in quotes may have line ends.
        null: the marker for NULL.
        ignore: values without a column are ignored; otherwise they are errors.
        lists: Parquet's lists become arrays.
    """

    format: str
    uris: tuple[str, ...]
    columns: tuple[tuple[str, Type], ...] | None
    detect: bool = False
    skip: int | None = None
    delimiter: str = ","
    quote: str = '"'
    newlines: bool = False
    null: str = ""
    ignore: bool = False
    lists: bool = False


def parse_source(options: Json) -> Source:
    """Parse a configuration. Raises SqlError: an option is wrong or not supported."""
    for name, value in options.items():
        if name not in _KNOWN and value not in (None, False, "", [], {}):
            raise unsupported(f"the option {name} of files")
    form = str(options.get("sourceFormat", "CSV")).upper()
    if form not in FORMATS:
        raise unsupported(f"files of the format {form}; {', '.join(FORMATS)} are known")
    if int(options.get("maxBadRecords") or 0):
        raise unsupported("maxBadRecords other than 0")
    fields = (options.get("schema") or {}).get("fields")
    columns = tuple((field["name"], schema_type(field)) for field in fields) if fields else None
    csv = _csv_options(options.get("csvOptions") or {}) if form == "CSV" else {}
    return Source(
        format=form,
        uris=tuple(_check_uri(uri) for uri in options.get("sourceUris") or []),
        columns=columns,
        detect=bool(options.get("autodetect")),
        ignore=bool(options.get("ignoreUnknownValues")),
        lists=bool((options.get("parquetOptions") or {}).get("enableListInference")),
        **csv,
    )


def split_uri(uri: str) -> tuple[str, str]:
    """Bucket and object of a URI."""
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    return bucket, name


def matches(pattern: str, key: str) -> bool:
    """Whether a name fits one with an asterisk, which stands for any characters."""
    before, star, after = pattern.partition("*")
    if not star:
        return key == pattern
    return len(key) >= len(before) + len(after) and key.startswith(before) and key.endswith(after)


def _check_uri(uri: str) -> str:
    match = _URI.fullmatch(uri)
    if not match:
        raise invalid(f"Source URI must be a Google Cloud Storage location: {uri}")
    if match[2].count("*") > 1:
        raise invalid(f"Invalid source URI {uri}: only one wildcard is allowed in the object name")
    return uri


def _csv_options(options: Json) -> dict[str, Any]:
    for name, value in options.items():
        if name not in _CSV and value not in (None, False, "", []):
            raise unsupported(f"the option {name} of CSV files")
    if options.get("allowJaggedRows"):
        raise unsupported("allowJaggedRows")
    if str(options.get("encoding") or "UTF-8").upper() not in ("UTF-8", "UTF8"):
        raise unsupported(f"the encoding {options['encoding']} of CSV files")
    delimiter = str(options.get("fieldDelimiter") or ",")
    delimiter = _DELIMITERS.get(delimiter, delimiter)
    quote = options.get("quote")
    if len(delimiter) != 1 or len(quote or "") > 1:
        raise unsupported("a delimiter or a quote of more than one character")
    skip = options.get("skipLeadingRows")
    return {
        "skip": None if skip is None else int(skip),
        "delimiter": delimiter,
        "quote": '"' if quote is None else quote,
        "newlines": bool(options.get("allowQuotedNewlines")),
        "null": str(options.get("nullMarker") or ""),
    }

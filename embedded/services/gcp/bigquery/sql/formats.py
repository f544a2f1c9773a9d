"""Format elements of dates and times.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements. Supported are those
that DuckDB has, or that are a sequence of such; all others are refused.
"""

from __future__ import annotations

import re

from embedded.sql_engine.errors import unsupported
from embedded.sql_engine.types import Kind

_ELEMENT = re.compile(r"%(?:E\dS|E4Y|.)", re.DOTALL)
_DATE = {
    "%A": "%A", "%a": "%a", "%B": "%B", "%b": "%b", "%h": "%b", "%D": "%m/%d/%y", "%d": "%d", "%F": "%Y-%m-%d",
    "%j": "%j", "%m": "%m", "%U": "%U", "%w": "%w", "%Y": "%Y", "%E4Y": "%Y", "%y": "%y", "%x": "%m/%d/%y",
}  # fmt: skip
_CLOCK = {
    "%H": "%H", "%I": "%I", "%M": "%M", "%p": "%p", "%R": "%H:%M", "%S": "%S", "%T": "%H:%M:%S", "%X": "%H:%M:%S",
    "%E6S": "%S.%f", "%E3S": "%S.%g",
}  # fmt: skip
_BOTH = {"%%": "%%", "%n": "\n", "%t": "\t"}
_NOT_PARSED = ("%A", "%a", "%U", "%w", "%j", "%x", "%X", "%D", "%E6S", "%E3S", "%n", "%t")


def to_duckdb_format(written: str, kind: Kind, parse: bool = False) -> str:
    """A format string for DuckDB's strftime or strptime.

    Parameters:
        written: BigQuery's format string.
        kind: of the value.
        parse: for strptime.

    Raises:
        SqlError: an element is not supported, or not for this kind of value.
    """
    known = dict(_BOTH)
    if kind is not Kind.TIME:
        known |= _DATE
    if kind is not Kind.DATE:
        known |= _CLOCK
    if parse:
        known = {element: meaning for element, meaning in known.items() if element not in _NOT_PARSED}

    def meaning(match: re.Match[str]) -> str:
        if match[0] not in known:
            raise unsupported(f"the format element {match[0]} of a {kind.name}")
        return known[match[0]]

    return _ELEMENT.sub(meaning, written)

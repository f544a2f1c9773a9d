"""Formats of dates, MySQL's and Joda's, as those of `strftime` that DuckDB has.

Sources: https://trino.io/docs/current/functions/datetime.html (MySQL date functions, Java date functions) and
https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html
"""

from __future__ import annotations

import re

from embedded.services.aws.athena.errors import Failure

_MYSQL = {
    "a": "%a",
    "b": "%b",
    "c": "%-m",
    "d": "%d",
    "e": "%-d",
    "f": "%f",
    "H": "%H",
    "h": "%I",
    "I": "%I",
    "i": "%M",
    "j": "%j",
    "k": "%-H",
    "l": "%-I",
    "M": "%B",
    "m": "%m",
    "p": "%p",
    "r": "%I:%M:%S %p",
    "S": "%S",
    "s": "%S",
    "T": "%H:%M:%S",
    "v": "%V",
    "W": "%A",
    "x": "%G",
    "Y": "%Y",
    "y": "%y",
    "%": "%%",
}
_JODA = {
    "yyyy": "%Y",
    "y": "%Y",
    "YYYY": "%Y",
    "yy": "%y",
    "M": "%-m",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "d": "%-d",
    "dd": "%d",
    "D": "%-j",
    "DDD": "%j",
    "H": "%-H",
    "HH": "%H",
    "h": "%-I",
    "hh": "%I",
    "m": "%-M",
    "mm": "%M",
    "s": "%-S",
    "ss": "%S",
    "SSS": "%g",
    "a": "%p",
    "E": "%a",
    "EEE": "%a",
    "EEEE": "%A",
    "e": "%u",
    "ww": "%V",
    "xxxx": "%G",
}
_PIECE = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


def from_mysql(form: str) -> str:
    """A format of DATE_FORMAT and DATE_PARSE for DuckDB. Raises SqlError: a part of it is not known."""

    def swapped(match: re.Match[str]) -> str:
        letter = match[1]
        directive = _MYSQL.get(letter)
        if directive is None and letter in "DUuVwX":
            raise Failure("INVALID_FUNCTION_ARGUMENT", f"%{letter} not supported in date format string")
        return letter if directive is None else directive

    return re.sub(r"%(.)", swapped, form, flags=re.DOTALL)


def from_joda(form: str) -> str:
    """A format of FORMAT_DATETIME and PARSE_DATETIME for DuckDB. Raises SqlError: a part of it is not known."""
    result, position = "", 0
    for match in _PIECE.finditer(form):
        if match.start() != position:
            break
        position = match.end()
        if match[1] is not None:
            result += (match[1].replace("''", "'") or "'").replace("%", "%%")
        elif match[2] is None:
            result += match[0].replace("%", "%%")
        elif match[0] in _JODA:
            result += _JODA[match[0]]
        else:
            raise Failure("NOT_SUPPORTED", f"{match[0]!r} in the date format {form!r}")
    if position != len(form):
        raise Failure("INVALID_FUNCTION_ARGUMENT", f"Invalid date format {form!r}")
    return result

"""Regular expressions: Java's syntax, as far as RE2, which DuckDB has, means the same by it.

Sources: https://trino.io/docs/current/functions/regexp.html, https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re

from sqlglot import exp

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.functions.arguments import as_type, checked_values, literal_text, unless_null
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.types import BOOL, INT64, STRING, array, text
from embedded.sql_engine.values import Value

_DIFFERENT = re.compile(r"\(\?(?![:imsP]|i\)|s\)|m\)|<[A-Za-z])|\\[1-9]|\\[GRXZhHkKvV]|[*+?}]\+|\(\?<[=!]|&&|\\b|\\B")
"""Look-around, back references, possessive quantifiers, classes that differ or that RE2 lacks."""
_MAY_BE_ABSENT = re.compile(r"\)[?*{]|\|")
_BACK = re.compile(r"\\(.)|\$(\d+|\{[^}]*\})|(\$)")


def pattern_of(node: exp.Expr) -> str:
    """A pattern that means the same to both. Raises SqlError."""
    pattern = literal_text(node, "A regular expression")
    if _DIFFERENT.search(pattern):
        message = f"The regular expression {pattern!r}: look-around, back references, \\b"
        raise Failure("NOT_SUPPORTED", message, offset_of(node))
    try:
        re.compile(pattern)
    except re.error as error:
        raise Failure(
            "INVALID_FUNCTION_ARGUMENT", f"Invalid regular expression {pattern!r}: {error}", offset_of(node)
        ) from error
    return pattern


def _subject(call: FunctionCall) -> tuple[str, str]:
    """The text to search and the pattern, both for DuckDB."""
    values = checked_values(call, 2, 3)
    return as_type(call, values, 0, STRING), text(pattern_of(call.arguments[1]))


def _group(call: FunctionCall, pattern: str) -> int:
    if len(call.arguments) < 3:
        return 0
    node = call.arguments[2]
    if not isinstance(node, exp.Literal) or not node.is_int:
        raise Failure("NOT_SUPPORTED", "A group of a regular expression that is not written out", offset_of(node))
    number = int(node.name)
    if number > re.compile(pattern_of(call.arguments[1])).groups:
        raise Failure("INVALID_FUNCTION_ARGUMENT", f"Pattern has no group {number}", offset_of(node))
    if number and _MAY_BE_ABSENT.search(pattern):
        message = f"A group that may be absent, in the regular expression {pattern}"
        raise Failure("NOT_SUPPORTED", message, offset_of(node))
    return number


def _like(call: FunctionCall) -> Value:
    subject, pattern = _subject(call)
    return Value(f"regexp_matches({subject}, {pattern})", BOOL)


def _extract(call: FunctionCall) -> Value:
    subject, pattern = _subject(call)
    group = f"regexp_extract({subject}, {pattern}, {_group(call, pattern)})"
    return Value(f"CASE WHEN regexp_matches({subject}, {pattern}) THEN {group} END", STRING)


def _extract_all(call: FunctionCall) -> Value:
    subject, pattern = _subject(call)
    return Value(f"regexp_extract_all({subject}, {pattern}, {_group(call, pattern)})", array(STRING))


def _replace(call: FunctionCall) -> Value:
    subject, pattern = _subject(call)
    by = text(_replacement(literal_text(call.arguments[2], "A replacement"))) if len(call.arguments) == 3 else "''"
    return Value(f"regexp_replace({subject}, {pattern}, {by}, 'g')", STRING)


def _replacement(java: str) -> str:
    """`$1` and `\\$` of Java as `\\1` and `$` of RE2."""

    def swapped(match: re.Match[str]) -> str:
        if match[1]:
            return "\\\\" if match[1] == "\\" else match[1]
        if match[2] and match[2].isdecimal() and len(match[2]) == 1:
            return f"\\{match[2]}"
        raise Failure("NOT_SUPPORTED", f"The replacement {java!r}: a group by name, or above 9")

    return _BACK.sub(swapped, java)


def _split(call: FunctionCall) -> Value:
    subject, pattern = _subject(call)
    checked_values(call, 2)
    return Value(unless_null([subject], f"regexp_split_to_array({subject}, {pattern})"), array(STRING))


def _count(call: FunctionCall) -> Value:
    subject, pattern = _subject(call)
    checked_values(call, 2)
    return Value(f"CAST(len(regexp_extract_all({subject}, {pattern})) AS BIGINT)", INT64)


FUNCTIONS = {
    "REGEXP_LIKE": Function(_like),
    "REGEXP_EXTRACT": Function(_extract),
    "REGEXP_EXTRACT_ALL": Function(_extract_all),
    "REGEXP_REPLACE": Function(_replace),
    "REGEXP_SPLIT": Function(_split),
    "REGEXP_COUNT": Function(_count),
}

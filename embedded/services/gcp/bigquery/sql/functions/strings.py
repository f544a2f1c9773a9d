"""String, bytes and hash functions.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions and .../hash_functions
"""

from __future__ import annotations

import re

from embedded.services.gcp.bigquery.sql import casts
from embedded.services.gcp.bigquery.sql.arguments import check_count, literal_text
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.overloads import coerce_argument, no_overload, overload, scalar
from embedded.sql_engine.types import BOOL, BYTES, DATE, DATETIME, INT64, MOMENT, STRING, TIME, Kind, Type, array, text
from embedded.sql_engine.values import Value

_WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_MOST_BYTES = 1 << 20
"""Of what a function makes longer: https://github.com/google/googlesql, `kMaxOutputSize` in `functions/string.cc`."""
_OPTIONAL_GROUP = re.compile(r"\)[?*{]|\|")


def _concat(call: FunctionCall) -> Value:
    values = call.values()
    target = call.compiler.rules.common(values) if values else None
    if target is None or target.kind not in (Kind.STRING, Kind.BYTES):
        raise no_overload(call, values)
    parts = [call.compiler.coerced(value, target, call.node).sql for value in values]
    return Value(f"({' || '.join(parts)})", target)


def _substr(call: FunctionCall) -> Value:
    """Counts from the end below zero; what begins before the first character begins with it."""
    check_count(call, 2, 3)
    value, position = coerce_argument(call, 0, STRING), coerce_argument(call, 1, INT64)
    start = (
        f"(CASE WHEN {position} > 0 THEN {position} WHEN {position} = 0 OR -{position} > length({value}) THEN 1"
        f" ELSE length({value}) + {position} + 1 END)"
    )
    if len(call.arguments) == 2:
        return Value(f"substr({value}, {start})", STRING)
    length = _not_negative(coerce_argument(call, 2, INT64), "Third argument in SUBSTR() cannot be negative")
    return Value(f"substr({value}, {start}, {length})", STRING)


def _not_negative(sql: str, message: str) -> str:
    return f"(CASE WHEN {sql} < 0 THEN {casts.failure(text(message), INT64, safe=False)} ELSE {sql} END)"


def _unless(beyond: str, sql: str, of: Type, name: str) -> str:
    """An argument, or BigQuery's error if the output of the function would be too large.

    Parameters:
        beyond: whether it would, as an expression.
        sql: the argument.
        of: its type.
        name: of the function in the message.
    """
    wrong = casts.failure(text(f"Output of {name} exceeds max allowed output size of 1MB"), of, safe=False)
    return f"(CASE WHEN {beyond} THEN {wrong} ELSE {sql} END)"


def _trim(name: str) -> Function:
    return scalar(
        overload(f"{name}({{0}}, {text(_WHITE_SPACE)})", STRING, STRING),
        overload(f"{name}({{0}}, {{1}})", STRING, STRING, STRING),
    )


def _pad(name: str) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2, 3)
        length = _not_negative(coerce_argument(call, 1, INT64), f"Second argument in {call.name}() cannot be negative")
        pattern = coerce_argument(call, 2, STRING) if len(call.arguments) == 3 else "' '"
        empty = casts.failure(text(f"Third argument in {call.name}() cannot be empty"), STRING, safe=False)
        filled = f"(CASE WHEN {pattern} = '' THEN {empty} ELSE {pattern} END)"
        length = _unless(f"{length} > {_MOST_BYTES}", length, INT64, "LPAD/RPAD")
        return Value(f"{name}({coerce_argument(call, 0, STRING)}, CAST({length} AS INTEGER), {filled})", STRING)

    return Function(write)


def _side(name: str) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2, 2)
        length = _not_negative(coerce_argument(call, 1, INT64), f"Second argument in {call.name}() cannot be negative")
        return Value(f"{name}({coerce_argument(call, 0, STRING)}, {length})", STRING)

    return Function(write)


def _repeat(call: FunctionCall) -> Value:
    check_count(call, 2, 2)
    times = _not_negative(coerce_argument(call, 1, INT64), "Second argument in REPEAT() cannot be negative")
    value = coerce_argument(call, 0, STRING)
    beyond = f"(CASE WHEN strlen({value}) = 0 THEN false ELSE {times} > {_MOST_BYTES} // strlen({value}) END)"
    times = _unless(beyond, times, INT64, "REPEAT")
    return Value(f"repeat({value}, {times})", STRING)


def _replace(call: FunctionCall) -> Value:
    check_count(call, 3, 3)
    value, old, new = (coerce_argument(call, index, STRING) for index in range(3))
    found = f"((strlen({value}) - strlen(replace({value}, {old}, ''))) // greatest(strlen({old}), 1))"
    beyond = f"strlen({value}) + {found} * (strlen({new}) - strlen({old})) > {_MOST_BYTES}"
    return Value(f"replace({_unless(beyond, value, STRING, 'REPLACE')}, {old}, {new})", STRING)


def _groups(pattern: str, call: FunctionCall) -> int:
    try:
        return re.compile(pattern).groups
    except re.error as error:
        raise invalid(f"Cannot parse regular expression: {error}") from error


def _regexp_extract(call: FunctionCall) -> Value:
    """The one capturing group, or all of the match; NULL without a match."""
    check_count(call, 2, 2)
    pattern = literal_text(call.arguments[1], "a regular expression")
    groups = _groups(pattern, call)
    if groups > 1:
        raise invalid("Regular expressions passed into extraction functions must not have more than 1 capturing group")
    if groups and _OPTIONAL_GROUP.search(pattern):
        raise unsupported("a capturing group that may stay empty")
    value, sought = coerce_argument(call, 0, STRING), text(pattern)
    extracted = f"regexp_extract({value}, {sought}, {groups})"
    return Value(f"(CASE WHEN regexp_matches({value}, {sought}) THEN {extracted} END)", STRING)


def _to_string(call: FunctionCall) -> Value:
    check_count(call, 1, 1)
    value = call.values()[0]
    if value.type not in (DATE, DATETIME, TIME, MOMENT):
        raise no_overload(call, [value])
    return casts.cast(value, STRING, safe=False)


def _digest(name: str) -> Function:
    sql = f"unhex({name}({{0}}))"
    return scalar(overload(sql, BYTES, STRING), overload(sql, BYTES, BYTES))


_LENGTH = scalar(overload("length({0})", INT64, STRING), overload("octet_length({0})", INT64, BYTES))
_CHARACTERS = scalar(overload("length({0})", INT64, STRING))
_OCTETS = scalar(overload("strlen({0})", INT64, STRING), overload("octet_length({0})", INT64, BYTES))

FUNCTIONS: dict[str, Function] = {
    "BYTE_LENGTH": _OCTETS,
    "CHARACTER_LENGTH": _CHARACTERS,
    "CHAR_LENGTH": _CHARACTERS,
    "CONCAT": Function(_concat),
    "ENDS_WITH": scalar(overload("ends_with({0}, {1})", BOOL, STRING, STRING)),
    "FROM_BASE64": scalar(overload("from_base64({0})", BYTES, STRING)),
    "FROM_HEX": scalar(overload("unhex(CASE WHEN length({0}) % 2 = 1 THEN '0' || {0} ELSE {0} END)", BYTES, STRING)),
    "LEFT": _side("left"),
    "LENGTH": _LENGTH,
    "LOWER": scalar(overload("lower({0})", STRING, STRING)),
    "LPAD": _pad("lpad"),
    "LTRIM": _trim("ltrim"),
    "MD5": _digest("md5"),
    "OCTET_LENGTH": _OCTETS,
    "REGEXP_CONTAINS": scalar(overload("regexp_matches({0}, {1})", BOOL, STRING, STRING)),
    "REGEXP_EXTRACT": Function(_regexp_extract),
    "REGEXP_REPLACE": scalar(overload("regexp_replace({0}, {1}, {2}, 'g')", STRING, STRING, STRING, STRING)),
    "REPEAT": Function(_repeat),
    "REPLACE": Function(_replace),
    "RIGHT": _side("right"),
    "RPAD": _pad("rpad"),
    "RTRIM": _trim("rtrim"),
    "SHA1": _digest("sha1"),
    "SHA256": _digest("sha256"),
    "SPLIT": scalar(
        overload("string_split({0}, ',')", array(STRING), STRING),
        overload("string_split({0}, {1})", array(STRING), STRING, STRING),
    ),
    "STARTS_WITH": scalar(overload("starts_with({0}, {1})", BOOL, STRING, STRING)),
    "STRING": Function(_to_string),
    "STRPOS": scalar(overload("CAST(strpos({0}, {1}) AS BIGINT)", INT64, STRING, STRING)),
    "SUBSTR": Function(_substr),
    "SUBSTRING": Function(_substr),
    "TO_BASE64": scalar(overload("to_base64({0})", STRING, BYTES)),
    "TO_HEX": scalar(overload("lower(hex({0}))", STRING, BYTES)),
    "TRIM": _trim("trim"),
    "UPPER": scalar(overload("upper({0})", STRING, STRING)),
}

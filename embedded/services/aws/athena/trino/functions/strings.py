"""Texts and bytes. Sources: https://trino.io/docs/current/functions/string.html and functions/binary.html"""

from __future__ import annotations

from embedded.services.aws.athena.trino.failures import UNKNOWN, fail
from embedded.services.aws.athena.trino.functions import patterns
from embedded.services.aws.athena.trino.functions.signatures import (
    Overload,
    counted,
    overloaded,
    simple,
    unexpected,
    unless_null,
    wanted,
)
from embedded.services.aws.athena.trino.operators import joined
from embedded.sql_engine.types import BOOL, BYTES, INT32, INT64, STRING, Kind, array, text
from embedded.sql_engine.values import Call, Function, Value

_MANY = 1000
_SPACES = "".join(map(chr, [*range(9, 14), *range(28, 33), 0x1680, *range(0x2000, 0x2007), *range(0x2008, 0x200B)]))
"""What Java calls white space."""
SPACES = text(_SPACES + "\u2028\u2029\u205f\u3000")


def _concat(call: Call) -> Value:
    values = counted(call, 2, _MANY)
    whole = values[0]
    for value in values[1:]:
        found = joined(whole, value)
        if found is None:
            raise unexpected(call, values)
        whole = found
    return whole


def _concat_ws(call: Call) -> Value:
    values = counted(call, 2, _MANY)
    between = wanted(call, values, 0, STRING)
    if len(values) == 2 and values[1].type.kind is Kind.ARRAY:
        parts = wanted(call, values, 1, array(STRING))
        return Value(unless_null([between, parts], f"array_to_string({parts}, {between})"), STRING)
    parts = ", ".join(wanted(call, values, index, STRING) for index in range(1, len(values)))
    return Value(unless_null([between], f"concat_ws({between}, {parts})"), STRING)


def substring(subject: str, start: str, length: str | None) -> str:
    """SUBSTR for DuckDB: what begins before the text or at 0 is empty."""
    rest = f", {length}" if length is not None else ""
    outside = f"{start} = 0 OR abs({start}) > length({subject})" + (f" OR {length} <= 0" if length else "")
    return f"CASE WHEN {outside} THEN '' ELSE substr({subject}, {start}{rest}) END"


def _substr(call: Call) -> Value:
    values = counted(call, 2, 3)
    subject, start = wanted(call, values, 0, STRING), wanted(call, values, 1, INT64)
    length = wanted(call, values, 2, INT64) if len(values) == 3 else None
    parts = [subject, start, *([length] if length else [])]
    return Value(unless_null(parts, substring(subject, start, length)), STRING)


def _unless_empty(value: Value, what: str) -> str:
    """A branch of CASE that refuses an empty text, where it may be one."""
    if value.constant and value.sql != "''":
        return ""
    return f"WHEN {value.sql} = '' THEN {fail(UNKNOWN, what)}"


def _split_part(call: Call) -> Value:
    values = counted(call, 3)
    subject, by = wanted(call, values, 0, STRING), wanted(call, values, 1, STRING)
    index = wanted(call, values, 2, INT64)
    low = fail("INVALID_FUNCTION_ARGUMENT", "Index must be greater than zero")
    empty = _unless_empty(values[1], "split_part with an empty delimiter")
    sql = f"CASE WHEN {index} < 1 THEN {low} {empty} ELSE (string_split({subject}, {by}))[{index}] END"
    return Value(unless_null([subject, by, index], sql), STRING)


def _split(call: Call) -> Value:
    values = counted(call, 2)
    subject, by = wanted(call, values, 0, STRING), wanted(call, values, 1, STRING)
    told = fail("INVALID_FUNCTION_ARGUMENT", "The delimiter may not be the empty string", of="VARCHAR[]")
    sql = f"CASE WHEN {by} = '' THEN {told} ELSE string_split({subject}, {by}) END"
    return Value(unless_null([subject, by], sql), array(STRING))


def _replace(call: Call) -> Value:
    values = counted(call, 2, 3)
    subject, old = wanted(call, values, 0, STRING), wanted(call, values, 1, STRING)
    new = wanted(call, values, 2, STRING) if len(values) == 3 else "''"
    sql = f"CASE WHEN false THEN NULL {_unless_empty(values[1], 'replace of an empty text')} "
    sql += f"ELSE replace({subject}, {old}, {new}) END"
    return Value(unless_null([subject, old, new], sql), STRING)


def _pad(word: str) -> Function:
    def write(call: Call) -> Value:
        values = counted(call, 3)
        subject, size = wanted(call, values, 0, STRING), wanted(call, values, 1, INT64)
        by = wanted(call, values, 2, STRING)
        told = fail("INVALID_FUNCTION_ARGUMENT", "Padding string must not be empty")
        low = fail("INVALID_FUNCTION_ARGUMENT", "Target length must be in the range [0..2147483647]")
        padded = f"{word}({subject}, CAST({size} AS INTEGER), {by})"
        sql = f"CASE WHEN {by} = '' THEN {told} WHEN {size} < 0 THEN {low} ELSE {padded} END"
        return Value(unless_null([subject, size, by], sql), STRING)

    return Function(write)


def trimmed(word: str) -> Function:
    """TRIM, LTRIM or RTRIM: of white space, or of the characters given."""
    return overloaded(
        Overload((STRING,), STRING, f"{word}({{0}}, {SPACES})"),
        Overload((STRING, STRING), STRING, f"{word}({{0}}, {{1}})"),
    )


def _digest(word: str) -> Function:
    return simple(f"unhex({word}({{0}}))", BYTES, BYTES)


_OF_TEXT = {
    "LOWER": "lower({0})",
    "UPPER": "upper({0})",
}
FUNCTIONS = {
    **{name: simple(sql, STRING, STRING) for name, sql in _OF_TEXT.items()},
    **patterns.FUNCTIONS,
    "CONCAT": Function(_concat),
    "CONCAT_WS": Function(_concat_ws),
    "LENGTH": overloaded(Overload((STRING,), INT64, "length({0})"), Overload((BYTES,), INT64, "octet_length({0})")),
    "SUBSTR": Function(_substr),
    "SUBSTRING": Function(_substr),
    "SPLIT_PART": Function(_split_part),
    "SPLIT": Function(_split),
    "REPLACE": Function(_replace),
    "LPAD": _pad("lpad"),
    "RPAD": _pad("rpad"),
    "TRIM": trimmed("trim"),
    "LTRIM": trimmed("ltrim"),
    "RTRIM": trimmed("rtrim"),
    "STRPOS": simple("strpos({0}, {1})", INT64, STRING, STRING),
    "STARTS_WITH": simple("starts_with({0}, {1})", BOOL, STRING, STRING),
    "CHR": simple("chr(CAST({0} AS INTEGER))", STRING, INT64),
    "CODEPOINT": simple("unicode({0})", INT32, STRING),
    "TRANSLATE": simple("translate({0}, {1}, {2})", STRING, STRING, STRING, STRING),
    "LEVENSHTEIN_DISTANCE": simple("levenshtein({0}, {1})", INT64, STRING, STRING),
    "HAMMING_DISTANCE": simple("CAST(hamming({0}, {1}) AS BIGINT)", INT64, STRING, STRING),
    "TO_UTF8": simple("encode({0})", BYTES, STRING),
    "FROM_UTF8": simple("decode({0})", STRING, BYTES),
    "TO_HEX": simple("hex({0})", STRING, BYTES),
    "FROM_HEX": simple("unhex({0})", BYTES, STRING),
    "TO_BASE64": simple("to_base64({0})", STRING, BYTES),
    "FROM_BASE64": simple("from_base64({0})", BYTES, STRING),
    "MD5": _digest("md5"),
    "SHA1": _digest("sha1"),
    "SHA256": _digest("sha256"),
}

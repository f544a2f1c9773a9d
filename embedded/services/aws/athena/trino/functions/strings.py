"""Texts and bytes. Sources: https://trino.io/docs/current/functions/string.html and functions/binary.html"""

from __future__ import annotations

from embedded.services.aws.athena.trino.failures import EXHAUSTED, EXHAUSTED_MESSAGE, UNKNOWN, fail
from embedded.services.aws.athena.trino.functions import patterns
from embedded.services.aws.athena.trino.functions.arguments import as_type, checked_values, unless_null
from embedded.services.aws.athena.trino.operators import concatenate
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.overloads import no_overload, overload, scalar
from embedded.sql_engine.types import BOOL, BYTES, INT32, INT64, STRING, Kind, array, text
from embedded.sql_engine.values import Value

_MANY = 1000
_LONGEST = 16 << 20
"""Characters, or bytes, that a function makes of a text: Trino itself has no limit but its memory."""
_SPACES = "".join(map(chr, [*range(9, 14), *range(28, 33), 0x1680, *range(0x2000, 0x2007), *range(0x2008, 0x200B)]))
"""What Java calls white space."""
SPACES = text(_SPACES + "\u2028\u2029\u205f\u3000")


def _concat(call: FunctionCall) -> Value:
    values = checked_values(call, 2, _MANY)
    whole = values[0]
    for value in values[1:]:
        longer = concatenate(whole, value)
        if longer is None:
            raise no_overload(call, values)
        whole = longer
    return whole


def _concat_ws(call: FunctionCall) -> Value:
    values = checked_values(call, 2, _MANY)
    between = as_type(call, values, 0, STRING)
    if len(values) == 2 and values[1].type.kind is Kind.ARRAY:
        parts = as_type(call, values, 1, array(STRING))
        return Value(unless_null([between, parts], f"array_to_string({parts}, {between})"), STRING)
    parts = ", ".join(as_type(call, values, index, STRING) for index in range(1, len(values)))
    return Value(unless_null([between], f"concat_ws({between}, {parts})"), STRING)


def substring(subject: str, start: str, length: str | None) -> str:
    """Build SUBSTR, which is empty for a start of 0 or outside of the text.

    Parameters:
        subject: the text.
        start: first character, from 1; negative from the end.
        length: number of characters; None for the rest.
    """
    rest = f", {length}" if length is not None else ""
    outside = f"{start} = 0 OR abs({start}) > length({subject})" + (f" OR {length} <= 0" if length else "")
    return f"CASE WHEN {outside} THEN '' ELSE substr({subject}, {start}{rest}) END"


def _substr(call: FunctionCall) -> Value:
    values = checked_values(call, 2, 3)
    subject, start = as_type(call, values, 0, STRING), as_type(call, values, 1, INT64)
    length = as_type(call, values, 2, INT64) if len(values) == 3 else None
    parts = [subject, start, *([length] if length else [])]
    return Value(unless_null(parts, substring(subject, start, length)), STRING)


def _unless_empty(value: Value, what: str) -> str:
    """A branch of CASE that refuses an empty text, where it may be one."""
    if value.constant and value.sql != "''":
        return ""
    return f"WHEN {value.sql} = '' THEN {fail(UNKNOWN, what)}"


def _split_part(call: FunctionCall) -> Value:
    values = checked_values(call, 3)
    subject, by = as_type(call, values, 0, STRING), as_type(call, values, 1, STRING)
    index = as_type(call, values, 2, INT64)
    low = fail("INVALID_FUNCTION_ARGUMENT", "Index must be greater than zero")
    empty = _unless_empty(values[1], "split_part with an empty delimiter")
    sql = f"CASE WHEN {index} < 1 THEN {low} {empty} ELSE (string_split({subject}, {by}))[{index}] END"
    return Value(unless_null([subject, by, index], sql), STRING)


def _split(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    subject, by = as_type(call, values, 0, STRING), as_type(call, values, 1, STRING)
    empty = fail("INVALID_FUNCTION_ARGUMENT", "The delimiter may not be the empty string", of="VARCHAR[]")
    sql = f"CASE WHEN {by} = '' THEN {empty} ELSE string_split({subject}, {by}) END"
    return Value(unless_null([subject, by], sql), array(STRING))


def _unless(beyond: str, sql: str, of: str = "VARCHAR") -> str:
    """An argument, or the failure of a function whose result would be too long.

    It stands in the argument, as DuckDB computes a call of constants also in a branch of CASE that is never taken.

    Parameters:
        beyond: whether it would, as an expression.
        sql: the argument.
        of: DuckDB's type of the argument.
    """
    return f"CASE WHEN {beyond} THEN {fail(EXHAUSTED, EXHAUSTED_MESSAGE, of=of)} ELSE {sql} END"


def _replace(call: FunctionCall) -> Value:
    values = checked_values(call, 2, 3)
    subject, old = as_type(call, values, 0, STRING), as_type(call, values, 1, STRING)
    new = as_type(call, values, 2, STRING) if len(values) == 3 else "''"
    sql = f"CASE WHEN false THEN NULL {_unless_empty(values[1], 'replace of an empty text')} "
    found = f"((strlen({subject}) - strlen(replace({subject}, {old}, ''))) // greatest(strlen({old}), 1))"
    within = _unless(f"{found} * (strlen({new}) - strlen({old})) > {_LONGEST} - strlen({subject})", subject)
    sql += f"ELSE replace({within}, {old}, {new}) END"
    return Value(unless_null([subject, old, new], sql), STRING)


def _pad(word: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 3)
        subject, size = as_type(call, values, 0, STRING), as_type(call, values, 1, INT64)
        by = as_type(call, values, 2, STRING)
        empty = fail("INVALID_FUNCTION_ARGUMENT", "Padding string must not be empty")
        low = fail("INVALID_FUNCTION_ARGUMENT", "Target length must be in the range [0..2147483647]")
        within = _unless(f"{size} > {_LONGEST}", size, "BIGINT")
        padded = f"{word}({subject}, CAST({within} AS INTEGER), {by})"
        sql = f"CASE WHEN {by} = '' THEN {empty} WHEN {size} < 0 THEN {low} ELSE {padded} END"
        return Value(unless_null([subject, size, by], sql), STRING)

    return Function(write)


def trimmed(word: str) -> Function:
    """TRIM, LTRIM or RTRIM: of white space, or of the characters given."""
    return scalar(
        overload(f"{word}({{0}}, {SPACES})", STRING, STRING),
        overload(f"{word}({{0}}, {{1}})", STRING, STRING, STRING),
    )


def _digest(word: str) -> Function:
    return scalar(overload(f"unhex({word}({{0}}))", BYTES, BYTES))


_OF_TEXT = {
    "LOWER": "lower({0})",
    "UPPER": "upper({0})",
}
FUNCTIONS = {
    **{name: scalar(overload(sql, STRING, STRING)) for name, sql in _OF_TEXT.items()},
    **patterns.FUNCTIONS,
    "CONCAT": Function(_concat),
    "CONCAT_WS": Function(_concat_ws),
    "LENGTH": scalar(overload("length({0})", INT64, STRING), overload("octet_length({0})", INT64, BYTES)),
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
    "STRPOS": scalar(overload("strpos({0}, {1})", INT64, STRING, STRING)),
    "STARTS_WITH": scalar(overload("starts_with({0}, {1})", BOOL, STRING, STRING)),
    "CHR": scalar(overload("chr(CAST({0} AS INTEGER))", STRING, INT64)),
    "CODEPOINT": scalar(overload("unicode({0})", INT32, STRING)),
    "TRANSLATE": scalar(overload("translate({0}, {1}, {2})", STRING, STRING, STRING, STRING)),
    "LEVENSHTEIN_DISTANCE": scalar(overload("levenshtein({0}, {1})", INT64, STRING, STRING)),
    "HAMMING_DISTANCE": scalar(overload("CAST(hamming({0}, {1}) AS BIGINT)", INT64, STRING, STRING)),
    "TO_UTF8": scalar(overload("encode({0})", BYTES, STRING)),
    "FROM_UTF8": scalar(overload("decode({0})", STRING, BYTES)),
    "TO_HEX": scalar(overload("hex({0})", STRING, BYTES)),
    "FROM_HEX": scalar(overload("unhex({0})", BYTES, STRING)),
    "TO_BASE64": scalar(overload("to_base64({0})", STRING, BYTES)),
    "FROM_BASE64": scalar(overload("from_base64({0})", BYTES, STRING)),
    "MD5": _digest("md5"),
    "SHA1": _digest("sha1"),
    "SHA256": _digest("sha256"),
}

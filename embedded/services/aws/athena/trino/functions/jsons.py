"""JSON. Source: https://trino.io/docs/current/functions/json.html"""

from __future__ import annotations

import re

from sqlglot import exp

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.failures import UNKNOWN, fail
from embedded.services.aws.athena.trino.functions.arguments import checked_values, literal_text
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import no_overload, overload, scalar
from embedded.sql_engine.types import INT64, JSON, STRING, Kind, text
from embedded.sql_engine.values import Value

_PATH = re.compile(r"""\$(\.\w+|\[\d+\]|\["[^"\\\]]+"\])*""")
_STEP = re.compile(r'\["([^"]+)"\]|\.(\w+)')


def _path(node: exp.Expr) -> str:
    """A path as DuckDB reads it. Raises SqlError: it is more than names and places."""
    path = literal_text(node, "A JSON path")
    if not _PATH.fullmatch(path):
        raise Failure("INVALID_FUNCTION_ARGUMENT", f"Invalid JSON path: '{path}'", offset_of(node))
    return text(_STEP.sub(lambda step: f'."{step[1] or step[2]}"', path))


def _document(call: FunctionCall, values: list[Value]) -> str:
    """The first argument; a text that is no JSON gives NULL, as Trino's functions on texts do."""
    if values[0].type.kind not in (Kind.STRING, Kind.JSON, Kind.NULL):
        raise no_overload(call, values)
    return f"CASE WHEN json_valid({values[0].sql}) THEN CAST({values[0].sql} AS JSON) END"


def _scalar(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    document, path = _document(call, values), _path(call.arguments[1])
    kind, value = f"json_type({document}, {path})", f"json_extract_string({document}, {path})"
    other = fail(UNKNOWN, "A number that is not written in its shortest form: {}", value)
    as_written = f"regexp_matches({values[0].sql}, '(^|[^0-9.])' || regexp_escape({value}) || '($|[^0-9.eE])')"
    nested = f"WHEN {kind} IN ('OBJECT', 'ARRAY') THEN NULL"
    return Value(f"CASE {nested} WHEN {kind} = 'DOUBLE' AND NOT {as_written} THEN {other} ELSE {value} END", STRING)


def _extract(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    return Value(f"json_extract({_document(call, values)}, {_path(call.arguments[1])})", JSON)


def _length(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    document = _document(call, values)
    is_array = f"json_type({document}) = 'ARRAY'"
    return Value(f"CASE WHEN {is_array} THEN CAST(json_array_length({document}) AS BIGINT) END", INT64)


def _format(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    if values[0].type.kind is not Kind.JSON:
        raise no_overload(call, values)
    return Value(f"CAST({values[0].sql} AS VARCHAR)", STRING)


FUNCTIONS = {
    "JSON_EXTRACT_SCALAR": Function(_scalar),
    "JSON_EXTRACT": Function(_extract),
    "JSON_ARRAY_LENGTH": Function(_length),
    "JSON_FORMAT": Function(_format),
    "JSON_PARSE": scalar(overload("CAST({0} AS JSON)", JSON, STRING)),
}

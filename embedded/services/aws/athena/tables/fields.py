"""Builds DuckDB expressions that parse texts and JSON to values of a column's type.

Source: https://docs.aws.amazon.com/athena/latest/ug/data-types.html.
"""

from __future__ import annotations

from collections.abc import Sequence

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.casts import cast
from embedded.services.aws.athena.trino.failures import fail
from embedded.sql_engine.types import NUMBERS, STRING, Kind, Type, quote, text
from embedded.sql_engine.values import Value

_NESTED = (Kind.ARRAY, Kind.MAP, Kind.STRUCT)


def parse_lenient(value: Value, of: Type, name: str) -> str:
    """Parse a text; an invalid value is NULL.

    Parameters:
        value: the text.
        of: type of the column.
        name: name of the column, for messages.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    if of.kind in (*_NESTED, Kind.BYTES):
        raise Failure("NOT_SUPPORTED", f"{name}: {typenames.hive(of)} in a text file")
    if of.kind is Kind.STRING:
        return value.sql if of.precision is None else f"left({value.sql}, {of.precision})"
    if of.kind is Kind.BOOL:
        return f"CASE lower({value.sql}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    return cast(value, of, safe=True).sql


def parse_strict(value: Value, of: Type, name: str, more: Sequence[Kind] = ()) -> str:
    """Parse a text; an invalid value is an error at run time.

    Parameters:
        value: the text.
        of: type of the column: string, boolean, number, or one of `more`.
        name: name of the column, for messages.
        more: further supported kinds of types.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    if of.kind is Kind.STRING:
        return value.sql
    if of.kind not in (Kind.BOOL, *NUMBERS, *more):
        raise Failure("NOT_SUPPORTED", f"{name}: {typenames.hive(of)} read by this SerDe; make it a string")
    failure = _bad(value.sql, of, name)
    read = cast(value, of, safe=True).sql
    return f"CASE WHEN {value.sql} IS NULL THEN NULL WHEN {read} IS NOT NULL THEN {read} ELSE {failure} END"


def json_member(document: str, name: str, folded: bool) -> str:
    """The member of a JSON object; NULL if there is none.

    Parameters:
        document: the object, of type JSON.
        name: the key.
        folded: whether keys match in lower case; then two equal keys are an error at run time.
    """
    keys = f"list_filter(json_keys({document}), lambda k_: {'lower(k_)' if folded else 'k_'} = {text(name)})"
    twice = fail(
        "HIVE_CURSOR_ERROR", f'Row is not a valid JSON Object - JSONException: Duplicate key "{name}"', of="JSON"
    )
    pointer = f"'/' || replace(replace({keys}[1], '~', '~0'), '/', '~1')"
    return f"CASE WHEN len({keys}) > 1 THEN {twice} ELSE json_extract({document}, {pointer}) END"


def parse_json(sql: str, of: Type, name: str, folded: bool, depth: int = 0) -> str:
    """Parse a JSON value; an invalid value is an error at run time.

    An object becomes a structure by its keys: unknown keys are ignored, missing ones are NULL.

    Parameters:
        sql: the JSON value.
        of: type of the column.
        name: name of the column, for messages.
        folded: as for `json_member`.
        depth: number of enclosing types.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    item = f"j{depth}_"
    if of.kind is Kind.ARRAY and of.element:
        inner = parse_json(item, of.element, name, folded, depth + 1)
        return f"list_transform(CAST({sql} AS JSON[]), lambda {item}: {inner})"
    if of.kind is Kind.MAP and of.key and of.element:
        key = parse_strict(Value(f"{item}.key", STRING), of.key, name)
        inner = parse_json(f"{item}.value", of.element, name, folded, depth + 1)
        entries = f"map_entries(CAST({sql} AS MAP(VARCHAR, JSON)))"
        return f"map_from_entries(list_transform({entries}, lambda {item}: {{'k': {key}, 'v': {inner}}}))"
    if of.kind is Kind.STRUCT:
        pairs = [
            (field, parse_json(json_member(item, field, folded), kind, name, folded, depth + 1))
            for field, kind in of.fields
        ]
        built = f"struct_pack({', '.join(f'{quote(field)} := {inner}' for field, inner in pairs)})"
        cases = f"WHEN 'NULL' THEN NULL WHEN 'OBJECT' THEN {built} ELSE {_bad(f'CAST({item} AS VARCHAR)', of, name)}"
        return f"list_transform([{sql}], lambda {item}: CASE coalesce(json_type({item}), 'NULL') {cases} END)[1]"
    scalar = f"json_extract_string({sql}, '$')"
    return parse_strict(Value(scalar, STRING), of, name, (Kind.DATE, Kind.DATETIME))


def _bad(value: str, of: Type, name: str) -> str:
    return fail("HIVE_BAD_DATA", f"Error parsing field value '{{}}' for field {name}", value, of.duckdb)

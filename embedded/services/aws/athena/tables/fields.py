"""Makes values of a column's type out of text and of JSON, as expressions for DuckDB."""

from __future__ import annotations

from collections.abc import Sequence

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.casts import cast
from embedded.services.aws.athena.trino.failures import fail
from embedded.sql_engine.types import NUMBERS, STRING, Kind, Type, quote, text
from embedded.sql_engine.values import Value

_NESTED = (Kind.ARRAY, Kind.MAP, Kind.STRUCT)


def lenient(value: Value, of: Type, name: str) -> str:
    """The value of a text; NULL for what is no value of the type.

    Parameters:
        value: the text.
        of: the column's type.
        name: the column's name, for messages.

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


def strict(value: Value, of: Type, name: str, more: Sequence[Kind] = ()) -> str:
    """As `lenient`, but what is no value of the type is an error when it is met.

    Parameters:
        value: the text.
        of: the column's type: text, a truth value, a number, or one of `more`.
        name: the column's name, for messages.
        more: further kinds of types.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    if of.kind is Kind.STRING:
        return value.sql
    if of.kind not in (Kind.BOOL, *NUMBERS, *more):
        raise Failure("NOT_SUPPORTED", f"{name}: {typenames.hive(of)} read by this SerDe; make it a string")
    told = _bad(value.sql, of, name)
    read = cast(value, of, safe=True).sql
    return f"CASE WHEN {value.sql} IS NULL THEN NULL WHEN {read} IS NOT NULL THEN {read} ELSE {told} END"


def member(document: str, name: str, folded: bool) -> str:
    """The value under a key of a JSON object; NULL without the key.

    Parameters:
        document: the object, of type JSON.
        name: the key.
        folded: whether keys count as if they were of lower case. Two that are the same then are an error when met.
    """
    keys = f"list_filter(json_keys({document}), lambda k_: {'lower(k_)' if folded else 'k_'} = {text(name)})"
    twice = fail(
        "HIVE_CURSOR_ERROR", f'Row is not a valid JSON Object - JSONException: Duplicate key "{name}"', of="JSON"
    )
    return f"CASE WHEN len({keys}) > 1 THEN {twice} ELSE json_extract({document}, '$.\"' || {keys}[1] || '\"') END"


def of_json(sql: str, of: Type, name: str, folded: bool, depth: int = 0) -> str:
    """The value of a JSON value; what is no value of the type is an error when it is met.

    An object becomes a structure by its keys: those that the type has not are left out, those that the object has not
    are NULL.

    Parameters:
        sql: the JSON value.
        of: the column's type.
        name: the column's name, for messages.
        folded: as for `member`.
        depth: how many types this one lies in.

    Raises:
        SqlError: NOT_SUPPORTED.
    """
    one = f"j{depth}_"
    if of.kind is Kind.ARRAY and of.element:
        inner = of_json(one, of.element, name, folded, depth + 1)
        return f"list_transform(CAST({sql} AS JSON[]), lambda {one}: {inner})"
    if of.kind is Kind.MAP and of.key and of.element:
        key = strict(Value(f"{one}.key", STRING), of.key, name)
        inner = of_json(f"{one}.value", of.element, name, folded, depth + 1)
        entries = f"map_entries(CAST({sql} AS MAP(VARCHAR, JSON)))"
        return f"map_from_entries(list_transform({entries}, lambda {one}: {{'k': {key}, 'v': {inner}}}))"
    if of.kind is Kind.STRUCT:
        pairs = [
            (field, of_json(member(one, field, folded), kind, name, folded, depth + 1)) for field, kind in of.fields
        ]
        built = f"struct_pack({', '.join(f'{quote(field)} := {inner}' for field, inner in pairs)})"
        told = f"WHEN 'NULL' THEN NULL WHEN 'OBJECT' THEN {built} ELSE {_bad(f'CAST({one} AS VARCHAR)', of, name)}"
        return f"list_transform([{sql}], lambda {one}: CASE coalesce(json_type({one}), 'NULL') {told} END)[1]"
    scalar = f"json_extract_string({sql}, '$')"
    return strict(Value(scalar, STRING), of, name, (Kind.DATE, Kind.DATETIME))


def _bad(value: str, of: Type, name: str) -> str:
    return fail("HIVE_BAD_DATA", f"Error parsing field value '{{}}' for field {name}", value, of.duckdb)

"""Functions told by their signatures: what they take, what they give, how DuckDB is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from embedded.services.gcp.bigquery.sql.types import type_name
from embedded.sql_engine.errors import SqlError, invalid, unsupported
from embedded.sql_engine.grammar import place
from embedded.sql_engine.types import Type
from embedded.sql_engine.values import Call, Function, Use, Value

_HOLE = re.compile(r"\{(\d|over)\}")


@dataclass(frozen=True)
class Signature:
    """One way to call a function.

    Parameters:
        takes: the types of the arguments.
        gives: the type of the result.
        sql: for DuckDB; `{0}` is the first argument, `{over}` the OVER clause of an aggregate.
    """

    takes: tuple[Type, ...]
    gives: Type
    sql: str


def signature(sql: str, gives: Type, *takes: Type) -> Signature:
    """A signature, its text first."""
    return Signature(takes, gives, sql)


def scalar(*signatures: Signature) -> Function:
    """A function of one row."""
    return Function(lambda call: overloaded(call, signatures))


def aggregate(*signatures: Signature) -> Function:
    """A function of many rows; DISTINCT goes before `{0}`."""
    return Function(lambda call: overloaded(call, signatures), Use.AGGREGATE)


def overloaded(call: Call, signatures: Sequence[Signature]) -> Value:
    """Write a call by the first signature that fits as it is, or else with implicit casts. Raises SqlError."""
    values = call.values()
    for fits in (_exact, _coerced):
        for known in signatures:
            given = fits(call, values, known)
            if given is not None:
                return _written(call, known, given)
    raise mismatch(call, values)


def mismatch(call: Call, values: Sequence[Value]) -> SqlError:
    """No signature fits."""
    told = ", ".join(type_name(value.type) for value in values) or "none"
    return invalid(f"No matching signature for function {call.name} for argument types: {told}", place(call.node))


def arguments(call: Call, least: int, most: int) -> list[exp.Expression]:
    """The arguments, if their number is right. Raises SqlError."""
    if not least <= len(call.arguments) <= most:
        told = str(least) if least == most else f"{least} to {most}"
        raise invalid(f"Function {call.name} takes {told} arguments, not {len(call.arguments)}", place(call.node))
    return list(call.arguments)


def written_text(node: exp.Expression, what: str) -> str:
    """A string literal where only one that is written out can be used here. Raises SqlError."""
    if isinstance(node, exp.RawString) or (isinstance(node, exp.Literal) and node.is_string):
        return str(node.this)
    raise unsupported(f"{what} that is no string literal", place(node))


def written_whole(node: exp.Expression, what: str) -> int:
    """A whole number that is written out. Raises SqlError."""
    if node.is_int:
        return int(node.to_py())
    raise unsupported(f"{what} that is no whole number written out", place(node))


def given(call: Call, index: int, of: Type) -> str:
    """One argument as a certain type. Raises SqlError."""
    value = call.compiler.value(call.arguments[index], call.scope)
    found = call.compiler.rules.coerce(value, of)
    if found is None:
        raise mismatch(call, call.values())
    return found.sql


def plain(write: Callable[[Call], Value]) -> Function:
    """A function of one row with a rule of its own."""
    return Function(write)


def _exact(call: Call, values: Sequence[Value], known: Signature) -> list[Value] | None:
    if len(values) != len(known.takes):
        return None
    pairs = zip(values, known.takes, strict=True)
    return list(values) if all(value.type == of for value, of in pairs) else None


def _coerced(call: Call, values: Sequence[Value], known: Signature) -> list[Value] | None:
    if len(values) != len(known.takes):
        return None
    found = [call.compiler.rules.coerce(value, of) for value, of in zip(values, known.takes, strict=True)]
    made = [value for value in found if value is not None]
    return made if len(made) == len(found) else None


def _written(call: Call, known: Signature, values: Sequence[Value]) -> Value:
    texts = [value.sql for value in values]
    if call.distinct:
        texts[0] = f"DISTINCT {texts[0]}"
    return Value(_HOLE.sub(lambda hole: _filling(hole[1], texts, call.over), known.sql), known.gives)


def _filling(hole: str, texts: Sequence[str], over: str) -> str:
    return over if hole == "over" else texts[int(hole)]

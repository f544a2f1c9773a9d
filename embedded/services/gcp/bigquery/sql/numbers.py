"""Arithmetic: overflow is an error, `/` never returns an integer, NUMERIC is exact.

NaN and infinity come from texts and files only: an operation that makes one of finite numbers fails.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#arithmetic_operators
"""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql.types import NUMERIC
from embedded.sql_engine.types import FLOAT64, Kind, text
from embedded.sql_engine.values import Value

FAILURE = "@failure:"
"""Marks the text of an error in a cast that always fails."""
_BILLION = "CAST(1000000000 AS HUGEINT)"


def arithmetic(symbol: str, left: Value, right: Value) -> Value:
    """An operation on two numbers of one type; `/` of INT64 returns FLOAT64.

    Parameters:
        symbol: `+`, `-`, `*` or `/`.
        left: first operand.
        right: second operand.
    """
    if symbol == "/":
        if left.type.kind is Kind.DECIMAL:
            return Value(numeric_quotient(left.sql, right.sql), NUMERIC)
        above, below = (f"CAST({side.sql} AS DOUBLE)" for side in (left, right))
        return Value(float_quotient(above, below, zero=fail(_shown("division by zero: ", " / ", ""))), FLOAT64)
    if left.type.kind is Kind.FLOAT64:
        failure = fail(_shown("double overflow: ", f" {symbol} ", ""))
        return Value(checked_float(f"n.a {symbol} n.b", failure, left.sql, right.sql), FLOAT64)
    sql = f"({left.sql} {symbol} {right.sql})"
    if left.type.kind is Kind.DECIMAL:
        return Value(f"CAST({sql} AS {NUMERIC.duckdb})", NUMERIC)
    return Value(sql, left.type)


def fail(message: str, of: str = "DOUBLE") -> str:
    """A number that cannot be computed. It is a cast that fails, which TRY makes NULL; `error()` is not allowed there.

    Parameters:
        message: an expression of DuckDB for the text of the error.
        of: DuckDB's type of the number.
    """
    return f"CAST('{FAILURE}' || {message} AS {of})"


def checked_float(result: str, failure: str, *operands: str) -> str:
    """A FLOAT64 that may be NaN or infinite only if an operand is.

    The lambda names the operands: written out again at each use, nested expressions would grow exponentially.

    Parameters:
        result: of the operands, which are `n.a` and `n.b` in it.
        failure: the expression for a result that is not finite, from `fail`.
        operands: one or two, for DuckDB.
    """
    named = list(zip("ab", operands, strict=False))
    packed = ", ".join(f"{name} := {sql}" for name, sql in named)
    inputs = " AND ".join(f"isfinite(n.{name})" for name, _ in named)
    test = f"coalesce(isfinite({result}) OR NOT ({inputs}), true)"
    return f"list_transform([struct_pack({packed})], lambda n: CASE WHEN {test} THEN {result} ELSE {failure} END)[1]"


def float_quotient(left: str, right: str, zero: str, overflow: str | None = None) -> str:
    """The quotient of two FLOAT64.

    Parameters:
        left: dividend.
        right: divisor.
        zero: the value for a divisor of zero.
        overflow: the value for a quotient that is too large; None for an error.
    """
    quotient = f"CASE WHEN n.b = 0 THEN {zero} ELSE n.a / n.b END"
    return checked_float(quotient, overflow or fail(_shown("double overflow: ", " / ", "")), left, right)


def float_function(name: str, result: str, *operands: str) -> str:
    """A function of FLOAT64 that fails if its result is not finite.

    Parameters:
        name: in the message.
        result: of the operands, which are `n.a` and `n.b` in it.
        operands: one or two, for DuckDB.
    """
    between = ", " if len(operands) == 2 else None
    message = _shown(f"Floating point error in function: {name}(", between, ")")
    return checked_float(result, fail(message), *operands)


def _shown(before: str, between: str | None, after: str) -> str:
    """A message with the operands, of which there is one if nothing stands between."""
    second = f" || {text(between)} || printf('%g', n.b)" if between is not None else ""
    return f"{text(before)} || printf('%g', n.a){second} || {text(after)}"


def numeric_quotient(left: str, right: str) -> str:
    """The quotient of two NUMERIC, exact to nine digits, halves away from zero.

    DuckDB divides decimals as floating point; here both are whole billionths, in 128 bits.

    Parameters:
        left: dividend.
        right: divisor.
    """
    over, under = f"({_units('n.a')} * {_BILLION})", _units("n.b")
    whole = f"({over} // {under})"
    rest = f"(abs({over} % {under}) * 2 >= abs({under}))"
    sign = f"(sign({over}) * sign({under}))"
    quotient = units_numeric(f"({whole} + CASE WHEN {rest} THEN {sign} ELSE 0 END)")
    zero = fail(f"'division by zero: ' || {numeric_text('n.a')} || ' / 0'", NUMERIC.duckdb)
    chosen = f"CASE WHEN n.b = 0 THEN {zero} ELSE {quotient} END"
    return f"list_transform([struct_pack(a := {left}, b := {right})], lambda n: {chosen})[1]"


def numeric_text(sql: str) -> str:
    """A NUMERIC as text, without zeros at its end."""
    return f"rtrim(rtrim(CAST({sql} AS VARCHAR), '0'), '.')"


def units_numeric(units: str) -> str:
    """A whole number of billionths as a NUMERIC."""
    return f"CAST(CAST({units} AS DECIMAL(38, 0)) * CAST(0.000000001 AS DECIMAL(10, 9)) AS {NUMERIC.duckdb})"


def _units(sql: str) -> str:
    return f"CAST({sql} * CAST(1000000000 AS DECIMAL(10, 0)) AS HUGEINT)"

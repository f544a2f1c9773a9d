"""Arithmetic: INT64 overflow is an error, `/` never returns an integer, NUMERIC is exact.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#arithmetic_operators
"""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql.types import NUMERIC
from embedded.sql_engine.types import FLOAT64, Kind
from embedded.sql_engine.values import Value

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
        return Value(f"(CAST({left.sql} AS DOUBLE) / CAST({right.sql} AS DOUBLE))", FLOAT64)
    sql = f"({left.sql} {symbol} {right.sql})"
    if left.type.kind is Kind.DECIMAL:
        return Value(f"CAST({sql} AS {NUMERIC.duckdb})", NUMERIC)
    return Value(sql, left.type)


def numeric_quotient(left: str, right: str) -> str:
    """The quotient of two NUMERIC, exact to nine digits, halves away from zero.

    DuckDB divides decimals as floating point; here both are whole billionths, in 128 bits.
    """
    over, under = f"({_units(left)} * {_BILLION})", _units(right)
    whole = f"({over} // {under})"
    rest = f"(abs({over} % {under}) * 2 >= abs({under}))"
    sign = f"(sign({over}) * sign({under}))"
    return units_numeric(f"({whole} + CASE WHEN {rest} THEN {sign} ELSE 0 END)")


def units_numeric(units: str) -> str:
    """A whole number of billionths as a NUMERIC."""
    return f"CAST(CAST({units} AS DECIMAL(38, 0)) * CAST(0.000000001 AS DECIMAL(10, 9)) AS {NUMERIC.duckdb})"


def _units(sql: str) -> str:
    return f"CAST({sql} * CAST(1000000000 AS DECIMAL(10, 0)) AS HUGEINT)"

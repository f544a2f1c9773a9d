"""Arithmetic: INT64 overflows as an error, `/` never gives an integer, NUMERIC stays exact."""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql.types import NUMERIC
from embedded.sql_engine.types import FLOAT64, Kind
from embedded.sql_engine.values import Value

_ONE = "CAST(1000000000 AS HUGEINT)"


def arithmetic(symbol: str, left: Value, right: Value) -> Value:
    """Two numbers of one type. `/` of INT64 gives FLOAT64."""
    if symbol == "/":
        if left.type.kind is Kind.DECIMAL:
            return Value(numeric_quotient(left.sql, right.sql), NUMERIC)
        return Value(f"(CAST({left.sql} AS DOUBLE) / CAST({right.sql} AS DOUBLE))", FLOAT64)
    sql = f"({left.sql} {symbol} {right.sql})"
    if left.type.kind is Kind.DECIMAL:
        return Value(f"CAST({sql} AS {NUMERIC.duckdb})", NUMERIC)
    return Value(sql, left.type)


def numeric_quotient(left: str, right: str) -> str:
    """One NUMERIC by another, exactly to nine digits, halves away from zero.

    DuckDB divides decimals as floating point; here both are whole billionths, in 128 bits.
    """
    over, under = f"({_units(left)} * {_ONE})", _units(right)
    whole = f"({over} // {under})"
    rest = f"(abs({over} % {under}) * 2 >= abs({under}))"
    sign = f"(sign({over}) * sign({under}))"
    return units_numeric(f"({whole} + CASE WHEN {rest} THEN {sign} ELSE 0 END)")


def units_numeric(units: str) -> str:
    """A whole number of billionths as a NUMERIC."""
    return f"CAST(CAST({units} AS DECIMAL(38, 0)) * CAST(0.000000001 AS DECIMAL(10, 9)) AS {NUMERIC.duckdb})"


def _units(sql: str) -> str:
    return f"CAST({sql} * CAST(1000000000 AS DECIMAL(10, 0)) AS HUGEINT)"

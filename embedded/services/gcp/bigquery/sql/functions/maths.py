"""Mathematical functions.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions
"""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql.arguments import check_count, literal_integer
from embedded.services.gcp.bigquery.sql.numbers import numeric_quotient
from embedded.services.gcp.bigquery.sql.types import NUMERIC
from embedded.sql_engine.errors import unsupported
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.overloads import coerce_argument, no_overload, overload, scalar
from embedded.sql_engine.types import FLOAT64, INT64, Kind
from embedded.sql_engine.values import Value

_WHOLE_FROM = 2**52
"""From here on a FLOAT64 is integral."""
_MOST_DIGITS = 15
_N = NUMERIC.duckdb


def _same_type(sql: str) -> Function:
    """One argument; the result has its type."""
    return scalar(
        overload(sql, INT64, INT64),
        overload(f"CAST({sql} AS {_N})", NUMERIC, NUMERIC),
        overload(sql, FLOAT64, FLOAT64),
    )


def _float_of_integers(sql: str) -> Function:
    """One argument; INT64 becomes FLOAT64."""
    return scalar(
        overload(sql.replace("{0}", "CAST({0} AS DOUBLE)"), FLOAT64, INT64),
        overload(f"CAST({sql} AS {_N})", NUMERIC, NUMERIC),
        overload(sql, FLOAT64, FLOAT64),
    )


def _floating(sql: str) -> Function:
    """All in FLOAT64."""
    return scalar(overload(sql, *[FLOAT64] * (1 + sql.count("{"))))


def _round(call: FunctionCall) -> Value:
    """Halves away from zero. With digits, a FLOAT64 is rounded by its exact value and not by a product with 10^n."""
    check_count(call, 1, 2)
    value = call.compiler.value(call.arguments[0], call.scope)
    digits = literal_integer(call.arguments[1], "the number of digits in ROUND") if len(call.arguments) == 2 else 0
    if abs(digits) > _MOST_DIGITS:
        raise unsupported(f"ROUND to {digits} digits")
    if value.type.kind is Kind.DECIMAL:
        return Value(f"CAST(round({value.sql}, {min(digits, 9)}) AS {_N})", NUMERIC)
    sql = coerce_argument(call, 0, FLOAT64)
    if digits <= 0:
        scaled = f"round({sql} / 1e{-digits}) * 1e{-digits}" if digits else f"round({sql})"
        return Value(f"({scaled})", FLOAT64)
    exact = f"CAST(CAST(printf('%.40f', {sql}) AS DECIMAL(38, {digits})) AS DOUBLE)"
    return Value(f"(CASE WHEN abs({sql}) >= {_WHOLE_FROM} THEN {sql} ELSE {exact} END)", FLOAT64)


def _safe_divide(call: FunctionCall) -> Value:
    check_count(call, 2, 2)
    values = call.values()
    target = call.compiler.rules.common(values)
    if target is not None and target.kind is Kind.DECIMAL:
        left, right = (call.compiler.coerced(value, NUMERIC, call.node).sql for value in values)
        return Value(f"TRY({numeric_quotient(left, right)})", NUMERIC)
    return Value(f"TRY({coerce_argument(call, 0, FLOAT64)} / {coerce_argument(call, 1, FLOAT64)})", FLOAT64)


def _safe(symbol: str) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2, 2)
        values = call.values()
        if any(value.type.kind is not Kind.INT64 for value in values):
            raise no_overload(call, values)
        return Value(f"TRY({values[0].sql} {symbol} {values[1].sql})", INT64)

    return Function(write)


FUNCTIONS: dict[str, Function] = {
    "ABS": _same_type("abs({0})"),
    "CEIL": _float_of_integers("ceil({0})"),
    "CEILING": _float_of_integers("ceil({0})"),
    "DIV": scalar(overload("({0} // {1})", INT64, INT64, INT64)),
    "EXP": _floating("exp({0})"),
    "FLOOR": _float_of_integers("floor({0})"),
    "LN": _floating("ln({0})"),
    "LOG10": _floating("log10({0})"),
    "MOD": scalar(
        overload("mod({0}, {1})", INT64, INT64, INT64),
        overload(f"CAST(mod({{0}}, {{1}}) AS {_N})", NUMERIC, NUMERIC, NUMERIC),
    ),
    "POW": _floating("pow({0}, {1})"),
    "POWER": _floating("pow({0}, {1})"),
    "ROUND": Function(_round),
    "SAFE_ADD": _safe("+"),
    "SAFE_DIVIDE": Function(_safe_divide),
    "SAFE_MULTIPLY": _safe("*"),
    "SAFE_SUBTRACT": _safe("-"),
    "SIGN": _same_type("CASE WHEN {0} > 0 THEN 1 WHEN {0} < 0 THEN -1 ELSE {0} * 0 END"),
    "SQRT": _floating("sqrt({0})"),
    "TRUNC": _float_of_integers("trunc({0})"),
}

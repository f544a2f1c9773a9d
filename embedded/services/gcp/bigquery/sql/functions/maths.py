"""Mathematical functions.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions
"""

from __future__ import annotations

from collections.abc import Callable

from embedded.services.gcp.bigquery.sql.arguments import check_count, literal_integer, literal_text
from embedded.services.gcp.bigquery.sql.numbers import float_function, float_quotient, numeric_quotient
from embedded.services.gcp.bigquery.sql.types import NUMERIC
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import coerce_argument, no_overload, overload, scalar
from embedded.sql_engine.types import FLOAT64, INT64, Kind
from embedded.sql_engine.values import Value

_WHOLE_FROM = 2**52
"""From here on a FLOAT64 is integral."""
_MOST_DIGITS = 15
_N = NUMERIC.duckdb
_SIGN = "CASE WHEN {0} > 0 THEN 1 WHEN {0} < 0 THEN -1 ELSE {0} * 0 END"


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


def _floating(result: str, count: int = 1) -> Function:
    """All in FLOAT64, and an error where the result is not finite.

    Parameters:
        result: of the arguments, which are `n.a` and `n.b` in it.
        count: of the arguments.
    """

    def write(call: FunctionCall) -> Value:
        check_count(call, count, count)
        arguments = [coerce_argument(call, index, FLOAT64) for index in range(count)]
        return Value(float_function(call.name.replace("POWER", "POW"), result, *arguments), FLOAT64)

    return Function(write)


def _round(call: FunctionCall) -> Value:
    """Halves away from zero, or to the even digit. A FLOAT64 is rounded by its exact value, not by a product with 10^n.

    Source of the modes: the page above, at ROUND.
    """
    check_count(call, 1, 3)
    value, digits = call.value(0), _digits(call)
    even = len(call.arguments) == 3 and _is_half_even(call)
    if value.type.kind is Kind.DECIMAL:
        name = "round_even" if even else "round"
        return Value(f"CAST({name}({value.sql}, {min(digits, 9)}) AS {_N})", NUMERIC)
    if len(call.arguments) == 3:
        raise no_overload(call, call.values())
    return _cut_float(call, digits, "round", lambda sql: f"CAST(printf('%.40f', {sql}) AS DECIMAL(38, {digits}))")


def _truncate(call: FunctionCall) -> Value:
    """Towards zero, to a number of digits."""
    check_count(call, 1, 2)
    value, digits = call.value(0), _digits(call)
    if value.type.kind is Kind.DECIMAL:
        unit = f"CAST({10 ** max(-digits, 0)} AS DECIMAL(38, 0))"
        if digits <= 0:
            whole = f"CAST(trunc({value.sql}) AS HUGEINT)"
            return Value(f"CAST({whole} - {whole} % CAST({unit} AS HUGEINT) AS {_N})", NUMERIC)
        return Value(f"CAST({_cut_text(f'CAST({value.sql} AS VARCHAR)', min(digits, 9))} AS {_N})", NUMERIC)
    return _cut_float(call, digits, "trunc", lambda sql: _cut_text(f"printf('%.40f', {sql})", digits))


def _digits(call: FunctionCall) -> int:
    if len(call.arguments) == 1:
        return 0
    digits = literal_integer(call.arguments[1], f"the number of digits in {call.name}")
    if abs(digits) > _MOST_DIGITS:
        raise unsupported(f"{call.name} to {digits} digits")
    return digits


def _is_half_even(call: FunctionCall) -> bool:
    mode = literal_text(call.arguments[2], "the rounding mode of ROUND")
    if mode not in ("ROUND_HALF_EVEN", "ROUND_HALF_AWAY_FROM_ZERO"):
        raise invalid(f"Invalid rounding mode: {mode}", offset_of(call.node))
    return mode == "ROUND_HALF_EVEN"


def _cut_float(call: FunctionCall, digits: int, name: str, exact: Callable[[str], str]) -> Value:
    """A FLOAT64 without further digits.

    Parameters:
        call: with the number.
        digits: after the decimal point; below zero of those before it.
        name: of DuckDB's function that leaves a whole number.
        exact: the number with its digits after the point, for DuckDB.
    """
    sql = coerce_argument(call, 0, FLOAT64)
    if digits <= 0:
        scaled = f"{name}({sql} / 1e{-digits}) * 1e{-digits}" if digits else f"{name}({sql})"
        return Value(f"({scaled})", FLOAT64)
    return Value(f"(CASE WHEN abs({sql}) >= {_WHOLE_FROM} THEN {sql} ELSE CAST({exact(sql)} AS DOUBLE) END)", FLOAT64)


def _cut_text(sql: str, digits: int) -> str:
    """A number's text up to some digits after its point."""
    return f"substr({sql}, 1, CAST(strpos({sql}, '.') + {digits} AS BIGINT))"


def _safe_divide(call: FunctionCall) -> Value:
    check_count(call, 2, 2)
    values = call.values()
    target = call.compiler.rules.common(values)
    if target is not None and target.kind is Kind.DECIMAL:
        left, right = (call.compiler.coerced(value, NUMERIC, call.node).sql for value in values)
        return Value(f"TRY({numeric_quotient(left, right)})", NUMERIC)
    above, below = (coerce_argument(call, index, FLOAT64) for index in range(2))
    return Value(float_quotient(above, below, zero="NULL", overflow="NULL"), FLOAT64)


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
    "EXP": _floating("exp(n.a)"),
    "FLOOR": _float_of_integers("floor({0})"),
    "LN": _floating("CASE WHEN n.a > 0 THEN ln(n.a) ELSE 'nan' END"),
    "LOG10": _floating("CASE WHEN n.a > 0 THEN log10(n.a) ELSE 'nan' END"),
    "MOD": scalar(
        overload("mod({0}, {1})", INT64, INT64, INT64),
        overload(f"CAST(mod({{0}}, {{1}}) AS {_N})", NUMERIC, NUMERIC, NUMERIC),
    ),
    "POW": _floating("pow(n.a, n.b)", 2),
    "POWER": _floating("pow(n.a, n.b)", 2),
    "ROUND": Function(_round),
    "SAFE_ADD": _safe("+"),
    "SAFE_DIVIDE": Function(_safe_divide),
    "SAFE_MULTIPLY": _safe("*"),
    "SAFE_SUBTRACT": _safe("-"),
    "SIGN": scalar(
        overload(_SIGN, INT64, INT64),
        overload(f"CAST({_SIGN} AS {_N})", NUMERIC, NUMERIC),
        overload(f"CASE WHEN isnan({{0}}) THEN {{0}} ELSE {_SIGN} END", FLOAT64, FLOAT64),
    ),
    "SQRT": _floating("CASE WHEN n.a < 0 THEN 'nan' ELSE sqrt(n.a) END"),
    "TRUNC": Function(_truncate),
}

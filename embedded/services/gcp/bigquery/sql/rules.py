"""The rules of BigQuery's dialect: coercion, operators, names and errors.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.tokens import TokenType

from embedded.services.gcp.bigquery.sql import casts
from embedded.services.gcp.bigquery.sql.functions import FUNCTIONS
from embedded.services.gcp.bigquery.sql.functions.not_here import NOT_HERE
from embedded.services.gcp.bigquery.sql.numbers import arithmetic
from embedded.services.gcp.bigquery.sql.special_syntax import REFUSED_SYNTAX, SPECIAL_SYNTAX
from embedded.services.gcp.bigquery.sql.times import add_days
from embedded.services.gcp.bigquery.sql.types import NUMERIC, named_type, type_name
from embedded.shared.numbers import whole_number
from embedded.sql_engine.compilers import ExpressionCompiler
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.grammar import Statement, keep_calls, misplaced_offset, offset_of, statements
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import FLOAT64, INT64, Kind, Type
from embedded.sql_engine.types import text as literal
from embedded.sql_engine.values import Value

_DIALECT = keep_calls(BigQuery, ("CAST", "SAFE_CAST", "EXTRACT"))
_NOT_BIGQUERY = (TokenType.DCOLON, TokenType.PIPE_GT, TokenType.MOD)
_FROM_TEXT = (Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.MOMENT)
_WIDENED = {
    Kind.INT64: (Kind.DECIMAL, Kind.FLOAT64),
    Kind.DECIMAL: (Kind.FLOAT64,),
    Kind.DATE: (Kind.DATETIME,),
}
_UNCOMPARABLE = (Kind.ARRAY, Kind.STRUCT, Kind.INTERVAL)


def parse(script: str) -> list[Statement]:
    """All statements of a script. Raises SqlError."""
    parsed = statements(script, _DIALECT, _NOT_BIGQUERY)
    if offset := misplaced_offset(script, _DIALECT, after_limit=True):
        raise SqlError(Reason.SYNTAX, "Syntax error: Expected end of input but got keyword OFFSET", offset.start)
    return parsed


class BigQueryRules(Rules):
    """GoogleSQL."""

    dialect = _DIALECT
    functions = FUNCTIONS

    def unknown_function(self, name: str, start: int | None) -> SqlError:
        """The error for a function that does not exist, or not here."""
        if name.upper() in NOT_HERE:
            return unsupported(f"the function {name.upper()}", start)
        return invalid(f"Function not found: {name}", start)

    def unknown_name(self, name: str, start: int | None) -> SqlError:
        """The error for a column that does not exist."""
        return invalid(f"Unrecognized name: {name}", start)

    def ambiguous_name(self, name: str, start: int | None) -> SqlError:
        """The error for a column that several tables have."""
        return invalid(f"Column name {name} is ambiguous", start)

    def no_overload(self, name: str, types: Sequence[Type], start: int | None) -> SqlError:
        """The error for arguments that no overload of a function takes.

        Parameters:
            name: of the function, in upper case.
            types: of the arguments, in their order.
            start: offset of the call in the statement.
        """
        names = ", ".join(map(type_name, types)) or "none"
        message = f"No matching signature for function {name} for argument types: {names}"
        return invalid(message, start)

    def unnamed(self, index: int) -> str:
        """The name of a column without one."""
        return f"f{index}_"

    def named_type(self, node: exp.DataType) -> Type:
        """A type as written. Raises SqlError."""
        return named_type(node)

    def type_name(self, of: Type) -> str:
        """A type by BigQuery's name."""
        return type_name(of)

    def number(self, text: str) -> Value:
        """A number as written: INT64, or FLOAT64 if it has a point or an exponent."""
        if text.isdecimal():
            number = whole_number(text, 0, 2**63 - 1)
            if number is None:
                raise invalid(f"Invalid integer literal: {text[:80]}")
            return Value(f"{number}::BIGINT", INT64, constant=True)
        if not isfinite(float(text)):
            raise invalid(f"Invalid floating point literal: {text[:80]}")
        return Value(f"CAST({literal(text)} AS DOUBLE)", FLOAT64, constant=True)

    def cast(self, value: Value, target: Type, safe: bool) -> Value:
        """CAST or SAFE_CAST.

        Parameters:
            value: to be cast.
            target: the new type.
            safe: NULL for what cannot be read, instead of an error.

        Raises:
            SqlError: there is no such cast.
        """
        return casts.cast(value, target, safe)

    def coerce(self, value: Value, target: Type) -> Value | None:
        """An implicit cast, or None."""
        source = value.type
        if source == target:
            return value
        if source.kind is Kind.NULL or target.kind in _WIDENED.get(source.kind, ()):
            return casts.cast(value, target, safe=False)
        if value.constant and self._literal_fits(source, target):
            return casts.cast(value, target, safe=False)
        if source.kind is Kind.ARRAY and source.element == Type(Kind.NULL) and target.kind is Kind.ARRAY:
            return Value(f"CAST({value.sql} AS {target.duckdb})", target)
        return None

    def common(self, values: Sequence[Value]) -> Type | None:
        """The common type of those that are no literals, or what literals allow; NULL has any type."""
        known = [value for value in values if value.type.kind is not Kind.NULL]
        if not known:
            return INT64
        fixed = [value for value in known if not value.constant] or known
        for among in (fixed, known):
            common = self._supertype([value.type for value in among])
            if common is not None and all(self.coerce(value, common) is not None for value in known):
                return common
        return None

    def binary(self, symbol: str, left: Value, right: Value, node: exp.Expr) -> Value:
        """An arithmetic operator, or `||`.

        Parameters:
            symbol: `+`, `-`, `*`, `/` or `||`.
            left: first operand.
            right: second operand.
            node: locates the error.

        Raises:
            SqlError: the operator does not take such types.
        """
        if symbol == "||":
            return self._concatenate(left, right, node)
        date = add_days(symbol, left, right, node)
        if date is not None:
            return date
        target = self.common([left, right])
        sides = [self.coerce(side, target) for side in (left, right)] if target else []
        if not target or target.kind not in (Kind.INT64, Kind.DECIMAL, Kind.FLOAT64) or None in sides:
            raise self._no_signature(symbol, left, right, node)
        return arithmetic(symbol, *[side for side in sides if side is not None])

    def comparable(self, of: Type) -> bool:
        """Whether `=` takes a type."""
        return of.kind not in _UNCOMPARABLE

    def orderable(self, of: Type) -> bool:
        """Whether `<` and ORDER BY take a type."""
        return of.kind not in _UNCOMPARABLE

    def groupable(self, of: Type) -> bool:
        """Whether GROUP BY takes a type; arrays and structs are not supported."""
        return of.kind not in _UNCOMPARABLE

    def special(self, node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value | None:
        """An expression with special syntax.

        Parameters:
            node: the expression.
            compiler: of its operands.
            scope: the names it may use.

        Returns:
            None if the node has no special syntax.

        Raises:
            SqlError: the operands are wrong.
        """
        write = SPECIAL_SYNTAX.get(type(node)) or REFUSED_SYNTAX.get(type(node))
        return None if write is None else write(node, compiler, scope)

    @staticmethod
    def _literal_fits(source: Type, target: Type) -> bool:
        if source.kind is Kind.STRING:
            return target.kind in _FROM_TEXT
        return source.kind is Kind.FLOAT64 and target.kind is Kind.DECIMAL

    @staticmethod
    def _supertype(types: Sequence[Type]) -> Type | None:
        distinct = set(types)
        if len(distinct) == 1:
            return types[0]
        kinds = {of.kind for of in distinct}
        if kinds <= {Kind.INT64, Kind.DECIMAL, Kind.FLOAT64}:
            return FLOAT64 if Kind.FLOAT64 in kinds else NUMERIC
        if kinds == {Kind.DATE, Kind.DATETIME}:
            return Type(Kind.DATETIME)
        for kind in _FROM_TEXT:
            if kinds == {Kind.STRING, kind}:
                return Type(kind)
        return None

    def _concatenate(self, left: Value, right: Value, node: exp.Expr) -> Value:
        target = self.common([left, right])
        if target is None or target.kind not in (Kind.STRING, Kind.BYTES, Kind.ARRAY):
            raise self._no_signature("||", left, right, node)
        if target.kind is Kind.ARRAY:
            raise unsupported("|| of arrays; ARRAY_CONCAT does the same", offset_of(node))
        sides = [casts.cast(side, target, safe=False).sql for side in (left, right)]
        return Value(f"({sides[0]} || {sides[1]})", target)

    def _no_signature(self, symbol: str, left: Value, right: Value, node: exp.Expr) -> SqlError:
        types = f"{type_name(left.type)}, {type_name(right.type)}"
        return invalid(f"No matching signature for operator {symbol} for argument types: {types}", offset_of(node))

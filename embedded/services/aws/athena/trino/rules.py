"""Trino's dialect for the SQL engine: types, literals, operators, functions and errors.

Source: https://trino.io/docs/current/language.html.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.dialects.trino import Trino

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino import casts, coercions, operators
from embedded.services.aws.athena.trino.functions import FUNCTIONS
from embedded.services.aws.athena.trino.functions.not_here import NOT_HERE
from embedded.services.aws.athena.trino.nodes import special
from embedded.shared.numbers import whole_number
from embedded.sql_engine.compilers import ExpressionCompiler
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.grammar import keep_calls, offset_of
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import BOOL, FLOAT64, INT32, INT64, Kind, Type, array, decimal, struct
from embedded.sql_engine.types import text as literal
from embedded.sql_engine.values import Value

_FORMS = (
    "CAST",
    "TRY_CAST",
    "EXTRACT",
    "POSITION",
    "SUBSTRING",
    "TRIM",
    "CEIL",
    "FLOOR",
    "LISTAGG",
)
_Plain = keep_calls(Trino, _FORMS)


class Grammar(_Plain):  # type: ignore[misc, valid-type]
    """Trino's grammar, in which functions keep their names and subscripts their numbers."""

    INDEX_OFFSET = 0


_NAMES = {
    "BOOLEAN": BOOL,
    "TINYINT": Type(Kind.INT8),
    "SMALLINT": Type(Kind.INT16),
    "INT": INT32,
    "BIGINT": INT64,
    "FLOAT": Type(Kind.FLOAT32),
    "DOUBLE": FLOAT64,
    "VARBINARY": Type(Kind.BYTES),
    "DATE": Type(Kind.DATE),
    "JSON": Type(Kind.JSON),
}
_TIMES = {"TIMESTAMP": Kind.DATETIME, "TIMESTAMPTZ": Kind.TIMESTAMP}
_MOST_DIGITS = 38
_LARGEST_INT32, _LARGEST_INT64 = 2**31 - 1, 2**63 - 1
_UNSORTED = (Kind.MAP, Kind.JSON)


class TrinoRules(Rules):
    """Trino's dialect."""

    dialect = Grammar
    functions = FUNCTIONS
    filters = True
    aliases_in_group = False
    if_without_else = True
    rows_by_name = False

    def unknown_function(self, name: str, start: int | None) -> Failure:
        """The error for a function that does not exist, or not here."""
        if name.upper() in NOT_HERE:
            message = f"Unsupported by this stand-in: the function {name.lower()}"
            return Failure("NOT_SUPPORTED", message, start, Reason.UNSUPPORTED)
        return Failure("FUNCTION_NOT_FOUND", f"Function '{name.lower()}' not registered", start)

    def unknown_name(self, name: str, start: int | None) -> Failure:
        """The error for a column that does not exist."""
        more = "cannot be resolved or requester is not authorized to access requested resources"
        return Failure("COLUMN_NOT_FOUND", f"Column '{name.lower()}' {more}", start)

    def ambiguous_name(self, name: str, start: int | None) -> Failure:
        """The error for a column that several tables have."""
        return Failure("AMBIGUOUS_NAME", f"Column '{name.lower()}' is ambiguous", start)

    def no_overload(self, name: str, types: Sequence[Type], start: int | None) -> Failure:
        """The error for arguments that no overload of a function takes.

        Parameters:
            name: name of the function.
            types: types of the arguments.
            start: offset in the statement.
        """
        names = ", ".join(map(typenames.trino, types))
        message = f"Unexpected parameters ({names}) for function {name.lower()}"
        return Failure("FUNCTION_NOT_FOUND", message, start)

    def unnamed(self, index: int) -> str:
        """The name of a column without one, by its index."""
        return f"_col{index}"

    def type_name(self, of: Type) -> str:
        """Trino's name of a type."""
        return typenames.trino(of)

    def named_type(self, node: exp.DataType) -> Type:
        """Parse a type. Raises SqlError if it is not supported."""
        name = node.this.value if isinstance(node.this, exp.DataType.Type) else str(node.this)
        if name in _NAMES:
            return _NAMES[name]
        sizes = [int(size.name) for size in node.expressions if isinstance(size, exp.DataTypeParam)]
        if name == "DECIMAL":
            return self._decimal(sizes, node)
        if name == "VARCHAR":
            return Type(Kind.STRING, precision=sizes[0] if sizes else None)
        if name in _TIMES:
            if sizes and sizes[0] not in (0, 3):
                raise Failure("NOT_SUPPORTED", f"{name.lower()}({sizes[0]}): times have milliseconds", offset_of(node))
            return Type(_TIMES[name], precision=sizes[0] if sizes else None)
        nested = self._nested(name, node)
        if nested is None:
            raise Failure("TYPE_NOT_FOUND", f"Unknown type: {node.sql().lower()}", offset_of(node))
        return nested

    def _decimal(self, sizes: Sequence[int], node: exp.DataType) -> Type:
        precision, scale = (sizes[0] if sizes else 38), (sizes[1] if len(sizes) > 1 else 0)
        if not 1 <= precision <= coercions.MOST_DIGITS or scale > precision:
            raise Failure("INVALID_ARGUMENTS", f"DECIMAL({precision}, {scale}) is out of range", offset_of(node))
        return decimal(precision, scale)

    def _nested(self, name: str, node: exp.DataType) -> Type | None:
        if name == "ARRAY" and len(node.expressions) == 1:
            return array(self.named_type(node.expressions[0]))
        if name == "MAP" and len(node.expressions) == 2:
            key, element = map(self.named_type, node.expressions)
            return Type(Kind.MAP, key=key, element=element)
        if name == "STRUCT":
            return struct([self._field(field) for field in node.expressions])
        return None

    def _field(self, node: exp.Expr) -> tuple[str, Type]:
        if isinstance(node, exp.ColumnDef):
            return node.name.lower(), self.named_type(node.args["kind"])
        if isinstance(node, exp.DataType):
            return "", self.named_type(node)
        raise Failure("TYPE_NOT_FOUND", f"Unknown type: {node.sql().lower()}", offset_of(node))

    def number(self, text: str) -> Value:
        """Parse a numeric literal. Raises SqlError if it is out of range."""
        if "e" in text.lower():
            return Value(f"CAST({literal(text)} AS DOUBLE)", FLOAT64, constant=True)
        if "." in text:
            whole, _, fraction = text.partition(".")
            digits = len(whole.lstrip("0")) + len(fraction)
            if digits > _MOST_DIGITS:
                raise Failure("SYNTAX_ERROR", f"Invalid numeric literal: {text[:80]}")
            of = decimal(max(digits, 1), len(fraction))
            return Value(f"CAST({literal(text)} AS {of.duckdb})", of, constant=True)
        number = whole_number(text, 0, _LARGEST_INT64)
        if number is None:
            raise Failure("SYNTAX_ERROR", f"Invalid numeric literal: {text[:80]}")
        return Value(str(number), INT32 if number <= _LARGEST_INT32 else INT64, constant=True)

    def cast(self, value: Value, target: Type, safe: bool) -> Value:
        """Build an explicit cast.

        Parameters:
            value: the value.
            target: the new type.
            safe: whether a failure gives NULL, as in TRY_CAST.

        Raises:
            SqlError: there is no such cast.
        """
        if value.constant and value.type.kind is Kind.STRING and target == decimal(coercions.MOST_DIGITS, 0):
            message = "DECIMAL '...' and CAST('...' AS DECIMAL): write the digits, as in DECIMAL(10, 2)"
            raise Failure("NOT_SUPPORTED", message)
        return casts.cast(value, target, safe)

    def coerce(self, value: Value, target: Type) -> Value | None:
        """Build an implicit cast; None if there is none."""
        return coercions.coerced(value, target)

    def common(self, values: Sequence[Value]) -> Type | None:
        """The common supertype of values; None if there is none."""
        return coercions.common_type(values)

    def binary(self, symbol: str, left: Value, right: Value, node: exp.Expr) -> Value:
        """Build a binary operator.

        Parameters:
            symbol: the operator.
            left: first operand.
            right: second operand.
            node: locates errors.

        Raises:
            SqlError: the operator does not take these types.
        """
        return operators.binary(symbol, left, right, node)

    def mismatch(self, what: str, types: Sequence[Type], start: int | None) -> Failure:
        """The error for types without a common supertype.

        Parameters:
            what: such as `operator =`.
            types: types of the operands.
            start: offset in the statement.
        """
        symbol = what.removeprefix("operator ")
        shown = (
            f" {symbol} ".join(map(typenames.trino, types))
            if what != symbol
            else ", ".join(map(typenames.trino, types))
        )
        message = f"Cannot apply operator: {shown}" if what != symbol else f"{what}: types do not match: {shown}"
        return Failure("TYPE_MISMATCH", message, start)

    def comparable(self, of: Type) -> bool:
        """Whether values of a type can be compared for equality."""
        return of.kind is not Kind.JSON

    def orderable(self, of: Type) -> bool:
        """Whether values of a type can be sorted."""
        if of.kind is Kind.ARRAY and of.element:
            return self.orderable(of.element)
        if of.kind is Kind.STRUCT:
            return all(self.orderable(field) for _, field in of.fields)
        return of.kind not in _UNSORTED

    def groupable(self, of: Type) -> bool:
        """Whether values of a type can be grouped."""
        return of.kind is not Kind.JSON

    def special(self, node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value | None:
        """Compile a node that only Trino has; None if there is no such node.

        Parameters:
            node: the expression.
            compiler: compiles its operands.
            scope: names that it may use.

        Raises:
            SqlError: the operands are wrong.
        """
        return special(node, compiler, scope)

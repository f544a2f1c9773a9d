"""Expressions, each node by a rule of its own; a node without one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from embedded.sql_engine.errors import SqlError, invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.scope import Scope, field_of
from embedded.sql_engine.types import BOOL, BYTES, FLOATS, NULL, STRING, Kind, Type, text
from embedded.sql_engine.values import Function, FunctionCall, Rules, Use, Value

if TYPE_CHECKING:
    from embedded.sql_engine.queries import Queries

_COMPARISONS = {exp.EQ: "=", exp.NEQ: "!=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}
_ARITHMETIC = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.DPipe: "||"}
_EQUALITY = ("=", "!=")
_FRAME_SIDES = ("PRECEDING", "FOLLOWING")


class Expressions:
    """Compiles expressions.

    Parameters:
        rules: of the dialect.
        queries: compiles subqueries.
        parameters: values of `@name` by lower-case name, and of `?` by their number from 0 as text.
    """

    def __init__(self, rules: Rules, queries: Queries, parameters: Mapping[str, Value]) -> None:
        self.rules = rules
        self.queries = queries
        self.parameters = parameters
        self._nodes: dict[type[exp.Expression], Callable[[Any, Scope], Value]] = {
            exp.Literal: self._literal,
            exp.RawString: lambda node, scope: _string(node.this),
            exp.ByteString: lambda node, scope: _bytes(node),
            exp.Boolean: lambda node, scope: Value("true" if node.this else "false", BOOL, constant=True),
            exp.Null: lambda node, scope: Value("NULL", NULL, constant=True),
            exp.Paren: self._paren,
            exp.Column: self._column,
            exp.Dot: self._dot,
            exp.And: lambda node, scope: self._logical(node, "AND", scope),
            exp.Or: lambda node, scope: self._logical(node, "OR", scope),
            exp.Not: self._not,
            exp.Is: self._is,
            exp.Between: self._between,
            exp.In: self._in,
            exp.Case: self._case,
            exp.If: self._if,
            exp.Cast: lambda node, scope: self._cast(node, scope, safe=False),
            exp.TryCast: lambda node, scope: self._cast(node, scope, safe=True),
            exp.Anonymous: self._call,
            exp.Filter: self._filtered,
            exp.Window: self._window,
            exp.Subquery: self._subquery,
            exp.Exists: self._exists,
            exp.Parameter: self._parameter,
            exp.Placeholder: self._placeholder,
        }

    def value(self, node: exp.Expression, scope: Scope) -> Value:
        """Compile an expression. Raises SqlError."""
        write = self._nodes.get(type(node))
        if write is not None:
            return write(node, scope)
        found = self.rules.special(node, self, scope)
        if found is not None:
            return found
        if type(node) in _COMPARISONS:
            return self._compare(node, scope)
        if type(node) in _ARITHMETIC:
            only(node, "this", "expression", "typed", "safe", "dpipe")
            left, right = self.value(node.this, scope), self.value(node.expression, scope)
            return self.rules.binary(_ARITHMETIC[type(node)], left, right, node)
        raise unsupported(f"{node.key.upper()} expressions", offset_of(node))

    def condition(self, node: exp.Expression, scope: Scope, clause: str) -> str:
        """Compile what must be true or false. Raises SqlError."""
        value = self.value(node, scope)
        if value.type.kind not in (Kind.BOOL, Kind.NULL):
            raise invalid(f"{clause} should return type BOOL", offset_of(node))
        return f"CAST({value.sql} AS BOOLEAN)" if value.type.kind is Kind.NULL else value.sql

    def unify(self, values: Sequence[Value], what: str, node: exp.Expression) -> list[Value]:
        """Give all values one type. Raises SqlError when there is none."""
        target = self.rules.common(values)
        if target is None:
            raise self.rules.mismatch(what, [value.type for value in values], offset_of(node))
        return [self.coerced(value, target, node) for value in values]

    def coerced(self, value: Value, target: Type, node: exp.Expression) -> Value:
        """Give a value a type that the dialect gives it by itself. Raises SqlError when it does not."""
        found = self.rules.coerce(value, target)
        if found is None:
            told = f"{self.type_name(value.type)} to {self.type_name(target)}"
            raise invalid(f"Value has a type that cannot be coerced: {told}", offset_of(node))
        return found

    def type_name(self, of: Type) -> str:
        """A type in the dialect's words, for messages."""
        return self.rules.type_name(of)

    def order(self, node: exp.Order, scope: Scope, ordinals: Callable[[exp.Expression], str | None]) -> str:
        """`ORDER BY ...`; ordinals tells the place in the SELECT list that an expression means, if it does."""
        only(node, "expressions")
        terms = []
        for term in node.expressions:
            only(term, "this", "desc", "nulls_first")
            written = ordinals(term.this) or self._sortable(term.this, scope)
            direction = "DESC" if term.args.get("desc") else "ASC"
            nulls = "FIRST" if term.args.get("nulls_first") else "LAST"
            terms.append(f"{written} {direction} NULLS {nulls}")
        return f"ORDER BY {', '.join(terms)}"

    def _sortable(self, node: exp.Expression, scope: Scope) -> str:
        value = self.value(node, scope)
        if not self.rules.orderable(value.type):
            message = f"ORDER BY does not support expressions of type {self.type_name(value.type)}"
            raise invalid(message, offset_of(node))
        return value.sql

    def _literal(self, node: exp.Literal, scope: Scope) -> Value:
        return _string(node.this) if node.is_string else self.rules.number(node.this)

    def _paren(self, node: exp.Paren, scope: Scope) -> Value:
        only(node, "this")
        inner = self.value(node.this, scope)
        return Value(f"({inner.sql})", inner.type, inner.constant)

    def _column(self, node: exp.Column, scope: Scope) -> Value:
        return scope.resolve([part.name for part in node.parts], offset_of(node))

    def _dot(self, node: exp.Dot, scope: Scope) -> Value:
        names = node.expression
        if isinstance(node.this, exp.Column | exp.Dot) and all(isinstance(p, exp.Identifier) for p in node.parts):
            return scope.resolve([part.name for part in node.parts], offset_of(node))
        if not isinstance(names, exp.Identifier):
            raise unsupported(f"the name {node.sql()}", offset_of(node))
        return field_of(self.value(node.this, scope), names.name, self.rules, offset_of(node))

    def _logical(self, node: exp.Connector, word: str, scope: Scope) -> Value:
        only(node, "this", "expression")
        left = self.condition(node.this, scope, f"Operand of {word}")
        right = self.condition(node.expression, scope, f"Operand of {word}")
        return Value(f"({left} {word} {right})", BOOL)

    def _not(self, node: exp.Not, scope: Scope) -> Value:
        return Value(f"(NOT {self.condition(node.this, scope, 'Operand of NOT')})", BOOL)

    def _is(self, node: exp.Is, scope: Scope) -> Value:
        only(node, "this", "expression")
        value, test = self.value(node.this, scope), node.expression
        if isinstance(test, exp.Null):
            return Value(f"({value.sql} IS NULL)", BOOL)
        if isinstance(test, exp.Boolean) and value.type.kind is Kind.BOOL:
            return Value(f"({value.sql} IS NOT DISTINCT FROM {'true' if test.this else 'false'})", BOOL)
        raise unsupported(f"IS {test.sql()}", offset_of(node))

    def _compare(self, node: exp.Binary, scope: Scope) -> Value:
        only(node, "this", "expression")
        return self.compare(
            _COMPARISONS[type(node)], self.value(node.this, scope), self.value(node.expression, scope), node
        )

    def compare(self, symbol: str, left: Value, right: Value, node: exp.Expression) -> Value:
        """Compare two values. Raises SqlError when the dialect does not compare such types."""
        left, right = self.unify([left, right], f"operator {symbol}", node)
        allowed = self.rules.comparable if symbol in _EQUALITY else self.rules.orderable
        if not allowed(left.type):
            raise invalid(f"{symbol} is not defined for arguments of type {self.type_name(left.type)}", offset_of(node))
        plain = f"({left.sql} {symbol} {right.sql})"
        return Value(_with_nan(symbol, left, right, plain) if left.type.kind in FLOATS else plain, BOOL)

    def _between(self, node: exp.Between, scope: Scope) -> Value:
        only(node, "this", "low", "high")
        value = self.value(node.this, scope)
        low = self.compare(">=", value, self.value(node.args["low"], scope), node)
        high = self.compare("<=", value, self.value(node.args["high"], scope), node)
        return Value(f"({low.sql} AND {high.sql})", BOOL)

    def _in(self, node: exp.In, scope: Scope) -> Value:
        only(node, "this", "expressions", "query", "unnest")
        value = self.value(node.this, scope)
        if query := node.args.get("query"):
            return self._in_query(node, value, query, scope)
        if unnest := node.args.get("unnest"):
            return self._in_array(node, value, unnest, scope)
        tests = [self.compare("=", value, self.value(each, scope), node).sql for each in node.expressions]
        return Value(f"({' OR '.join(tests)})", BOOL)

    def _in_query(self, node: exp.In, value: Value, query: exp.Expression, scope: Scope) -> Value:
        compiled = self.queries.query(query, scope.inner())
        if len(compiled.columns) != 1:
            raise invalid("Subquery of type IN must have only one output column", offset_of(node))
        column = Value('"c"', compiled.columns[0][1])
        value, column = self.unify([value, column], "operator IN", node)
        return Value(f'({value.sql} IN (SELECT {column.sql} FROM ({compiled.sql}) AS q("c")))', BOOL)

    def _in_array(self, node: exp.In, value: Value, unnest: exp.Expression, scope: Scope) -> Value:
        only(unnest, "expressions")
        array = self.value(unnest.expressions[0], scope)
        if array.type.kind is not Kind.ARRAY or array.type.element is None:
            raise invalid("Second argument of IN UNNEST must be an array", offset_of(node))
        value, element = self.unify([value, Value('"c"', array.type.element)], "operator IN UNNEST", node)
        return Value(f'({value.sql} IN (SELECT {element.sql} FROM (SELECT unnest({array.sql}) AS "c")))', BOOL)

    def _case(self, node: exp.Case, scope: Scope) -> Value:
        only(node, "this", "ifs", "default")
        whens = []
        subject = self.value(node.this, scope) if node.this else None
        for branch in node.args["ifs"]:
            only(branch, "this", "true")
            if subject is None:
                whens.append(self.condition(branch.this, scope, "CASE WHEN"))
            else:
                whens.append(self.compare("=", subject, self.value(branch.this, scope), branch).sql)
        results = [self.value(branch.args["true"], scope) for branch in node.args["ifs"]]
        default = node.args.get("default")
        results.append(self.value(default, scope) if default else Value("NULL", NULL, constant=True))
        results = self.unify(results, "operator CASE", node)
        branches = " ".join(f"WHEN {when} THEN {then.sql}" for when, then in zip(whens, results, strict=False))
        return Value(f"(CASE {branches} ELSE {results[-1].sql} END)", results[-1].type)

    def _if(self, node: exp.If, scope: Scope) -> Value:
        only(node, "this", "true", "false")
        test = self.condition(node.this, scope, "IF")
        if node.args.get("false") is None and not self.rules.if_without_else:
            raise invalid("No matching signature for function IF: it takes three arguments", offset_of(node))
        values = [self.value(node.args.get(name) or exp.Null(), scope) for name in ("true", "false")]
        then, other = self.unify(values, "function IF", node)
        return Value(f"(CASE WHEN {test} THEN {then.sql} ELSE {other.sql} END)", then.type)

    def _cast(self, node: exp.Cast, scope: Scope, safe: bool) -> Value:
        only(node, "this", "to", "safe", "requires_string")
        return self.rules.cast(self.value(node.this, scope), self.rules.named_type(node.to), safe)

    def _filtered(self, node: exp.Filter, scope: Scope, over: str | None = None, nulls: bool | None = None) -> Value:
        only(node, "this", "expression")
        if not self.rules.filters or not isinstance(node.this, exp.Anonymous):
            raise unsupported("FILTER", offset_of(node))
        test = self.condition(node.expression.this, scope, "FILTER")
        return self._call(node.this, scope, over, nulls, f" FILTER (WHERE {test})")

    def _call(
        self,
        node: exp.Anonymous,
        scope: Scope,
        over: str | None = None,
        nulls: bool | None = None,
        condition: str = "",
    ) -> Value:
        name = str(node.name).upper()
        function = self.rules.functions.get(name)
        if function is None:
            raise self.rules.unknown_function(str(node.name), offset_of(node))
        call = self._arguments(name, node, scope)
        if nulls is not None:
            call = _changed(call, ignore_nulls=nulls)
        self._check_use(call, function, over)
        if condition and function.use is not Use.AGGREGATE:
            raise invalid(f"Filter is only valid for aggregation functions, not for {call.name}", offset_of(node))
        try:
            return function.write(_changed(call, over=over or "", filter=condition))
        except SqlError as error:
            if error.start is None:
                error.start = offset_of(node)
            raise

    def _check_use(self, call: FunctionCall, function: Function, over: str | None) -> None:
        if over is not None and function.use is Use.SCALAR:
            raise invalid(f"Analytic function expected: {call.name}", offset_of(call.node))
        if over is None and function.use is Use.ANALYTIC:
            message = f"Analytic function {call.name} cannot be called without an OVER clause"
            raise invalid(message, offset_of(call.node))
        plain = not (call.distinct or call.order or call.limit is not None)
        if function.use is not Use.AGGREGATE and not plain:
            raise invalid(f"DISTINCT, ORDER BY and LIMIT are not for {call.name}", offset_of(call.node))
        if function.use is Use.SCALAR and call.ignore_nulls is not None:
            raise invalid(f"IGNORE NULLS and RESPECT NULLS are not for {call.name}", offset_of(call.node))
        if over is not None and not plain:
            raise unsupported(f"DISTINCT, ORDER BY or LIMIT in {call.name} with OVER", offset_of(call.node))

    def _arguments(self, name: str, node: exp.Anonymous, scope: Scope) -> FunctionCall:
        only(node, "this", "expressions")
        arguments = list(node.expressions)
        call = FunctionCall(name, node, arguments, self, scope)
        if not arguments:
            return call
        last = arguments[-1]
        if isinstance(last, exp.Limit):
            call, last = _changed(call, limit=_natural(last.expression)), last.this
        if isinstance(last, exp.Order):
            call, last = _changed(call, order=self.order(_bare(last), scope, lambda _: None)), last.this
        if isinstance(last, exp.IgnoreNulls | exp.RespectNulls):
            call, last = _changed(call, ignore_nulls=isinstance(last, exp.IgnoreNulls)), last.this
        if isinstance(arguments[0], exp.Distinct) or isinstance(last, exp.Distinct):
            return self._distinct(call, arguments, last)
        return _changed(call, arguments=[*arguments[:-1], last])

    @staticmethod
    def _distinct(call: FunctionCall, arguments: list[exp.Expression], last: exp.Expression) -> FunctionCall:
        first = last if isinstance(last, exp.Distinct) else arguments[0]
        only(first, "expressions")
        rest = [] if first is last else [*arguments[1:-1], last]
        return _changed(call, distinct=True, arguments=[*first.expressions, *rest])

    def _window(self, node: exp.Window, scope: Scope) -> Value:
        only(node, "this", "partition_by", "order", "spec", "over")
        called, nulls = node.this, None
        if isinstance(called, exp.IgnoreNulls | exp.RespectNulls):
            called, nulls = called.this, isinstance(called, exp.IgnoreNulls)
        if not isinstance(called, exp.Anonymous | exp.Filter) or str(node.args.get("over")) != "OVER":
            raise unsupported(f"OVER after {called.sql()}", offset_of(node))
        parts = []
        if partition := node.args.get("partition_by"):
            parts.append(f"PARTITION BY {', '.join(self._groupable(each, scope) for each in partition)}")
        if order := node.args.get("order"):
            parts.append(self.order(order, scope, lambda _: None))
        if spec := node.args.get("spec"):
            parts.append(self._frame(spec, scope))
        write = self._filtered if isinstance(called, exp.Filter) else self._call
        return write(called, scope, f" OVER ({' '.join(parts)})", nulls)

    def _groupable(self, node: exp.Expression, scope: Scope) -> str:
        value = self.value(node, scope)
        if not self.rules.groupable(value.type):
            raise invalid(f"Partitioning by {self.type_name(value.type)} is not allowed", offset_of(node))
        return value.sql

    def _frame(self, spec: exp.WindowSpec, scope: Scope) -> str:
        only(spec, "kind", "start", "start_side", "end", "end_side")
        start = self._bound(spec.args.get("start"), spec.args.get("start_side"), scope)
        if spec.args.get("end") is None:
            return f"{spec.args['kind']} {start}"
        end = self._bound(spec.args.get("end"), spec.args.get("end_side"), scope)
        return f"{spec.args['kind']} BETWEEN {start} AND {end}"

    def _bound(self, bound: str | exp.Expression | None, side: str | None, scope: Scope) -> str:
        if isinstance(bound, str) and bound.upper() == "CURRENT ROW":
            return "CURRENT ROW"
        if side is None or side.upper() not in _FRAME_SIDES:
            raise unsupported(f"the window frame {bound}")
        if isinstance(bound, str):
            return f"UNBOUNDED {side}"
        if bound is None or not bound.is_int:
            raise unsupported("a window frame whose border is not a whole number")
        return f"{_natural(bound)} {side}"

    def _subquery(self, node: exp.Subquery, scope: Scope) -> Value:
        compiled = self.queries.query(node, scope.inner())
        if len(compiled.columns) != 1:
            message = "Scalar subquery cannot have more than one column unless using SELECT AS STRUCT"
            raise invalid(message, offset_of(node))
        return Value(f"({compiled.sql})", compiled.columns[0][1])

    def _exists(self, node: exp.Exists, scope: Scope) -> Value:
        only(node, "this")
        return Value(f"EXISTS ({self.queries.query(node.this, scope.inner()).sql})", BOOL)

    def _parameter(self, node: exp.Parameter, scope: Scope) -> Value:
        only(node, "this")
        found = self.parameters.get(node.name.lower())
        if found is None:
            raise invalid(f"Query parameter '{node.name}' not found", offset_of(node))
        return found

    def _placeholder(self, node: exp.Placeholder, scope: Scope) -> Value:
        only(node, "this")
        found = self.parameters.get(str(node.this))
        if found is None:
            raise invalid("Not enough positional parameters are given for the query", offset_of(node))
        return found


def _string(content: str) -> Value:
    return Value(text(content), STRING, constant=True)


def _bytes(node: exp.ByteString) -> Value:
    only(node, "this", "is_bytes")
    return Value(f"CAST({text(_escaped(node.this.encode('latin-1')))} AS BLOB)", BYTES, constant=True)


def _escaped(content: bytes) -> str:
    return "".join(f"\\x{byte:02X}" for byte in content)


def _bare(order: exp.Order) -> exp.Order:
    return exp.Order(expressions=order.expressions)


def _natural(node: exp.Expression) -> int:
    if not node.is_int:
        raise unsupported(f"{node.sql()} where a whole number is expected", offset_of(node))
    return int(node.name)


def _changed(call: FunctionCall, **changes: Any) -> FunctionCall:
    return replace(call, **changes)


def _with_nan(symbol: str, left: Value, right: Value, plain: str) -> str:
    """NaN equals nothing and has no order; to DuckDB it is one value, above all others."""
    false_or_null = f"nullif(({left.sql} = {right.sql}) IS NULL, true)"
    of_nan = f"NOT {false_or_null}" if symbol == "!=" else false_or_null
    return f"(CASE WHEN isnan({left.sql}) OR isnan({right.sql}) THEN {of_nan} ELSE {plain} END)"

"""Expressions that select partitions: `year = '2025' AND month BETWEEN '01' AND '06'`.

Operators and key types: https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html. Everything else is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlglot
from sqlglot import exp

from embedded.services.aws.glue.errors import invalid

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""Hive's value of a key for NULL."""

Row = Mapping[str, Any]
Test = Callable[[Row], bool | None]
"""True, false, or None for SQL's unknown."""

_TYPES: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "varchar": str,
    "char": str,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    **dict.fromkeys(("int", "integer", "bigint", "long", "tinyint", "smallint"), int),
    "decimal": Decimal,
}
_COMPARISONS: Mapping[type[exp.Expr], Callable[[Any, Any], bool]] = {
    exp.EQ: lambda left, right: left == right,
    exp.NEQ: lambda left, right: left != right,
    exp.GT: lambda left, right: left > right,
    exp.GTE: lambda left, right: left >= right,
    exp.LT: lambda left, right: left < right,
    exp.LTE: lambda left, right: left <= right,
}
_MIRRORED: Mapping[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
}


class PartitionExpression:
    """A condition on the values of partitions.

    Parameters:
        text: the condition; empty for all partitions.
        keys: the partition keys, with `Name` and `Type`.

    Raises:
        AwsError: InvalidInputException, which names the unsupported part.
    """

    def __init__(self, text: str | None, keys: Sequence[Mapping[str, Any]]) -> None:
        self._keys = {key["Name"].lower(): _reader(key) for key in keys}
        self._test = self._compile(_parse(text)) if text and text.strip() else lambda row: True

    def matches(self, values: Sequence[str]) -> bool:
        """Whether a partition is selected; `values` are in the order of the keys."""
        pairs = zip(self._keys.items(), values, strict=True)
        row = {name: None if value == NO_VALUE else read(value) for (name, read), value in pairs}
        return self._test(row) is True

    def _compile(self, node: exp.Expr) -> Test:
        if isinstance(node, exp.Paren):
            return self._compile(node.this)
        if isinstance(node, exp.And | exp.Or):
            return _combine(isinstance(node, exp.And), self._compile(node.left), self._compile(node.right))
        if isinstance(node, exp.Not):
            inner = self._compile(node.this)
            return lambda row: None if (result := inner(row)) is None else not result
        if type(node) in _COMPARISONS:
            return self._comparison(node)
        if isinstance(node, exp.In) and node.expressions:
            name, values = self._column(node.this), [self._value(node.this, item) for item in node.expressions]
            return lambda row: _known(row[name]) and row[name] in values
        if isinstance(node, exp.Between):
            name = self._column(node.this)
            low, high = self._value(node.this, node.args["low"]), self._value(node.this, node.args["high"])
            return lambda row: _known(row[name]) and low <= row[name] <= high
        return self._other(node)

    def _other(self, node: exp.Expr) -> Test:
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            name = self._column(node.this)
            return lambda row: row[name] is None
        if isinstance(node, exp.Like) and isinstance(node.expression, exp.Literal) and node.expression.is_string:
            name, pattern = self._column(node.this), _like(node.expression.this)
            return lambda row: _known(row[name]) and bool(pattern.fullmatch(str(row[name])))
        raise _refused(node)

    def _comparison(self, node: exp.Expr) -> Test:
        column, literal, kind = node.this, node.expression, type(node)
        if not isinstance(column, exp.Column):
            column, literal, kind = literal, column, _MIRRORED.get(kind, kind)
        if not isinstance(column, exp.Column):
            raise _refused(node)
        name, value, compare = self._column(column), self._value(column, literal), _COMPARISONS[kind]
        return lambda row: _known(row[name]) and compare(row[name], value)

    def _column(self, node: exp.Expr) -> str:
        if not isinstance(node, exp.Column) or node.table:
            raise _refused(node)
        if node.name.lower() not in self._keys:
            raise invalid(f"{node.name} is no partition key; the keys are {', '.join(self._keys) or 'none'}")
        return node.name.lower()

    def _value(self, column: exp.Expr, node: exp.Expr) -> Any:
        sign, literal = ("-", node.this) if isinstance(node, exp.Neg) else ("", node)
        if isinstance(literal, exp.Cast):  # DATE '2025-01-01' is parsed as a cast
            literal = literal.this
        if not isinstance(literal, exp.Literal):
            raise _refused(node)
        return self._keys[self._column(column)](f"{sign}{literal.this}")


def _parse(text: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(text, read="hive")
    except sqlglot.errors.SqlglotError as error:
        raise invalid(f"Expression {text!r} cannot be parsed") from error


def _combine(both: bool, left: Test, right: Test) -> Test:
    """AND or OR of two tests, in SQL's three-valued logic."""

    def test(row: Row) -> bool | None:
        results = {left(row), right(row)}
        if (not both) in results:
            return not both
        return None if None in results else both

    return test


def _known(value: Any) -> bool | None:
    return None if value is None else True


def _reader(key: Mapping[str, Any]) -> Callable[[str], Any]:
    kind = re.match(r"\w+", key.get("Type", "string")) or [""]
    convert = _TYPES.get(kind[0].lower())

    def read(text: str) -> Any:
        if convert is None:
            raise invalid(f"Partition key {key['Name']}: the type {key['Type']} cannot be used in an expression")
        try:
            return convert(text)
        except (ValueError, InvalidOperation) as error:
            raise invalid(f"{text!r} is no {key['Type']}, which partition key {key['Name']} is") from error

    return read


def _like(text: str) -> re.Pattern[str]:
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in text), re.DOTALL)


def _refused(node: exp.Expr) -> Exception:
    return invalid(f"{node.sql(dialect='hive')!r} is not supported in an expression of partitions")

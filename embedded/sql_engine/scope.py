"""Scopes: the sources and columns that the names of a SELECT resolve to."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from embedded.sql_engine.types import Kind, Type, extract, quote
from embedded.sql_engine.values import Value


class NamePolicy(Protocol):
    """How a dialect resolves names."""

    @property
    def rows_by_name(self) -> bool:
        """Whether the bare name of a table stands for its row."""

    def unknown_name(self, name: str, start: int | None) -> Exception:
        """The error for a column that does not exist."""

    def ambiguous_name(self, name: str, start: int | None) -> Exception:
        """The error for a column that several tables have."""


@dataclass(frozen=True)
class Column:
    """A column of a relation.

    Parameters:
        name: as the user sees it.
        type: its neutral type.
        sql: the column in DuckDB.
    """

    name: str
    type: Type
    sql: str

    @property
    def value(self) -> Value:
        """Its use in an expression."""
        return Value(self.sql, self.type)


@dataclass(frozen=True)
class Source:
    """An item of FROM.

    Parameters:
        name: its alias or its table's name; None if it can only be reached by its columns.
        columns: in their order.
        value: what the bare name stands for, where that is a value (UNNEST).
    """

    name: str | None
    columns: Sequence[Column]
    value: Value | None = None


@dataclass
class Scope:
    """The names of one SELECT.

    Parameters:
        policy: how the dialect resolves names.
        sources: in the order of FROM.
        visible: the columns that can be used without a table's name, as `*` lists them.
        outer: the SELECT around this one.
        aliases: names of the SELECT list, where a clause may use them.
        prefer_aliases: they win over columns (ORDER BY); else such a name is refused as ambiguous.
        relations: of WITH, by lower-case name.
        counter: numbers what has no name of its own, in one statement.
    """

    policy: NamePolicy
    sources: list[Source] = field(default_factory=list)
    visible: list[Column] = field(default_factory=list)
    outer: Scope | None = None
    aliases: Mapping[str, Value] = field(default_factory=dict)
    prefer_aliases: bool = False
    relations: Mapping[str, Relation] = field(default_factory=dict)
    counter: itertools.count[int] = field(default_factory=itertools.count)

    def inner(self) -> Scope:
        """The scope of a subquery."""
        return Scope(self.policy, outer=self, relations=self.relations, counter=self.counter)

    def with_aliases(self, aliases: Mapping[str, Value], prefer: bool) -> Scope:
        """The same names and those of the SELECT list."""
        return Scope(self.policy, self.sources, self.visible, self.outer, aliases, prefer, self.relations, self.counter)

    def fresh(self, prefix: str) -> str:
        """A name that is unique in the statement."""
        return f"{prefix}{next(self.counter)}"

    def relation(self, name: str) -> Relation | None:
        """The query of WITH by that name, or None."""
        return self.relations.get(name.lower())

    def resolve(self, parts: Sequence[str], start: int | None) -> Value:
        """What a dotted name stands for. Raises SqlError."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.resolve_locally(parts, start)
            if value is not None:
                return value
            scope = scope.outer
        raise self.policy.unknown_name(".".join(parts), start)

    def resolve_locally(self, parts: Sequence[str], start: int | None) -> Value | None:
        """What a dotted name stands for in this SELECT alone; None if it has no such name. Raises SqlError."""
        first = parts[0].lower()
        alias = self.aliases.get(first)
        if alias is not None and self.prefer_aliases:
            return self._fields(alias, parts[1:], start)
        column = self._column(self.visible, parts[0], start)
        if alias is not None:
            if column is not None and column.sql != alias.sql:
                raise self.policy.ambiguous_name(parts[0], start)
            return self._fields(alias, parts[1:], start)
        source = next((source for source in self.sources if source.name and source.name.lower() == first), None)
        named = len(parts) > 1 or (column is None and (self.policy.rows_by_name or (source and source.value)))
        if source is not None and named:
            return self._of(source, parts, start)
        return None if column is None else self._fields(column, parts[1:], start)

    def _of(self, source: Source, parts: Sequence[str], start: int | None) -> Value:
        if len(parts) == 1:
            return source.value or self._row(source)
        column = self._column(source.columns, parts[1], start)
        if column is not None:
            return self._fields(column, parts[2:], start)
        if source.value is not None:
            return self._fields(source.value, parts[1:], start)
        raise self.policy.unknown_name(parts[1], start)

    def _row(self, source: Source) -> Value:
        fields = [(column.name, column.type) for column in source.columns]
        packed = ", ".join(f"{quote(column.name)} := {column.sql}" for column in source.columns)
        return Value(f"struct_pack({packed})", Type(Kind.STRUCT, fields=tuple(fields)))

    def _column(self, columns: Sequence[Column], name: str, start: int | None) -> Value | None:
        matches = [column for column in columns if column.name.lower() == name.lower()]
        if len(matches) > 1:
            raise self.policy.ambiguous_name(name, start)
        return matches[0].value if matches else None

    def _fields(self, value: Value, names: Sequence[str], start: int | None) -> Value:
        for name in names:
            value = field_of(value, name, self.policy, start)
        return value


@dataclass(frozen=True)
class Relation:
    """Rows: a table, a view, a query of WITH.

    Parameters:
        sql: the item of DuckDB's FROM.
        columns: names and types; DuckDB has them under the same names.
    """

    sql: str
    columns: Sequence[tuple[str, Type]]


def field_of(value: Value, name: str, policy: NamePolicy, start: int | None) -> Value:
    """A field of a STRUCT.

    Parameters:
        value: the STRUCT.
        name: of the field.
        policy: with the error for unknown names.
        start: offset of the name in the statement.

    Raises:
        SqlError: there is no such field.
    """
    if value.type.kind is Kind.STRUCT:
        for known, of in value.type.fields:
            if known.lower() == name.lower():
                return Value(extract(value.sql, known), of)
    raise policy.unknown_name(name, start)

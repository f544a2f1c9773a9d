"""Parses SQL to syntax trees. Only the grammar is sqlglot's; the meaning of a function is up to a dialect's rules."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType

from embedded.sql_engine.errors import Reason, SqlError, unsupported


@dataclass(frozen=True)
class Statement:
    """One statement of a script.

    Parameters:
        text: as written.
        start: where it begins in the script, from 0.
        tree: as parsed; the offsets of its names count from `start`.
    """

    text: str
    start: int
    tree: exp.Expr


def keep_calls(base: type[Dialect], special: Iterable[str]) -> type[Dialect]:
    """A grammar that leaves function calls as they are written.

    Parameters:
        base: sqlglot's dialect.
        special: functions with special syntax, such as CAST(x AS type), that sqlglot still parses.
    """
    kept = {name: parse for name, parse in base.parser_class.FUNCTION_PARSERS.items() if name in set(special)}
    marks = {**base.parser_class.PLACEHOLDER_PARSERS, TokenType.PLACEHOLDER: _mark}
    changes = {"FUNCTIONS": {}, "FUNCTION_PARSERS": kept, "PLACEHOLDER_PARSERS": marks}
    parser = type("Parser", (base.parser_class,), changes)
    return type(f"Plain{base.__name__}", (base,), {"Parser": parser})


def statements(script: str, dialect: type[Dialect], refused: Collection[TokenType] = ()) -> list[Statement]:
    """All statements of a script, without empty ones.

    Parameters:
        script: one or more statements, between semicolons.
        dialect: made by `keep_calls`.
        refused: tokens that sqlglot accepts and the dialect does not have.

    Raises:
        SqlError: the text cannot be parsed.
    """
    try:
        tokens = dialect().tokenize(script)
    except TokenError as error:
        raise SqlError(Reason.SYNTAX, f"Syntax error: {_first(error)}") from error
    for token in tokens:
        if token.token_type in refused:
            raise SqlError(Reason.SYNTAX, f"Syntax error: Unexpected {token.text!r}", token.start)
    parsed = [_parse(script, part, dialect) for part in _split(tokens)]
    _number([statement.tree for statement in parsed])
    return parsed


def only(node: exp.Expr, *names: str) -> None:
    """Refuse a node with arguments that the caller does not read.

    Raises:
        SqlError: an argument of the node that is not among the names is set.
    """
    for name, value in node.args.items():
        if value and name not in names:
            raise unsupported(f"{node.key.upper()} with {name.strip('_').upper()}", offset_of(node))


def offset_of(node: exp.Expr) -> int | None:
    """The offset of a node in its statement, or None if none of its names has one."""
    starts = (part.meta.get("start") for part in node.walk())
    return min((int(start) for start in starts if start is not None), default=None)


def _mark(parser: Any) -> exp.Placeholder:
    """A `?` with its offset: placeholders are not compiled in the order in which they are written."""
    mark = exp.Placeholder()
    mark.meta["start"] = parser._prev.start
    return mark


def _number(trees: Iterable[exp.Expr]) -> None:
    """Number the `?` of a script, from 0."""
    numbers = itertools.count()
    for tree in trees:
        for mark in sorted(tree.find_all(exp.Placeholder), key=lambda mark: mark.meta.get("start", 0)):
            if not mark.this:
                mark.set("this", str(next(numbers)))


def _split(tokens: list[Token]) -> Iterator[list[Token]]:
    part: list[Token] = []
    for token in tokens:
        if token.token_type is not TokenType.SEMICOLON:
            part.append(token)
            continue
        if part:
            yield part
        part = []
    if part:
        yield part


def _parse(script: str, tokens: list[Token], dialect: type[Dialect]) -> Statement:
    start, end = tokens[0].start, tokens[-1].end + 1
    text = script[start:end]
    try:
        trees = dialect().parse(text)
    except (ParseError, TokenError) as error:
        raise SqlError(Reason.SYNTAX, f"Syntax error: {_first(error)}", start + _offset(error, text)) from error
    tree = trees[0] if len(trees) == 1 else None
    if tree is None:
        raise SqlError(Reason.SYNTAX, "Syntax error: one statement expected", start)
    if isinstance(tree, exp.Command):
        raise unsupported(f"the statement {tokens[0].text.upper()}", start)
    return Statement(text, start, tree)


def _first(error: ParseError | TokenError) -> str:
    if isinstance(error, ParseError) and error.errors:
        detail = error.errors[0]
        near = detail.get("highlight") or ""
        return f"{detail['description'].rstrip('.')}" + (f" near {near!r}" if near else "")
    return str(error).splitlines()[0]


def _offset(error: ParseError | TokenError, text: str) -> int:
    if not isinstance(error, ParseError) or not error.errors:
        return 0
    detail = error.errors[0]
    lines = text.splitlines(keepends=True)[: (detail.get("line") or 1) - 1]
    width = len(detail.get("highlight") or "")
    return sum(map(len, lines)) + max((detail.get("col") or 1) - width, 0)

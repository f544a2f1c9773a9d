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

_COUNTS = (TokenType.NUMBER, TokenType.PARAMETER, TokenType.PLACEHOLDER)
_FILLED = {TokenType.WHERE, TokenType.GROUP_BY, TokenType.HAVING, TokenType.ORDER_BY, TokenType.PARTITION_BY,
           TokenType.ON}  # fmt: skip
"""Clauses that sqlglot takes without anything after them."""
_ENDING = {*_FILLED, TokenType.SEMICOLON, TokenType.R_PAREN, TokenType.LIMIT, TokenType.UNION, TokenType.EXCEPT,
           TokenType.INTERSECT} - {TokenType.ON, TokenType.PARTITION_BY}  # fmt: skip


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
    _refuse_empty_clauses(tokens)
    parsed = [_parse(script, part, dialect) for part in _split(tokens)]
    _number([statement.tree for statement in parsed])
    return parsed


def misplaced_offset(script: str, dialect: type[Dialect], after_limit: bool) -> Token | None:
    """The first OFFSET that stands on the wrong side of its LIMIT: sqlglot takes them in any order.

    Parameters:
        script: that can be parsed.
        dialect: made by `keep_calls`.
        after_limit: whether OFFSET follows a LIMIT; otherwise it must not.
    """
    tokens = dialect().tokenize(script)
    limited = [False]  # at each depth of parentheses
    for token, following in itertools.pairwise(tokens):
        if token.token_type is TokenType.L_PAREN:
            limited.append(False)
        elif token.token_type is TokenType.R_PAREN:
            limited.pop()
        elif token.token_type in (TokenType.SEMICOLON, TokenType.SELECT):
            limited[-1] = False
        elif token.token_type in (TokenType.LIMIT, TokenType.FETCH):
            limited[-1] = True
        elif token.token_type is TokenType.OFFSET and following.token_type in _COUNTS and limited[-1] != after_limit:
            return token
    return None


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


def _refuse_empty_clauses(tokens: list[Token]) -> None:
    for first, second, third in zip(tokens, tokens[1:], tokens[2:], strict=False):
        kinds = (first.token_type, second.token_type, third.token_type)
        if kinds == (TokenType.IN, TokenType.L_PAREN, TokenType.R_PAREN):
            raise SqlError(Reason.SYNTAX, 'Syntax error: Unexpected ")"', third.start)
    for token, following in itertools.zip_longest(tokens, tokens[1:]):
        if token.token_type not in _FILLED:
            continue
        if following is None or following.token_type is TokenType.SEMICOLON:
            raise SqlError(Reason.SYNTAX, "Syntax error: Unexpected end of script", token.end + 1)
        if following.token_type in _ENDING:
            word = (
                f"keyword {following.text.upper().split()[0]}" if following.text[0].isalpha() else f'"{following.text}"'
            )
            raise SqlError(Reason.SYNTAX, f"Syntax error: Unexpected {word}", following.start)


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

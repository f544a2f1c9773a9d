"""Tokens of a statement, consumed from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass

from embedded.sql_engine.errors import Reason, SqlError

_TOKEN = re.compile(
    r"""\s+|--[^\n]*|/\*.*?\*/
    |(?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    |(?P<name>`[^`]+`)
    |(?P<word>[A-Za-z_][\w$]*)
    |(?P<number>\d+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|[0-7]{3}|.)", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


@dataclass(frozen=True)
class Token:
    """A token.

    Parameters:
        kind: `text`, `name` in back quotes, `word`, `number` or `sign`; empty at the end.
        value: text without quotes.
        start: offset of its first character in the statement.
        end: offset behind its last character.
    """

    kind: str
    value: str
    start: int
    end: int


class Tokens:
    """The tokens of a statement.

    Parameters:
        sql: the statement.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._tokens = _read(sql)
        self._position = 0

    @property
    def next(self) -> Token:
        """The next token, which is not consumed."""
        return self._tokens[self._position]

    def take(self) -> Token:
        """Consume the next token."""
        token = self.next
        self._position += token.kind != ""
        return token

    def accept(self, *words: str) -> bool:
        """Consume words if they are next; case does not matter. Returns whether they are."""
        ahead = self._tokens[self._position : self._position + len(words)]
        if [token.value.upper() for token in ahead if token.kind in ("word", "sign")] != list(words):
            return False
        self._position += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Consume words; raises SqlError if they are not next."""
        for word in words:
            if not self.accept(word):
                raise self.unexpected(word)

    def name(self) -> str:
        """Consume a name; returns it in lower case. Raises SqlError for another token."""
        token = self.take()
        if token.kind not in ("name", "word", "text") or (token.kind == "text" and self.sql[token.start] == "'"):
            raise self.unexpected("a name", token)
        return token.value.lower()

    def names(self) -> list[str]:
        """Consume a dotted name. Raises SqlError for another token."""
        parts = [self.name()]
        while self.accept("."):
            parts.append(self.name())
        return parts

    def text(self) -> str:
        """Consume a quoted text. Raises SqlError for another token."""
        token = self.take()
        if token.kind != "text":
            raise self.unexpected("a text in quotes", token)
        return token.value

    def end(self) -> None:
        """Check that the statement ends here, with an optional semicolon; raises SqlError if not."""
        self.accept(";")
        if self.next.kind:
            raise self.unexpected("the end of the statement")

    def unexpected(self, wanted: str, token: Token | None = None) -> SqlError:
        """The error for an unexpected token."""
        token = token or self.next
        shown = f"'{token.value}'" if token.kind else "<EOF>"
        return SqlError(Reason.SYNTAX, f"mismatched input {shown}. Expecting: {wanted}", token.start)


def _read(sql: str) -> list[Token]:
    matches = ((match.lastgroup, match) for match in _TOKEN.finditer(sql))
    tokens = [Token(kind, _value(kind, match[0]), match.start(), match.end()) for kind, match in matches if kind]
    return [*tokens, Token("", "", len(sql), len(sql))]


def _value(kind: str, written: str) -> str:
    if kind == "name":
        return written[1:-1]
    if kind != "text":
        return written
    mark = written[0]
    return _ESCAPE.sub(_unescaped, written[1:-1].replace(mark * 2, mark))


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "u" and len(code) == 5:
        return chr(int(code[1:], 16))
    if len(code) == 3:
        return chr(int(code, 8))
    return _CONTROLS.get(code, code)

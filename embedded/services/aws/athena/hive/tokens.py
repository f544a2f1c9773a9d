"""The words of a statement, read one after the other."""

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
    """A word.

    Parameters:
        kind: `text`, `name` in back quotes, `word`, `number` or `sign`; empty at the end.
        value: without its quotes.
        start: its first character in the statement.
        end: the first one behind it.
    """

    kind: str
    value: str
    start: int
    end: int


class Tokens:
    """The words of a statement.

    Parameters:
        sql: the statement.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._tokens = _read(sql)
        self._place = 0

    @property
    def next(self) -> Token:
        """The next word, which stays."""
        return self._tokens[self._place]

    def take(self) -> Token:
        """The next word."""
        token = self.next
        self._place += token.kind != ""
        return token

    def accept(self, *words: str) -> bool:
        """Take words if they are next, whatever their case."""
        ahead = self._tokens[self._place : self._place + len(words)]
        if [token.value.upper() for token in ahead if token.kind in ("word", "sign")] != list(words):
            return False
        self._place += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Take words, which must be next. Raises SqlError."""
        for word in words:
            if not self.accept(word):
                raise self.unexpected(word)

    def name(self) -> str:
        """Take a name, in lower case. Raises SqlError."""
        token = self.take()
        if token.kind not in ("name", "word", "text") or (token.kind == "text" and self.sql[token.start] == "'"):
            raise self.unexpected("a name", token)
        return token.value.lower()

    def names(self) -> list[str]:
        """Take a name with dots. Raises SqlError."""
        found = [self.name()]
        while self.accept("."):
            found.append(self.name())
        return found

    def text(self) -> str:
        """Take a text in quotes. Raises SqlError."""
        token = self.take()
        if token.kind != "text":
            raise self.unexpected("a text in quotes", token)
        return token.value

    def end(self) -> None:
        """Raise SqlError unless the statement ends here; a semicolon may stand there."""
        self.accept(";")
        if self.next.kind:
            raise self.unexpected("the end of the statement")

    def unexpected(self, wanted: str, token: Token | None = None) -> SqlError:
        """The error for a word that cannot stand where it does."""
        found = token or self.next
        shown = f"'{found.value}'" if found.kind else "<EOF>"
        return SqlError(Reason.SYNTAX, f"mismatched input {shown}. Expecting: {wanted}", found.start)


def _read(sql: str) -> list[Token]:
    found = ((match.lastgroup, match) for match in _TOKEN.finditer(sql))
    tokens = [Token(kind, _value(kind, match[0]), match.start(), match.end()) for kind, match in found if kind]
    return [*tokens, Token("", "", len(sql), len(sql))]


def _value(kind: str, written: str) -> str:
    if kind == "name":
        return written[1:-1]
    if kind != "text":
        return written
    mark = written[0]
    return _ESCAPE.sub(_unescaped, written[1:-1].replace(mark * 2, mark))


def _unescaped(match: re.Match[str]) -> str:
    found = match[1]
    if found[0] == "u" and len(found) == 5:
        return chr(int(found[1:], 16))
    if len(found) == 3:
        return chr(int(found, 8))
    return _CONTROLS.get(found, found)

"""Finds the placeholders of SQL text, outside strings, quoted names and comments.

The two patterns are the lexical rules of https://www.postgresql.org/docs/18/sql-syntax-lexical.html and of
https://clickhouse.com/docs/sql-reference/syntax. sqlglot's tokenizers do not do: they refuse an unterminated string or
comment, which the database itself has to report, and drop the text of comments.
"""

import re
from collections.abc import Callable, Iterator

_REST = r"""
    | (?P<word>    [^\W\d][\w$]* | \d[\w.]* )
    | (?P<other>   . )
"""
"""The tokens after comments and quotes, which are the same in all dialects."""
TOKENS = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\* )                       # the end of a block comment is sought by hand: they nest
    | (?P<quoted>  [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
                 | (?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag) )
    """
    + _REST,
    re.VERBOSE | re.DOTALL,
)
CLICKHOUSE = re.compile(
    r"""
      (?P<comment> --[^\n]* | \#[!\ ][^\n]* | /\*.*?(?:\*/|$) )
    | (?P<quoted>  '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | `(?:[^`\\]|\\.|``)*`
                 | (?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag) )
    """
    + _REST,
    re.VERBOSE | re.DOTALL,
)
"""The tokens of ClickHouse: a backslash escapes in every string, a backtick quotes names, comments do not nest."""
BLOCK_MARKS = re.compile(r"/\*|\*/")


def placeholders(
    sql: str,
    replacement: Callable[[int], str],
    literal: Callable[[str], str] = str,
    tokens: re.Pattern[str] = TOKENS,
) -> tuple[str, int]:
    """The text with the n-th `?` (from 0) as `replacement(n)`, all else as `literal(text)`; and their count.

    Parameters:
        sql: the text.
        replacement: writes the placeholder of a number.
        literal: writes any other token.
        tokens: the tokens of the dialect.
    """
    parts: list[str] = []
    count = 0
    for kind, token in _tokens(sql, tokens):
        if kind == "other" and token == "?":
            parts.append(replacement(count))
            count += 1
        else:
            parts.append(literal(token))
    return "".join(parts), count


def _tokens(sql: str, tokens: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(sql):
        match = tokens.match(sql, position)
        assert match, "`other` matches any character"
        end = _comment_end(sql, position) if match.group() == "/*" else match.end()
        yield match.lastgroup or "other", sql[position:end]
        position = end


def _comment_end(sql: str, start: int) -> int:
    depth = 0
    for mark in BLOCK_MARKS.finditer(sql, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)

"""Splits SQL text into statements and finds its parameters, outside strings, quoted names and comments.

The two patterns are the lexical rules of https://www.postgresql.org/docs/18/sql-syntax-lexical.html and of
https://clickhouse.com/docs/sql-reference/syntax. DuckDB splits its statements itself. sqlglot's tokenizers do not do:
they refuse an unterminated string or comment, which the database itself has to report, and drop the text of comments.
"""

import re
from collections.abc import Callable, Container, Iterator

_REST = r"""
    | (?P<cast>    :: | := )
    | (?P<named>   :[^\W\d]\w* )
    | (?P<end>     ; )
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
ROUTINE = re.compile(r"CREATE( OR REPLACE)? (FUNCTION|PROCEDURE)\b")


def split(sql: str, tokens: re.Pattern[str] = TOKENS) -> list[str]:
    """Split a text into its statements, without the semicolons between them and without empty ones.

    Parameters:
        sql: the text.
        tokens: the tokens of its dialect.
    """
    statements: list[str] = []
    text: list[str] = []
    words: list[str] = []
    depth = 0
    for kind, token in _tokens(sql, tokens):
        if kind == "end" and depth == 0:
            _add(statements, text, words)
            text, words = [], []
            continue
        text.append(token)
        if kind == "word":
            depth = _block_depth(depth, words, token.upper())
            words.append(token.upper())
        elif kind not in ("comment", "space"):
            words.append(token)
    _add(statements, text, words)
    return statements


def bind(
    sql: str,
    known: Container[str],
    render: Callable[[str], str],
    literal: Callable[[str], str] = str,
    tokens: re.Pattern[str] = TOKENS,
) -> str:
    """The text with each parameter `:name` as `render(name)`, all else as `literal(text)`.

    A name that is not known is a parameter too (an empty one), except in brackets: there it may belong to a slice,
    `a[1:n]`, or a struct, `{'a':b}`.

    Parameters:
        sql: the text.
        known: names of the parameters.
        render: writes the parameter of a name.
        literal: writes any other token.
        tokens: the tokens of the dialect.
    """
    parts: list[str] = []
    depth = 0
    for kind, token in _tokens(sql, tokens):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
        is_parameter = kind == "named" and (token[1:] in known or depth == 0)
        parts.append(render(token[1:]) if is_parameter else literal(token))
    return "".join(parts)


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


def words(sql: str) -> list[str]:
    """The words of a statement in capitals, without strings, quoted names and comments."""
    return [token.upper() for kind, token in _tokens(sql, TOKENS) if kind == "word"]


def _tokens(sql: str, tokens: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(sql):
        match = tokens.match(sql, position)
        assert match, "`other` matches any character"
        kind = match.lastgroup or "other"
        kind = "quoted" if kind == "tag" else kind
        end = _comment_end(sql, position) if match.group() == "/*" else match.end()
        token = sql[position:end]
        yield ("space" if token.isspace() else kind), token
        position = end


def _comment_end(sql: str, start: int) -> int:
    depth = 0
    for mark in BLOCK_MARKS.finditer(sql, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)


def _block_depth(depth: int, words: list[str], word: str) -> int:
    """How deep in BEGIN ATOMIC ... END of a routine we are: the semicolons there do not end the statement."""
    if depth == 0:
        in_routine = word == "ATOMIC" and words[-1:] == ["BEGIN"] and ROUTINE.match(" ".join(words))
        return 1 if in_routine else 0
    if word == "CASE":
        return depth + 1
    return depth - 1 if word == "END" else depth


def _add(statements: list[str], text: list[str], words: list[str]) -> None:
    if words:
        statements.append("".join(text).strip())

"""A flow's YAML, or a script, with colours and marked lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml as pyyaml
from pygments.lexers import PythonLexer, YamlJinjaLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from workbook.errors import NotFound
from workbook.kestra.flows import read_source
from workbook.kestra.models import Flow
from workbook.project import project_path

Mark = str | int | tuple[int, int]
ARROW = "▸"
_STEP = re.compile(r"(\w+)|\[(\d+)\]")
_PATH = re.compile(r"\w+\[\d+\]")
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


_CLASSES: tuple[tuple[Any, str], ...] = (
    (Comment.Preproc, "o"),
    (Comment, "c"),
    (Name.Tag, "k"),
    (Keyword, "k"),
    (Number, "m"),
    (String, "s"),
    (Name.Variable, "o"),
    (Operator, "o"),
)
"""Which of Pygments' short names a token gets: those that notebooks colour by their own theme, light or dark."""
_MARK = "display:block;background:rgba(230,159,0,0.16);border-left:4px solid #b56f00"
WRAPPED = 88
"""A line of more characters may not fit: it goes on below itself, indented."""


@dataclass(frozen=True)
class SourceView:
    """A text to look at: YAML, or Python. In a notebook it shows itself.

    Attributes:
        source: the text.
        marked: the numbers of the marked lines, from 1.
        language: `yaml` or `python`.
    """

    source: str
    marked: frozenset[int]
    language: str = "yaml"

    def __str__(self) -> str:
        lines = self.source.splitlines()
        return "\n".join(f"{ARROW if at in self.marked else ' '} {line}".rstrip() for at, line in enumerate(lines, 1))

    def __repr__(self) -> str:
        return str(self)

    def html(self) -> str:
        """The text as HTML in the colours of the notebook's own code; long lines go on below themselves."""
        lexer = PythonLexer(stripnl=False) if self.language == "python" else YamlJinjaLexer(stripnl=False)
        lines = _coloured(lexer.get_tokens(self.source))
        plain = self.source.splitlines()
        rows = "".join(self._row(at, line, plain[at - 1]) for at, line in enumerate(lines[: len(plain)], 1))
        return (
            '<div class="highlight" style="border:1px solid rgba(128,128,128,0.4);border-radius:8px;padding:8px 0;'
            'max-width:900px"><pre style="margin:0;line-height:1.45;white-space:pre-wrap;word-break:normal;'
            'word-wrap:break-word">'
            f"{rows}</pre></div>"
        )

    def _row(self, number: int, line: str, plain: str) -> str:
        on = number in self.marked
        long = len(plain) > WRAPPED
        text = f" {ARROW if on else ' '} {line}\n"
        if not on and not long:
            return text
        style = _MARK if on else "display:block"
        if long:
            # A letter of these fonts is about 0.6 em wide.
            indent = 0.6 * (len(plain) - len(plain.lstrip()) + 5)
            style += f";padding-left:{indent:.1f}em;text-indent:-{indent:.1f}em"
        return f'<span style="{style}">{text}</span>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": str(self)}


def yaml(flow: Flow | str | Path, mark: Sequence[Mark] = ()) -> SourceView:
    """Show a flow's YAML, some lines marked.

    Parameters:
        flow: a flow, a file, or the text itself.
        mark: what to mark: a part by its path (`"tasks[1]"`, `"triggers[0].inputs"`), lines by number (`12`, `"12-15"`,
            `(12, 15)`), or every line that holds a piece of text (`"taskRunner"`).

    Raises:
        NotFound: there is no such file, or nothing to mark.
    """
    source = (flow.source if isinstance(flow, Flow) else read_source(flow)[1]).rstrip() + "\n"
    return SourceView(source, _marked(source, mark))


def script(file: str | Path, mark: Sequence[str | int] = ()) -> SourceView:
    """Show a Python script, some lines marked.

    Parameters:
        file: its path, such as that of a namespace file.
        mark: what to mark: lines by number (`12`), or every line that holds a piece of text (`"ON CONFLICT"`).

    Raises:
        NotFound: there is no such file, or nothing to mark.
    """
    try:
        source = project_path(file).read_text(encoding="utf-8").rstrip() + "\n"
    except OSError as error:
        raise NotFound(f"Cannot read the script {file} ({error.strerror}).") from error
    return SourceView(source, _marked(source, mark), "python")


def _coloured(tokens: Iterable[tuple[Any, str]]) -> list[str]:
    """The lines of a text as HTML, each token with its class."""
    html = ""
    for name, group in groupby(_named(tokens), lambda token: token[0]):
        # No token reaches over the end of a line, as a line may be a box of its own.
        parts = escape("".join(text for _, text in group), quote=False).split("\n")
        html += "\n".join(f'<span class="{name}">{part}</span>' if name and part.strip() else part for part in parts)
    return html.split("\n")


def _named(tokens: Iterable[tuple[Any, str]]) -> Iterator[tuple[str, str]]:
    """Tokens with their classes. A value in a list is no variable; a name within an expression is."""
    within = False
    for kind, text in tokens:
        if kind in Comment.Preproc:
            within = text.startswith("{")
        name = next((name for of, name in _CLASSES if kind in of), "")
        yield "" if kind in Name.Variable and not within else name, text


def _marked(source: str, marks: Sequence[Mark]) -> frozenset[int]:
    """The numbers of the lines that some marks mean.

    Raises:
        NotFound: a mark means none.
    """
    lines = source.splitlines()
    marked: set[int] = set()
    for mark in marks:
        hit = set(_lines_of(mark, source, lines))
        if not hit:
            raise NotFound(f"Nothing in this text fits the mark {mark!r}.")
        marked |= hit
    return frozenset(marked)


def _lines_of(mark: Mark, source: str, lines: Sequence[str]) -> Iterable[int]:
    if isinstance(mark, int):
        mark = (mark, mark)
    if isinstance(mark, str) and (match := _RANGE.fullmatch(mark)):
        mark = (int(match[1]), int(match[2] or match[1]))
    if isinstance(mark, tuple):
        return [at for at in range(mark[0], mark[1] + 1) if 1 <= at <= len(lines)]
    if _PATH.match(mark) and (part := _part(source, mark)):
        return [at for at in range(part[0], part[1] + 1) if lines[at - 1].strip()]
    return [at for at, line in enumerate(lines, 1) if mark in line]


def _part(source: str, path: str) -> tuple[int, int] | None:
    """The first and the last line of a part given by its path, or None if there is none."""
    node: Any = pyyaml.compose(source, Loader=pyyaml.SafeLoader)
    start = 0
    for key, position in _STEP.findall(path):
        if key and isinstance(node, pyyaml.MappingNode):
            pairs = [(name, value) for name, value in node.value if name.value == key]
            if not pairs:
                return None
            start, node = pairs[0][0].start_mark.line, pairs[0][1]
        elif position and isinstance(node, pyyaml.SequenceNode) and int(position) < len(node.value):
            node = node.value[int(position)]
            start = node.start_mark.line
        else:
            return None
    # A block's end mark stands where the next one begins.
    end = node.end_mark.line if node.end_mark.column else node.end_mark.line - 1
    block = isinstance(node, pyyaml.CollectionNode) and not node.flow_style
    last = node.end_mark.line - 1 if block else end
    return start + 1, max(start, last) + 1

"""A flow's YAML, or a script, with colours and marked lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml as pyyaml
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, YamlJinjaLexer
from pygments.style import Style
from pygments.token import Comment, Keyword, Literal, Name, Number, Punctuation, String, Token

from workbook import theme
from workbook.errors import NotFound
from workbook.kestra.flows import read_source
from workbook.kestra.models import Flow
from workbook.project import project_path

Mark = str | int | tuple[int, int]
MONOSPACE = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
ARROW = "▸"
_STEP = re.compile(r"(\w+)|\[(\d+)\]")
_PATH = re.compile(r"\w+\[\d+\]")
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


class _Colours(Style):
    """Dark colours on the light card; each at least 4.5 to 1 against it and against the mark."""

    background_color = theme.CARD
    styles = {  # noqa: RUF012
        Token: theme.INK,
        Comment: "italic #59636e",
        Name.Tag: "bold #0550ae",
        Name.Variable: "#7a3e9d",
        Keyword: "#7a3e9d",
        String: "#0a5c3b",
        Literal: theme.INK,
        Number: "#8a3c00",
        Comment.Preproc: "bold noitalic #a0306e",
        Punctuation: "#59636e",
    }


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
        """The text as HTML that brings its own colours and card."""
        formatter = HtmlFormatter(nowrap=True, noclasses=True, style=_Colours)
        lexer = PythonLexer(stripnl=False) if self.language == "python" else YamlJinjaLexer(stripnl=False)
        lines = highlight(self.source, lexer, formatter).splitlines()
        rows = "".join(self._row(at, line) for at, line in enumerate(lines, 1))
        return (
            f'<div style="background:{theme.CARD};color:{theme.INK};border:1px solid {theme.CARD_EDGE};'
            'border-radius:8px;padding:10px 0;max-width:900px;overflow-x:auto">'
            f'<pre style="margin:0;background:transparent;color:{theme.INK};font-family:{MONOSPACE};line-height:1.45;'
            f'min-width:max-content">{rows}</pre></div>'
        )

    def _row(self, number: int, line: str) -> str:
        on = number in self.marked
        style = f"background:#fff3c4;box-shadow:inset 4px 0 {theme.ORANGE};" if on else ""
        return f'<span style="display:block;padding:0 14px;{style}">{ARROW if on else " "} {line}\n</span>'

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

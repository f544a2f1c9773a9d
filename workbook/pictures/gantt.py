"""Gantt charts: the task runs of one execution, or the executions of a backfill, along one time scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate, groupby

from workbook import theme
from workbook.errors import NotFound
from workbook.kestra.models import Execution, TaskRun
from workbook.kestra.states import State
from workbook.pictures.axis import duration, time_label, time_ticks
from workbook.pictures.svg import Box, Canvas, Picture, text_width

WIDTH = 860.0
MARGIN = 18.0
HEAD = 62.0
ROW, BAR = 24.0, 13.0
LABEL_MIN, LABEL_MAX = 120.0, 290.0
STATE_ROOM = 92.0
TIME_ROOM = 84.0
SIZE, SMALL = 11.5, 10.0
INDENT = 14.0
NOTE_MIN = 30.0
BEFORE_RUNNING = frozenset({"CREATED", "SUBMITTED", "QUEUED", "RESTARTED", "REPLAYED"})


@dataclass(frozen=True)
class Span:
    """A piece of a bar, in seconds of the scale."""

    start: float
    end: float
    state: str
    waiting: bool


@dataclass(frozen=True)
class Row:
    """A bar with its label.

    Attributes:
        note: stands small behind the label.
        tries: seconds at which a further attempt began.
        around: whether the bar stands for what other rows show in detail.
        branch: its place among branches that run at once, or None; rows inside of a branch have that of the branch.
        heading: whether the row is a heading without a bar.
    """

    label: str
    note: str = ""
    depth: int = 0
    state: str = ""
    spans: list[Span] = field(default_factory=list)
    tries: list[float] = field(default_factory=list)
    around: bool = False
    branch: int | None = None
    heading: bool = False

    @property
    def waited(self) -> float:
        """Seconds spent waiting."""
        return sum(span.end - span.start for span in self.spans if span.waiting)

    @property
    def ran(self) -> float:
        """Seconds spent running."""
        return sum(span.end - span.start for span in self.spans if not span.waiting)


def gantt(what: Execution | Iterable[Execution], without: str = "") -> Picture:
    """Draw one execution's task runs, or one bar for each of several executions.

    Light parts are waiting time (created, queued), full ones are running time. Small strokes above and below a bar are
    attempts.

    Parameters:
        without: leaves out the task runs whose ids begin with this; none if it is empty.

    Raises:
        NotFound: there is nothing to draw.
    """
    if isinstance(what, Execution):
        state = f"{what.state} in {duration(what.duration)}"
        return _draw(task_rows(what, without), f"Gantt of an execution of {what.flow_id}", what.flow_id, state)
    executions = sorted(
        what, key=lambda execution: (execution.trigger_date or execution.start or datetime.now(UTC), execution.id)
    )
    if not executions:
        raise NotFound("There is no execution to draw.")
    flows = ", ".join(dict.fromkeys(execution.flow_id for execution in executions))
    good = sum(execution.succeeded for execution in executions)
    title = f"Gantt of {len(executions)} executions of {flows}"
    return _draw(execution_rows(executions), title, f"{flows}: {len(executions)} executions", f"{good} good")


def task_rows(execution: Execution, without: str = "") -> list[Row]:
    """A row a task run: inner ones below the one around them, each level by the time of its start.

    What has not begun when the execution has ended comes after it (`afterExecution`), and is no part of it.
    """
    zero = execution.start or datetime.now(UTC)
    came = [run for run in execution.task_runs if not (execution.terminated and run.state == "CREATED")]
    shown = [run for run in came if not (without and run.task_id.startswith(without))]
    known = {run.id for run in shown}
    children: dict[str | None, list[TaskRun]] = {}
    for run in sorted(shown, key=lambda run: run.start or zero):
        children.setdefault(run.parent_id if run.parent_id in known else None, []).append(run)

    def below(parent: str | None, depth: int, branch: int | None) -> Iterable[Row]:
        """The rows inside of a task run, and those inside of them.

        Parameters:
            parent: the id of the task run; None for the whole execution.
            depth: how far to indent.
            branch: the branch that the task run belongs to, or None.
        """
        runs = children.get(parent, [])
        branches = _branches(runs, zero) if parent is not None and branch is None else {}
        for run in runs:
            own = branches.get(run.id, branch)
            yield _task_row(run, children.get(run.id, []), zero, depth, own)
            yield from below(run.id, depth + 1, own)

    return list(below(None, 0, None))


def _branches(runs: Sequence[TaskRun], zero: datetime) -> dict[str, int]:
    """The places of those task runs that have another one beside them, by their ids."""
    spans = {run.id: _spans(run.states, zero) for run in runs}
    lives = {name: (pieces[0].start, pieces[-1].end) for name, pieces in spans.items() if pieces}
    beside = [
        name
        for name, (start, end) in lives.items()
        if any(start < other[1] and other[0] < end for key, other in lives.items() if key != name)
    ]
    return {name: position for position, name in enumerate(beside)}


def _at_once(runs: Sequence[TaskRun], zero: datetime) -> int:
    """How many of some task runs were running at the same moment, at most."""
    changes = [
        change
        for run in runs
        for span in _spans(run.states, zero)
        if not span.waiting
        for change in ((span.start, 1), (span.end, -1))
    ]
    return max(accumulate(change for _, change in sorted(changes)), default=0)


def execution_rows(executions: Sequence[Execution]) -> list[Row]:
    """A row an execution, under a heading for each flow and trigger if there are several."""
    zero = min(execution.start for execution in executions if execution.start)
    one_flow = len({execution.flow_id for execution in executions}) == 1
    groups: dict[str, list[Execution]] = {}
    for execution in executions:
        groups.setdefault(_group(execution, one_flow), []).append(execution)
    rows = []
    for name, members in groups.items():
        if len(groups) > 1:
            rows.append(Row(name, heading=True))
        rows += _execution_rows(members, zero, int(len(groups) > 1))
    return rows


def _execution_rows(members: Sequence[Execution], zero: datetime, depth: int) -> list[Row]:
    dates = [execution.trigger_date or execution.start or zero for execution in members]
    days = {f"{date:%Y-%m-%d}" for date in dates}
    form = "%Y-%m-%d" if len(days) == len(members) else "%Y-%m-%d %H:%M:%S"
    # Labels that all have in common say nothing about the differences.
    common = set.intersection(*(set(execution.labels.items()) for execution in members)) if len(members) > 1 else set()
    return [
        Row(f"{date:{form}}", _labels(execution, common), depth, execution.state, _spans(execution.states, zero))
        for execution, date in zip(members, dates, strict=True)
    ]


def _task_row(run: TaskRun, inside: Sequence[TaskRun], zero: datetime, depth: int, branch: int | None) -> Row:
    tries = [(attempt.start - zero).total_seconds() for attempt in run.attempts[1:] if attempt.start]
    notes = [f"{len(run.attempts)} attempts"] if len(run.attempts) > 1 else []
    if (at_once := _at_once(inside, zero)) > 1:
        notes.append(f"{at_once} at once")
    return Row(run.label, ", ".join(notes), depth, run.state, _spans(run.states, zero), tries, bool(inside), branch)


def _spans(states: State, zero: datetime) -> list[Span]:
    """The steps of a state as pieces of a bar; steps of one kind that follow one another are one piece."""
    spans: list[Span] = []
    ends = [step.start for step in states.history[1:]] + [states.end or datetime.now(UTC)]
    for step, end in zip(states.history, ends, strict=True):
        waiting = step.state in BEFORE_RUNNING
        first, last = (step.start - zero).total_seconds(), (end - zero).total_seconds()
        if last <= first:
            continue
        if spans and spans[-1].waiting == waiting:
            spans[-1] = Span(spans[-1].start, last, spans[-1].state, waiting)
        else:
            spans.append(Span(first, last, step.state, waiting))
    return spans


def _group(execution: Execution, one_flow: bool) -> str:
    """The heading; where all are of one flow, the picture's title names it."""
    trigger = execution.trigger_id
    if trigger and one_flow:
        return trigger
    return f"{execution.flow_id}  {trigger}" if trigger else execution.flow_id


def _labels(execution: Execution, common: set[tuple[str, str]]) -> str:
    own = sorted(pair for pair in execution.labels.items() if pair not in common)
    return ", ".join(value for _, value in own)


def _draw(rows: list[Row], title: str, name: str, state: str) -> Picture:
    if not rows:
        raise NotFound("No task of this execution has run, so there is nothing to draw.")
    return _Drawing(rows).picture(title, name, state)


class _Drawing:
    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows
        self._canvas = Canvas()
        end = max((span.end for row in rows for span in row.spans), default=1.0)
        self._ticks = time_ticks(max(end, 0.01))
        needed = max(
            row.depth * INDENT + text_width(row.label, SIZE, row.heading) + 8 for row in rows if not row.heading
        )
        needed += max(text_width(row.note, SMALL) for row in rows) + 8
        self._label = min(LABEL_MAX, max(LABEL_MIN, needed))
        self._left = MARGIN + self._label
        self._right = WIDTH - MARGIN - STATE_ROOM - TIME_ROOM

    def picture(self, title: str, name: str, state: str) -> Picture:
        """The finished chart.

        Parameters:
            title: the picture's title, for the alternative text.
            name: the heading.
            state: stands behind the heading.
        """
        canvas = self._canvas
        height = HEAD + ROW * len(self._rows)
        used = canvas.text(MARGIN, MARGIN + 10, name, 15, bold=True, room=WIDTH - 420)
        canvas.text(MARGIN + used + 12, MARGIN + 10, state, SIZE, theme.MUTED, room=170)
        self._legend()
        self._branches()
        self._scale(height)
        for at, row in enumerate(self._rows):
            self._row(row, HEAD + at * ROW)
        return canvas.picture(WIDTH, height + MARGIN - 4, title, self._words(state))

    def _legend(self) -> None:
        x, y = WIDTH - MARGIN - 184, MARGIN + 1
        style = theme.state_style("SUCCESS")
        self._canvas.rect(Box(x, y, 26, 10), style.fill, style.fill, radius=2, opacity=0.25)
        self._canvas.text(x + 32, y + 9, "waiting", SMALL, theme.MUTED)
        self._canvas.rect(Box(x + 104, y, 26, 10), style.fill, radius=2)
        self._canvas.text(x + 136, y + 9, "running", SMALL, theme.MUTED)

    def _branches(self) -> None:
        """Set branches that run at once apart from one another: a stripe each, every other one on a ground."""
        tops = enumerate(self._rows)
        for branch, group in groupby(tops, key=lambda pair: pair[1].branch):
            if branch is None:
                continue
            rows = list(group)
            top, height = HEAD + rows[0][0] * ROW, ROW * len(rows)
            left = MARGIN + rows[0][1].depth * INDENT - 8
            if branch % 2 == 0:
                right = self._right + TIME_ROOM
                self._canvas.rect(Box(left, top, right - left, height), theme.CLUSTER)
            self._canvas.rect(Box(left, top + 2, 3, height - 4), theme.LINE, radius=1.5)

    def _scale(self, bottom: float) -> None:
        for tick in self._ticks:
            x = self._at(tick)
            self._canvas.line([(x, HEAD - 4), (x, bottom)], theme.GRID)
            self._canvas.text(x, HEAD - 10, time_label(tick), SMALL, theme.MUTED, anchor="middle")

    def _row(self, row: Row, y: float) -> None:
        canvas, base = self._canvas, y + 16
        left = MARGIN + row.depth * INDENT
        if row.heading:
            canvas.text(left, base, row.label, SIZE, bold=True, room=self._left - left - 8)
            return
        room = self._left - left - 8
        used = canvas.text(left, base, row.label, SIZE, room=room, bold=row.around) + 8
        if room - used > NOTE_MIN:
            canvas.text(left + used, base, row.note, SMALL, theme.MUTED, room=room - used)
        self._bar(row, y + (ROW - BAR) / 2)
        canvas.text(self._right + TIME_ROOM - 6, base, duration(row.ran), SMALL, anchor="end")
        style = theme.state_style(row.state)
        self._canvas.rect(Box(self._right + TIME_ROOM + 4, y + 4, STATE_ROOM - 4, 16), style.fill, radius=3)
        middle = self._right + TIME_ROOM + 4 + (STATE_ROOM - 4) / 2
        canvas.text(middle, base - 1, f"{style.mark} {row.state}", SMALL, style.ink, anchor="middle")

    def _bar(self, row: Row, y: float) -> None:
        style = theme.state_style(row.state)
        thin = 4.0 if row.around else BAR
        for span in row.spans:
            x, width = self._at(span.start), self._at(span.end) - self._at(span.start)
            box = Box(x, y + (BAR - thin) / 2, max(width, 1.0), thin)
            edge = style.fill if span.waiting and width > 2 else "none"
            self._canvas.rect(box, style.fill, edge, radius=1.5, opacity=0.25 if span.waiting else 1)
        for second in row.tries:
            x = self._at(second)
            for end in (y - 4, y + BAR):  # beside the bar, whose colour may hide a stroke
                self._canvas.line([(x, end), (x, end + 4)], theme.INK, 1.5)

    def _at(self, second: float) -> float:
        return self._left + (self._right - self._left) * second / self._ticks[-1]

    def _words(self, state: str) -> str:
        bars = [row for row in self._rows if not row.heading]
        sentences = "; ".join(_words_of(row) for row in bars)
        return f"{state}. {sentences}."


def _words_of(row: Row) -> str:
    at_once = f" ({row.note})" if row.around and row.note else ""
    return f"{row.label}{at_once} {row.state} after {duration(row.ran)}"

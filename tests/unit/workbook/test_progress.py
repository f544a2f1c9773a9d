"""Progress: how far an execution is, what a watched display shows, and the one line that stays."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.fake_kestra import FakeKestra, recorded, running, sse
from workbook import notebook
from workbook.kestra import KestraClient, graph, progress
from workbook.kestra.expected import Expected, expected
from workbook.kestra.models import Execution, LogLine
from workbook.kestra.progress import Status, part_of
from workbook.kestra.summaries import span
from workbook.kestra.watch import status, ticking, watch

RAW = recorded("hello.execution")
FLOWS = ["hello", "taxi", "zoo", "fails"]


class _Bar:
    """A display that somebody watches."""

    watched = True
    shows_log = True

    def __init__(self) -> None:
        self.seen: list[tuple[Status, list[str]]] = []
        self.updated = threading.Event()

    def update(self, status: Status, log: Sequence[LogLine] = ()) -> None:
        self.seen.append((status, [line.message for line in log]))
        self.updated.set()

    def finish(self, name: str, state: str, summary: str, seconds: float) -> None:
        raise AssertionError("not by the watcher")


def _execution(raw: Any) -> Execution:
    return Execution.from_json(raw, "http://127.0.0.1:1")


@pytest.mark.parametrize("name", FLOWS)
def test_before_the_first_task_run_the_whole_flow_counts(name: str) -> None:
    tree = graph.read(recorded(f"{name}.graph"))
    whole = expected(tree, ())
    assert whole.total > 0
    assert whole.about == (name in ("taxi", "zoo"))  # those have choices, and one a loop


@pytest.mark.parametrize("name", ["hello", "taxi", "zoo"])
def test_at_the_end_as_many_are_expected_as_there_are(name: str, executed: Any) -> None:
    runs = executed(name).task_runs
    ended = expected(graph.read(recorded(f"{name}.graph")), runs)
    assert ended == Expected(len(runs))


def test_a_choice_counts_as_its_longest_branch_then_as_the_one_taken(executed: Any) -> None:
    tree = graph.read(recorded("taxi.graph"))
    runs = executed("taxi").task_runs
    before = expected(tree, runs[:2])
    assert (before.total, before.about) == (2 + 2 * (1 + 6), True)
    assert expected(tree, runs).total == len(runs) < before.total + 1


def test_a_loop_grows_with_its_rounds(executed: Any) -> None:
    tree = graph.read(recorded("zoo.graph"))
    runs = executed("zoo").task_runs
    at = next(at for at, run in enumerate(runs) if run.label == "load [green]")
    assert expected(tree, runs[: at + 1]).total == expected(tree, runs[:at]).total + 2  # load and check, once more


def test_what_nobody_foresaw_is_counted_as_it_is(executed: Any) -> None:
    runs = executed("zoo").task_runs
    assert expected(graph.FlowTree([], []), runs) == Expected(len(runs), about=True)


def test_a_running_task_moves_the_bar_without_ever_being_done() -> None:
    parts = [part_of(seconds) for seconds in (0, 1, 10, 100, 10_000)]
    assert parts == sorted(parts)
    assert (parts[0], parts[2]) == (0, pytest.approx(0.45))
    assert parts[-1] < 1


def test_words_say_whether_the_total_is_an_estimate() -> None:
    assert Status(1, 4, "", 0).counted("task runs") == "1 of 4 task runs"
    assert Status(1, 4, "", 0, about=True).counted("task runs") == "1 of about 4 task runs"
    assert Status(0, 0, "", 0).counted("task runs") == "task runs"


def test_a_status_names_the_tasks_at_work_and_not_what_is_around_them(executed: Any) -> None:
    raw = recorded("zoo.execution")
    runs = [
        {**run, "state": {**run["state"], "current": "RUNNING"}} if run["taskId"] in ("par", "a") else run
        for run in raw["taskRunList"]
    ]
    shown = status(_execution({**raw, "taskRunList": runs}))
    assert shown.note == "a"
    assert shown.done == len(runs) - 2
    assert 0 < shown.part < 1


def test_seconds_are_the_executions_and_those_since_its_restart() -> None:
    assert span([_execution(RAW)]) == _execution(RAW).duration
    later = datetime.fromisoformat(RAW["state"]["histories"][-1]["date"]) + timedelta(hours=1)
    again = [
        {"state": state, "date": (later + timedelta(seconds=at)).isoformat()}
        for at, state in enumerate(("RESTARTED", "SUCCESS"))
    ]
    restarted = _execution({**RAW, "state": {**RAW["state"], "histories": [*RAW["state"]["histories"], *again]}})
    assert span([restarted]) == 1
    assert span([_execution(RAW), restarted]) > 3600
    assert span([]) == 0


def test_one_that_goes_on_counts_until_now() -> None:
    began = datetime.now(UTC) - timedelta(seconds=30)
    history = [{"state": "CREATED", "date": began.isoformat()}, {"state": "RUNNING", "date": began.isoformat()}]
    assert 30 <= span([_execution({**RAW, "state": {"current": "RUNNING", "histories": history}})]) < 60


def test_a_silent_source_ticks_and_its_failure_arrives() -> None:
    go_on = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        go_on.wait(10)
        yield 2
        raise OSError("gone")

    ticks = ticking(source(), 0.01)
    assert next(ticks) == 1
    assert next(ticks) is None
    go_on.set()
    assert next(item for item in ticks if item) == 2
    with pytest.raises(OSError, match="gone"):
        list(ticks)


def _served(fake: FakeKestra, until: threading.Event) -> None:
    fake.on("GET", f"/flows/{RAW['namespace']}/{RAW['flowId']}/graph", recorded("hello.graph"))
    fake.on("GET", f"/executions/{RAW['id']}", RAW)
    follow = [("progress", running(RAW, 3))]
    fake.on("GET", f"/executions/{RAW['id']}/follow", lambda request: sse(*follow, then=lambda: _until(until)))
    lines = [{"level": "INFO", "taskId": "hello", "message": f"line {at}, Admin1234"} for at in range(9)]
    fake.on("GET", f"/logs/{RAW['id']}/follow", lambda request: sse(*[("progress", line) for line in lines]))


def _until(event: threading.Event) -> None:
    event.wait(10)


def test_a_watched_execution_shows_the_whole_flow_and_the_last_lines_without_the_password(
    fake: FakeKestra, client: KestraClient
) -> None:
    until, bar = threading.Event(), _Bar()
    _served(fake, until)
    for seen in watch(client.http, _execution(running(RAW, 3)), bar):
        if not until.is_set() and seen.state == "RUNNING":
            threading.Thread(target=_set_once_logged, args=(bar, until), daemon=True).start()
    states = [shown for shown, _ in bar.seen]
    assert {shown.total for shown in states} == {4}
    assert not any(shown.about for shown in states)
    assert any(log == [f"line {at}, ******" for at in range(4, 9)] for _, log in bar.seen)


def _set_once_logged(bar: _Bar, until: threading.Event) -> None:
    while not (bar.seen and len(bar.seen[-1][1]) == progress.LOG_LINES and "8" in bar.seen[-1][1][-1]):
        bar.updated.wait(1)
        bar.updated.clear()
    until.set()


def test_an_execution_whose_flow_cannot_be_drawn_is_followed_all_the_same(
    fake: FakeKestra, client: KestraClient
) -> None:
    fake.on("GET", f"/executions/{RAW['id']}/follow", lambda request: sse(("end", RAW)))
    bar = _Bar()
    assert [seen.state for seen in watch(client.http, _execution(running(RAW, 1)), bar)] == ["SUCCESS"]
    assert bar.seen[-1][0].about


def test_if_nobody_looks_nothing_is_asked_for_the_bar(fake: FakeKestra, client: KestraClient) -> None:
    fake.on("GET", f"/executions/{RAW['id']}/follow", lambda request: sse(("end", RAW)))
    list(watch(client.http, _execution(running(RAW, 1)), progress.start("hello", "task runs")))
    assert not fake.requests("GET", f"/logs/{RAW['id']}/follow")
    assert not fake.requests("GET", f"/flows/{RAW['namespace']}/{RAW['flowId']}/graph")


class _Screen:
    """What a notebook shows in one place."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shown: list[dict[str, str]] = []
        monkeypatch.setattr(notebook, "is_live", lambda: True)
        monkeypatch.setattr(progress, "BAR_SECONDS", 0)
        monkeypatch.setattr(notebook, "display", lambda data, display_id: self)

    def update(self, data: dict[str, str], raw: bool) -> None:
        self.shown.append(data)


def test_a_live_bar_becomes_one_line_without_leftovers(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Screen(monkeypatch)
    bar = progress.start("<hello>", "task runs")
    line = LogLine("ERROR", "load", "a <b>  \n" + "x" * 500, None, {})
    bar.update(Status(1, 4, "load", 3.2, part=0.5, about=True), [line])
    bar.finish("hello", "SUCCESS", "4 task runs", 3.21)
    live, last = (shown["text/html"] for shown in screen.shown)
    assert 'value="1.50" max="4"' in live
    assert "1 of about 4 task runs · load · 3 s" in live
    assert "ERROR</span> <small>load: a &lt;b&gt; xxx" in live
    assert "x" * progress.LOG_WIDTH not in live
    assert "<progress" not in last
    assert "load" not in last
    assert screen.shown[-1]["text/plain"] == "hello  SUCCESS  4 task runs\nin 3.2 s"


def test_a_live_bar_leads_to_the_page_of_what_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Screen(monkeypatch)
    bar = progress.start("hello", "task runs", "http://kestra.test/ui/main/executions?a=1&b")
    bar.update(Status(1, 4, "load", 3.2))
    bar.finish("hello", "SUCCESS", "4 task runs", 3.21)
    lead = '<a href="http://kestra.test/ui/main/executions?a=1&amp;b" target="_blank">hello</a>'
    assert [shown["text/html"].count(lead) for shown in screen.shown] == [1, 1]


def test_what_is_kept_of_a_run_without_a_reader_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(notebook, "is_live", lambda: False)
    monkeypatch.setattr(notebook, "show", lambda text, html: kept.extend((text, html)))
    progress.start("hello", "task runs", "http://kestra.test/").finish("hello", "SUCCESS", "4 task runs", 3.21)
    assert not any("kestra.test" in output for output in kept)


def test_a_terminal_has_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    bar = progress.start("hello", "task runs")
    bar.update(Status(1, 4, "load", 3.2))
    bar.finish("hello", "SUCCESS", "4 task runs", 3.21)
    told = capsys.readouterr()
    assert "1 of 4 task runs, load, 3 s" in told.err
    assert told.out == "hello  SUCCESS  4 task runs in 3.2 s\n"

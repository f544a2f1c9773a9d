"""The workbook on the real engine and the real database."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

import workbook
from tests.support.stack import own_stack
from tests.support.waiting import eventually
from workbook import notebook, overview
from workbook.errors import NotFound, QueryFailed, ServerDown, WorkbookError, WrongPassword
from workbook.kestra import KestraClient, watch
from workbook.kestra.errors import ApiError, ExecutionFailed, FlowInvalid, InputInvalid
from workbook.stores.postgres import Connection, Postgres

FLOW = """id: live
namespace: workbook.tests
inputs:
  - id: month
    type: SELECT
    values: ["01", "12"]
    defaults: "01"
  - id: note
    type: FILE
    required: false
tasks:
  - id: file
    type: io.kestra.plugin.core.storage.Write
    extension: .csv
    content: "month\\n{{ inputs.month }}\\n"
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: ["yellow", "green"]
    tasks:
      - id: say
        type: io.kestra.plugin.core.debug.Return
        format: "{{ taskrun.value }} {{ inputs.month }}"
  - id: last
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.note is null ? 'no note' : read(inputs.note) }}"
triggers:
  - id: monthly
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 10 1 * *"
    timezone: America/New_York
"""
FAILING = """id: failing
namespace: workbook.tests
tasks:
  - {id: fine, type: io.kestra.plugin.core.log.Log, message: fine}
  - {id: broken, type: io.kestra.plugin.core.execution.Fail, errorMessage: no file for month 13}
"""
WAITS_FOR_KEY = """id: waits_for_key
namespace: workbook.tests
tasks:
  - {id: first, type: io.kestra.plugin.core.debug.Return, format: "{{ now() }}"}
  - id: needs_key
    type: io.kestra.plugin.core.debug.Return
    format: "{{ kv('READY') }}"
"""
SLOW = """id: slow
namespace: workbook.tests
tasks:
  - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}
"""


APPROVED = """id: approved
namespace: workbook.tests
tasks:
  - id: approve
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - {id: reason, type: STRING}
  - {id: again, type: io.kestra.plugin.core.flow.Pause}
  - {id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.approve.onResume.reason }}"}
  - {id: fail, type: io.kestra.plugin.core.execution.Fail}
  - {id: last, type: io.kestra.plugin.core.debug.Return, format: done}
"""
INPUTS = """id: inputs_again
namespace: workbook.tests
inputs:
  - {id: name, type: STRING}
  - {id: place.zone, type: INT}
  - {id: pause, type: DURATION}
  - {id: pauses, type: ARRAY, itemType: DURATION}
  - {id: note, type: JSON}
  - {id: settings, type: YAML}
  - {id: day, type: DATE}
  - {id: at, type: DATETIME}
  - {id: dry, type: BOOL}
  - {id: kinds, type: MULTISELECT, values: [a, b]}
tasks:
  - {id: show, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs | json }}"}
"""


WATCHED = """id: watched
namespace: workbook.tests
tasks:
  - id: tell
    type: io.kestra.plugin.core.log.Log
    level: WARN
    message: "the password is {{ secret('POSTGRES_PASSWORD') }}, month {{ execution.id }}"
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: ["yellow", "green"]
    tasks:
      - {id: load, type: io.kestra.plugin.core.flow.Sleep, duration: PT1S}
  - {id: last, type: io.kestra.plugin.core.debug.Return, format: done}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with own_stack(tmp_path_factory.mktemp("live"), "kestra", "postgres") as env, pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        opened = workbook.open("kestra", "postgres")
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def flow(lab: Any) -> Any:
    return lab.kestra.import_flow(FLOW)


def test_version_and_open(lab: Any) -> None:
    assert lab.kestra.version.startswith("1.3")
    assert repr(lab) == "Lab(embedded)"


def test_execute_with_inputs_a_file_and_labels(lab: Any, flow: Any, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("from a file")
    run = lab.kestra.execute(flow, inputs={"month": "12", "note": note}, labels={"who": "me"})
    assert (run.state, run.labels) == ("SUCCESS", {"who": "me"})
    assert run.output("say", "green") == {"value": "green 12"}
    assert [line.message for line in lab.kestra.logs(run, task="last")] == ["from a file"]
    [file] = [entry for entry in lab.kestra.files(run) if entry.task_id == "file"]
    assert file.size == len("month\n12\n")
    assert lab.kestra.download(file, run, tmp_path).read_text() == "month\n12\n"
    assert lab.kestra.read(file, run)["month"].tolist() == [12]
    assert {metric.name for metric in lab.kestra.metrics(run)} >= {"length"}
    assert run.id in [entry.id for entry in lab.kestra.executions(flow, labels={"who": "me"})]


def test_import_again_keeps_the_revision_and_a_change_makes_a_new_one(lab: Any, flow: Any) -> None:
    assert lab.kestra.import_flow(FLOW).revision == flow.revision
    assert lab.kestra.import_flow(FLOW.replace("no note", "none")).revision == flow.revision + 1
    assert lab.kestra.import_flow(FLOW).source.strip() == FLOW.strip()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (FLOW.replace("message:", "mesage:"), 'Unrecognized field "mesage"'),
        (FLOW.replace("core.log.Log", "core.log.Nope"), "Invalid type: io.kestra.plugin.core.log.Nope"),
        (FLOW.replace("id: last", "id: file"), "Duplicate task id"),
        ("id: [x\nnamespace: y\n", "YAML parsing error"),
    ],
)
def test_invalid_flow_has_the_engines_words(lab: Any, wrong: str, message: str) -> None:
    with pytest.raises(FlowInvalid, match=message):
        lab.kestra.import_flow(wrong)
    assert lab.kestra.validate(FLOW) == []


def test_a_replay_keeps_every_input_but_those_that_change(lab: Any) -> None:
    given = {
        **{"name": "One", "place.zone": 7, "pause": timedelta(minutes=90), "pauses": ["PT1H", "P1D"]},
        **{"note": '"a text"', "settings": "a: [1]", "day": date(2020, 1, 2), "at": "2020-01-02T03:04:05Z"},
        **{"dry": False, "kinds": ["a"]},
    }
    first = lab.kestra.execute(lab.kestra.import_flow(INPUTS), inputs=given)
    again = lab.kestra.replay(first, inputs={"name": "Two"})
    assert again.inputs == first.inputs | {"name": "Two"}
    assert '"name":"Two"' in again.output("show")["value"]
    assert lab.kestra.execution(first.id).inputs == first.inputs, "the first shows what it ran with"
    third = lab.kestra.replay(again)
    assert third.inputs == again.inputs
    assert lab.kestra.replay(third, inputs={"place.zone": 8}).inputs == again.inputs | {"place": {"zone": 8}}


def test_pause_resume_and_a_changed_state(lab: Any) -> None:
    started = lab.kestra.execute(lab.kestra.import_flow(APPROVED), wait=False)
    paused = lab.kestra.wait(started, until="PAUSED", task="approve")
    with pytest.raises(InputInvalid, match="Missing required input:reason"):
        lab.kestra.resume(paused)
    second = lab.kestra.resume(paused, {"reason": "checked"}, until="PAUSED")
    assert [run.label for run in second.task_runs if run.state == "PAUSED"] == ["again"], "not the pause of before"
    failed = lab.kestra.resume(second, check=False)
    assert (failed.state, failed.output("say")) == ("FAILED", {"value": "checked"})
    with pytest.raises(ApiError, match="not paused"):
        lab.kestra.resume(failed)
    repaired = lab.kestra.change_state(failed, "fail", "SUCCESS")
    assert (repaired.id, repaired.state, repaired.output("last")) == (failed.id, "SUCCESS", {"value": "done"})


def test_month_13_has_the_engines_words(lab: Any, flow: Any) -> None:
    with pytest.raises(InputInvalid, match=r"month(.|\n)*\[01, 12\]"):
        lab.kestra.execute(flow, inputs={"month": "13"})


def test_failed_execution_names_the_task_and_its_words(lab: Any) -> None:
    with pytest.raises(ExecutionFailed, match=r"task 'broken'(.|\n)*no file for month 13") as caught:
        lab.kestra.execute(lab.kestra.import_flow(FAILING))
    mended = lab.kestra.import_flow(FAILING.replace("core.execution.Fail, errorMessage", "core.log.Log, message"))
    again = lab.kestra.replay(caught.value.execution, from_task="broken", revision=mended.revision)
    assert (again.state, again.id != caught.value.execution.id) == ("SUCCESS", True)
    assert [run.task_id for run in again.task_runs] == ["fine", "broken"]
    restarted = lab.kestra.restart(caught.value.execution, revision=mended.revision)
    assert restarted.state == "SUCCESS"


def test_restart_goes_on_where_it_failed(lab: Any) -> None:
    failed = lab.kestra.execute(lab.kestra.import_flow(WAITS_FOR_KEY), check=False)
    assert failed.state == "FAILED"
    lab.kestra.kv("workbook.tests")["READY"] = True
    restarted = lab.kestra.restart(failed)
    assert (restarted.id, restarted.state) == (failed.id, "SUCCESS")
    assert restarted.output("first") == failed.output("first")
    assert lab.kestra.kv("workbook.tests").delete("READY")


def test_replay_with_other_inputs(lab: Any, flow: Any) -> None:
    first = lab.kestra.execute(flow)
    assert lab.kestra.replay(first, inputs={"month": "12"}).output("say", "green") == {"value": "green 12"}


def test_kill(lab: Any) -> None:
    going = lab.kestra.execute(lab.kestra.import_flow(SLOW), wait=False)
    eventually(lambda: lab.kestra.execution(going.id).state == "RUNNING", what="the execution to run")
    lab.kestra.kill(going)
    assert lab.kestra.wait(going, check=False).state == "KILLED"


def test_key_value_store(lab: Any) -> None:
    kv = lab.kestra.kv("workbook.tests")
    kv["DATASET"] = {"name": "zoomcamp", "rows": [1, 2]}
    kv.set("SOON_GONE", "x", ttl=timedelta(seconds=1))
    assert kv["DATASET"] == {"name": "zoomcamp", "rows": [1, 2]}
    assert [entry.key for entry in kv.list()] == ["DATASET", "SOON_GONE"]
    eventually(lambda: kv.get("SOON_GONE", "gone") == "gone", what="the value's expiry")
    assert kv.delete("DATASET")
    assert not kv.delete("DATASET")


def test_backfill_runs_once_a_month(lab: Any, flow: Any) -> None:
    runs = lab.kestra.backfill(
        flow, "monthly", start="2020-01-01", end="2020-03-31", labels={"backfill": "q1"}, inputs={"month": "12"}
    )
    assert [run.state for run in runs] == ["SUCCESS"] * 3
    assert [run.trigger_date.isoformat() for run in runs if run.trigger_date] == [
        "2020-01-01T10:00:00-05:00",
        "2020-02-01T10:00:00-05:00",
        "2020-03-01T10:00:00-05:00",
    ]
    assert {run.labels["backfill"] for run in runs} == {"q1"}
    assert {run.inputs["month"] for run in runs} == {"12"}
    words = [text for text, _ in workbook.gantt(runs).texts]
    assert words.count("✓ SUCCESS") == 3
    [trigger] = lab.kestra.triggers(flow)
    assert trigger.backfill is None
    assert trigger.next is not None
    assert trigger.next.year > 2020


@pytest.mark.parametrize(
    ("start", "end"), [("2020-02-01T10:00", "2020-02-01T10:00"), ("2020-02-01T10:00", "2020-02-20")]
)
def test_backfill_of_one_date_that_begins_on_it(lab: Any, flow: Any, start: str, end: str) -> None:
    [run] = lab.kestra.backfill(flow, "monthly", start=start, end=end)
    assert run.trigger_date.isoformat() == "2020-02-01T10:00:00-05:00"
    [trigger] = lab.kestra.triggers(flow)
    assert trigger.backfill is None


def test_a_backfill_that_was_left_is_waited_for_by_the_next_call(lab: Any, flow: Any) -> None:
    asked = {"start": "2018-01-01", "end": "2018-04-30", "labels": {"backfill": "left"}}
    assert list(lab.kestra.backfill(flow, "monthly", **asked, wait=False)) == []
    runs = lab.kestra.backfill(flow, "monthly", **asked)
    assert [run.trigger_date.month for run in runs] == [1, 2, 3, 4]
    assert len(lab.kestra.executions(flow, labels={"backfill": "left"})) == 4


def test_pictures_of_the_real_thing(lab: Any, flow: Any) -> None:
    run = lab.kestra.execute(flow)
    assert workbook.topology(lab.kestra.graph(flow)).svg == workbook.topology(lab.kestra.graph(str(flow.full_id))).svg
    assert "each (SUCCESS) [say (SUCCESS)]" in workbook.topology(lab.kestra.graph(run)).description
    assert "say [yellow] SUCCESS" in workbook.gantt(run).description


def test_wrong_password(lab: Any) -> None:
    with pytest.raises(WrongPassword):
        KestraClient(lab.settings.kestra_url, "admin@kestra.io", "last-years-Password1").ping()


def test_delete_with_executions(lab: Any) -> None:
    flow = lab.kestra.import_flow(SLOW)
    lab.kestra.execute(flow, wait=False)
    assert lab.kestra.delete_flow(flow, executions=True)
    assert lab.kestra.executions(flow) == []
    assert not lab.kestra.delete_flow(flow)


def test_postgres(lab: Any) -> None:
    store: Postgres = lab.postgres
    store.execute("CREATE TABLE trips (taxi text, fare numeric)")
    try:
        assert (
            store.execute("INSERT INTO trips VALUES (:taxi, 1.5), ('green', 2.5)", taxi="it's; DROP TABLE trips") == 2
        )
        assert store.count("trips") == 2
        assert store.count("public.trips", "taxi = :taxi", taxi="green") == 1
        assert store.scalar("SELECT sum(fare) FROM trips") == 4
        assert store.sql("SELECT * FROM trips WHERE taxi = :taxi", taxi="green").to_dict("records") == [
            {"taxi": "green", "fare": 2.5}
        ]
        assert store.tables() == ["trips"]
        with store.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.close()
    finally:
        store.execute("DROP TABLE trips")


def test_postgres_mistakes(lab: Any) -> None:
    with pytest.raises(NotFound, match=r"no table green_tripdata\. Lessons 04 and 05"):
        lab.postgres.count("green_tripdata")
    with pytest.raises(NotFound, match=r"no table nope\.$"):
        lab.postgres.sql("SELECT * FROM nope")
    with pytest.raises(QueryFailed, match="syntax error"):
        lab.postgres.execute("SELEC 1")


def test_postgres_wrong_password_and_down(lab: Any) -> None:
    here = replace(lab.settings, postgres_password="wrong")
    with pytest.raises(WrongPassword, match="POSTGRES_PASSWORD") as caught:
        Postgres(Connection.postgres(here)).scalar("SELECT 1")
    assert "wrong" not in str(caught.value)
    with pytest.raises(ServerDown, match="python -m embedded up"):
        Postgres(Connection.postgres(replace(lab.settings, postgres_port=1))).connect()


def test_a_stack_without_data_server_says_so(lab: Any) -> None:
    with pytest.raises(WorkbookError, match="DATASET_URL"):
        lab.dataset.manifest()


def test_whoever_looks_sees_the_whole_flow_and_its_log_without_a_secret(
    lab: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "is_live", lambda: True)
    monkeypatch.setattr(watch, "TICK_SECONDS", 0.05)  # a machine at work misses some of them
    shown: list[str] = []
    handle = SimpleNamespace(update=lambda data, raw: shown.append(data["text/html"]))
    monkeypatch.setattr(notebook, "display", lambda *_, **__: handle)
    lab.kestra.import_flow(WATCHED)
    run = lab.kestra.execute("workbook.tests/watched")
    *bars, last = shown
    totals = [int(total) for bar in bars for total in re.findall(r"of (?:about )?(\d+) task runs", bar)]
    assert totals[0] == 4  # with one round of the loop
    assert totals[-1] == len(run.task_runs) == 5
    reached = [float(value) for bar in bars for value in re.findall(r'value="([\d.]+)"', bar)]
    assert len({value for value in reached if value % 1}) > 2, "it does not move while a task runs"
    assert any("WARN</span>" in bar and "the password is ******" in bar for bar in bars)
    assert not any("the password is root" in bar for bar in bars)
    assert "progress" not in last
    assert all(f'<a href="{run.url}"' in html for html in shown)
    assert f"in {run.duration:.1f} s" in last


@pytest.mark.parametrize("address", ["run.url", "flow.url", "flow.executions_link"])
def test_an_address_leads_a_browser_to_the_screens_or_to_how_they_are_started(
    lab: Any, flow: Any, address: str
) -> None:
    run = lab.kestra.execute(flow)
    of, name = address.split(".")
    page = getattr({"run": run, "flow": flow}[of], name)
    answer = requests.get(page, headers={"Accept": "text/html"}, allow_redirects=False, timeout=10)
    assert (answer.status_code, "make up ONLY=console" in answer.text) == (503, True), "no console runs here"


def test_records_show_themselves_with_their_log(lab: Any) -> None:
    lab.kestra.import_flow(FLOW)
    run = lab.kestra.execute("workbook.tests/live")
    assert "no note" in run.task_runs_of("last")[0].html()
    assert run.id in lab.kestra.executions("workbook.tests/live").html()
    states = {one.name: one.state for one in overview.services(lab.settings)}
    assert (states["kestra"], states["postgres"], states["qdrant"]) == ("up", "up", "not started")

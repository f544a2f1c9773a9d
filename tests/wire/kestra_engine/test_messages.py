"""A message that the engine cannot process costs its own execution, and nothing else."""

import json
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from embedded.services.kestra.api.follow import APPEAR_SECONDS
from tests.support.waiting import eventually
from tests.wire.kestra_engine.guarded import END_SECONDS, SLEEPER, Guarded

LABEL = {"key": "system.engine", "value": "could-not-finish"}
INSERT = 'INSERT INTO queues("type", "key", "value") VALUES (?, ?, ?)'
TICKING = """
id: ticking
namespace: guarded
triggers: [{id: tick, type: io.kestra.plugin.core.trigger.Schedule, withSeconds: true, cron: "* * * * * *"}]
tasks: [{id: task, type: io.kestra.plugin.core.debug.Return, format: tick}]
"""
YEARLY = """
id: yearly
namespace: guarded
triggers: [{id: yearly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 1 *"}]
tasks: [{id: task, type: io.kestra.plugin.core.debug.Return, format: year}]
"""
MODELS, RUNNERS = "io.kestra.core.models", "io.kestra.core.runners"
BROKEN = "{ this is no JSON"
# Queue -> texts in which the engine finds no message, or one that lacks what its reader needs.
UNPROCESSABLE = {
    f"{MODELS}.executions.Execution": [BROKEN, "{}", '{"id": "unknown", "state": "no state"}'],
    f"{RUNNERS}.WorkerTaskResult": [BROKEN, "{}"],
    f"{RUNNERS}.WorkerJob": [BROKEN, '{"type": "task"}'],
    f"{RUNNERS}.WorkerTriggerResult": [BROKEN, "{}"],
    f"{RUNNERS}.SubflowExecutionResult": [BROKEN, "{}"],
    f"{RUNNERS}.SubflowExecutionEnd": [BROKEN, "{}"],
    f"{RUNNERS}.MultipleConditionEvent": [BROKEN, "{}"],
    f"{MODELS}.executions.ExecutionKilled": [BROKEN],
    f"{MODELS}.executions.LogEntry": [BROKEN, "{}"],
    f"{MODELS}.executions.MetricEntry": [BROKEN, "{}"],
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    guarded = Guarded(tmp_path_factory.mktemp("guarded"))
    guarded.start()
    guarded.flow(SLEEPER)
    yield guarded
    guarded.stop()


def test_unprocessable_messages_are_set_aside_and_everything_else_goes_on(guarded: Guarded) -> None:
    bystander = guarded.running(300)["id"]
    injected = [(queue, text) for queue, texts in UNPROCESSABLE.items() for text in texts]
    for number, (queue, text) in enumerate(injected):
        guarded.sql(INSERT, queue, f"injected{number}", text)
    kept = guarded.messages(len(injected))
    assert sorted((message["queue"], message["message"]) for message in kept) == sorted(injected)
    assert all(message["reason"] for message in kept)
    assert guarded.run(seconds=0, wait="true")["state"]["current"] == "SUCCESS"
    assert guarded.get(f"/executions/{bystander}")["state"]["current"] == "RUNNING"
    health = guarded.session.get(f"{guarded.url}/health").json()
    assert health["status"] == "UP"
    assert health["details"]["setAside"] == len(injected)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("executordelayed", '{"executionId": "%s", "date": "2020-01-01T00:00:00.000Z", "state": "no state"}'),
        ("sla_monitor", '{"executionId": "%s", "slaId": ["no", "text"], "deadline": "2020-01-01T00:00:00.000Z"}'),
    ],
)
def test_a_row_that_the_executor_cannot_read_is_set_aside(guarded: Guarded, table: str, text: str) -> None:
    execution = guarded.running(300)["id"]
    guarded.sql(f'INSERT INTO {table}("key", "value") VALUES (?, ?)', f"{table}-{execution}", text % execution)
    assert LABEL in guarded.until(execution, "FAILED")["labels"]
    assert guarded.run(seconds=0, wait="true")["state"]["current"] == "SUCCESS"


def test_a_trigger_whose_state_cannot_be_read_costs_no_other_trigger(guarded: Guarded) -> None:
    guarded.flow(TICKING)
    guarded.flow(TICKING.replace("id: ticking", "id: broken"))
    broken = 'UPDATE triggers SET "value" = REPLACE("value", ?, ?) WHERE "key" LIKE ?'

    def set_aside() -> bool:
        # Again and again: the scheduler writes the row each second too.
        guarded.sql(broken, '"namespace":', '"backfill":"no backfill","namespace":', "%broken%")
        return any("broken" in (kept["key"] or "") for kept in guarded.messages(0))

    eventually(set_aside, END_SECONDS, "the state of the trigger to be set aside")
    count = guarded.ticks()
    eventually(lambda: guarded.ticks() > count + 1, END_SECONDS, "the next ticks")


def test_a_stored_schedule_that_never_comes_is_named_once(guarded: Guarded) -> None:
    """One that an older build took: the engine would try it each second, and fail an execution each time."""
    guarded.flow(TICKING)
    guarded.flow(YEARLY.replace("id: yearly", "id: never"))
    eventually(lambda: guarded.get("/triggers/search", q="never")["results"], END_SECONDS, "the trigger's state")
    for column in ("value", "source_code"):
        replaced = f'UPDATE flows SET "{column}" = REPLACE("{column}", ?, ?) WHERE "id" = ?'
        guarded.sql(replaced, "0 0 1 1 *", "0 0 31 2 *", "never")
    due = 'UPDATE triggers SET "value" = REGEXP_REPLACE("value", ?, ?) WHERE "flow_id" = ?'
    guarded.sql(due, '"nextExecutionDate":"20..', '"nextExecutionDate":"2020', "never")

    def named_lines() -> list[str]:
        return [line for line in guarded.log.read_text().splitlines() if "'0 0 31 2 *' never comes" in line]

    eventually(named_lines, END_SECONDS, "the line in the log")
    count = guarded.ticks()
    eventually(lambda: guarded.ticks() > count + 3, END_SECONDS, "rounds of the scheduler")
    assert len(named_lines()) == 1
    assert guarded.get("/executions/search", namespace="guarded", flowId="never")["total"] == 0


def test_a_state_of_a_trigger_that_was_read_before_undoes_no_change_of_its_backfill(guarded: Guarded) -> None:
    guarded.flow(YEARLY)
    key = {"namespace": "guarded", "flowId": "yearly", "triggerId": "yearly"}
    backfill = {"start": "2020-01-01T00:00:00Z", "end": "2024-12-31T00:00:00Z", "paused": True}
    triggers = f"{guarded.url}/api/v1/main/triggers"

    def state() -> dict[str, Any]:
        return guarded.get("/triggers/guarded/yearly")["results"][0]

    eventually(lambda: guarded.get("/triggers/guarded/yearly")["results"], END_SECONDS, "the state of the trigger")
    guarded.states("read")
    before = state()["nextExecutionDate"]
    guarded.session.put(triggers, json={**key, "backfill": backfill}).raise_for_status()
    guarded.states("write")
    assert state()["backfill"]["paused"] is True
    guarded.states("read")
    guarded.session.post(f"{triggers}/backfill/delete", json=key).raise_for_status()
    guarded.states("write")
    assert "backfill" not in state()
    assert state()["nextExecutionDate"] == before


@pytest.mark.parametrize("shape", ["no JSON", "no state", "no task run"])
def test_the_execution_of_an_unprocessable_message_fails_with_the_reason(guarded: Guarded, shape: str) -> None:
    execution = guarded.running(300)
    run = execution["taskRunList"][0]
    queue, key, text = {
        "no JSON": (f"{RUNNERS}.WorkerTaskResult", run["id"], BROKEN),
        "no state": (f"{RUNNERS}.WorkerTaskResult", run["id"], json.dumps({"taskRun": run | {"state": None}})),
        "no task run": (
            f"{RUNNERS}.SubflowExecutionResult",
            execution["id"],
            json.dumps({"executionId": execution["id"]}),
        ),
    }[shape]
    guarded.sql(INSERT, queue, key, text)
    ended = guarded.until(execution["id"], "FAILED")
    assert LABEL in ended["labels"]
    assert "The engine could not process a message" in guarded.errors(execution["id"])


def test_an_execution_with_too_many_task_runs_fails(guarded: Guarded) -> None:
    execution = guarded.running(3)
    past = "2020-01-01T00:00:00.000Z"
    state = {
        "current": "SUCCESS",
        "histories": [{"state": "CREATED", "date": past}, {"state": "SUCCESS", "date": past}],
    }
    run = {
        "executionId": execution["id"],
        "namespace": "guarded",
        "flowId": "sleeper",
        "taskId": "sleep",
        "state": state,
    }
    runs = "".join(json.dumps(run | {"id": f"run{number}"}) + "," for number in range(5000))
    opening = '"taskRunList":['
    change = 'UPDATE executions SET "value" = REPLACE("value", ?, ?) WHERE "key" = ?'
    guarded.sql(change, opening, opening + runs, execution["id"])
    guarded.until(execution["id"], "FAILED")
    assert "5001 task runs, and 5000 are the most" in guarded.errors(execution["id"])


@pytest.mark.parametrize("path", ["executions", "logs"])
def test_who_follows_a_deleted_execution_is_told_at_once(guarded: Guarded, path: str) -> None:
    """Its messages are in the queue for a while, but the executor has read them."""
    read = INSERT.replace('"value")', '"value", "consumers")').replace("?)", "?, ARRAY['executor'])")
    guarded.sql(read, f"{MODELS}.executions.Execution", "deleted", json.dumps({"id": "deleted"}))
    url = f"{guarded.url}/api/v1/main/{path}/deleted/follow"
    assert guarded.session.get(url, timeout=APPEAR_SECONDS * 0.8).status_code == 404


def test_an_execution_whose_own_row_cannot_be_read_fails(guarded: Guarded) -> None:
    execution = guarded.running(300)
    runs = '"taskRunList":['
    guarded.sql(
        'UPDATE executions SET "value" = REPLACE("value", ?, ?) WHERE "key" = ?',
        runs,
        runs + '{"id":"broken"},',
        execution["id"],
    )
    guarded.sql(INSERT, f"{MODELS}.executions.Execution", execution["id"], json.dumps({"id": execution["id"]}))
    assert guarded.until(execution["id"], "FAILED")


def test_what_was_there_before_the_start(guarded: Guarded) -> None:
    """The last test: it ends the engine twice."""
    unreadable, suspect, bystander, greedy = (guarded.running(seconds) for seconds in (300, 300, 3, 300))
    guarded.end(lambda: guarded.session.post(f"{guarded.url}/test/shutdown"), "the engine shut itself down")
    home, result = guarded.folder / "home", f"{RUNNERS}.WorkerTaskResult"
    guarded.insert(result, unreadable["taskRunList"][0]["id"], BROKEN)
    # A message that the engine could well process, but for what the last engine left behind.
    fine = json.dumps({"taskRun": suspect["taskRunList"][0]})
    offset = guarded.insert(result, "suspect", fine)
    (home / "in-flight").write_bytes(struct.pack(">q", offset))
    (home / "last-end").write_text("memory\n")
    job = greedy["taskRunList"][0]["id"]
    (home / "suspects.json").write_text(
        json.dumps({f"job {job}": 2, f"message {offset}": 2})
    )  # it ran when memory ended the time before, too
    guarded.start()
    assert guarded.until(unreadable["id"], "FAILED")
    assert guarded.until(suspect["id"], "FAILED")
    assert "the engine ended while it did so" in guarded.errors(suspect["id"])
    assert guarded.until(greedy["id"], "FAILED")
    assert "Java ran out of memory while this task ran" in guarded.errors(greedy["id"])
    assert guarded.until(bystander["id"], "SUCCESS", "FAILED")["state"]["current"] == "SUCCESS"
    assert "memory" in guarded.session.get(f"{guarded.url}/health").json()["details"]["lastEnd"]["reason"]
    # What a thread of the engine hears depends on whether the database is closing or has closed.
    guarded.end(lambda: guarded.sql("SHUTDOWN IMMEDIATELY"), "Database is already closed", "in exclusive mode")

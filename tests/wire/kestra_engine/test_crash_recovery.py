"""An engine that is killed between a state and what follows from it: the next one does what is left, once."""

import re
from collections.abc import Iterator

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_engine.guarded import END_SECONDS, Guarded

HELD_MILLIS = 300_000
FUNCTIONS = {
    "HOLD": "java.lang.Thread.sleep(long)",
    "GET": "java.lang.System.getProperty(java.lang.String)",
    "SET_PROPERTY": "java.lang.System.setProperty(java.lang.String, java.lang.String)",
}
"""What the database's conditions call: to hold the thread that writes a row, as long as its process lives."""
TASKS = """
tasks:
  - {id: first, type: io.kestra.plugin.core.flow.Sleep, duration: PT2S}
  - {id: last, type: io.kestra.plugin.core.debug.Return, format: done}
"""
WAITS = """
tasks:
  - {id: first, type: io.kestra.plugin.core.flow.Pause}
  - {id: last, type: io.kestra.plugin.core.debug.Return, format: done}
"""
"""Waits until the test has said where the engine is to stop."""
ONE = "tasks: [{id: one, type: io.kestra.plugin.core.debug.Return, format: done}]"
STEPS = f"id: steps\nnamespace: guarded\n{TASKS}"
LATER = f"id: later\nnamespace: guarded\n{WAITS}"
PARENT = """
id: parent
namespace: guarded
tasks: [{id: child, type: io.kestra.plugin.core.flow.Subflow, namespace: guarded, flowId: steps}]
"""
LISTENER = f"""
id: listener
namespace: guarded
{ONE}
triggers:
  - id: steps
    type: io.kestra.plugin.core.trigger.Flow
    conditions:
      - {{type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: guarded, flowId: steps}}
"""
WAITING = f"""
id: %s
namespace: guarded
{ONE}
triggers:
  - id: both
    type: io.kestra.plugin.core.trigger.Flow
    preconditions:
      id: both
      flows:
        - {{namespace: guarded, flowId: later, states: [SUCCESS]}}
        - {{namespace: guarded, flowId: other, states: [SUCCESS]}}
"""
OTHER = f"id: other\nnamespace: guarded\n{ONE}"
LIMITED = f"id: limited\nnamespace: guarded\nconcurrency: {{limit: 1, behavior: QUEUE}}\n{WAITS}"
TICKING = f"""
id: ticking
namespace: guarded
{WAITS}
triggers: [{{id: tick, type: io.kestra.plugin.core.trigger.Schedule, withSeconds: true, cron: "* * * * * *"}}]
"""
QUEUE, ENDS, EVENTS = (
    f"io.kestra.core.{name}"
    for name in ("models.executions.Execution", "runners.SubflowExecutionEnd", "runners.MultipleConditionEvent")
)


class Interrupted:
    """An engine that stops at a row, is killed there, and starts again.

    Parameters:
        name: of the condition, which stays; the next process knows nothing of it.
    """

    def __init__(self, guarded: Guarded, name: str) -> None:
        self.guarded = guarded
        self.name = name

    def hold(self, table: str, row: str) -> None:
        """Have the engine stop before it writes a row of a table for which a condition is true."""
        self.guarded.sql(f"CALL SET_PROPERTY('{self.name}', 'held')")
        held = f"CASE WHEN GET('{self.name}') IS NOT NULL AND {row} THEN HOLD({HELD_MILLIS}) IS NULL ELSE TRUE END"
        self.guarded.sql(f"ALTER TABLE {table} ADD CONSTRAINT {self.name} CHECK ({held})")

    def hold_message(self, queue: str, *texts: str) -> None:
        """The same for a message with some texts."""
        found = " AND ".join(f"LOCATE('{text}', \"value\") > 0" for text in texts)
        self.hold("queues", f"\"type\" = '{queue}' AND {found}")

    def kill_when(self, execution: str, state: str, task_runs: int) -> None:
        """Kill the engine when an execution is in a state and so many task runs have ended, and start it again."""

        def reached() -> bool:
            found = self.guarded.get(f"/executions/{execution}")
            states = [run["state"]["current"] for run in found.get("taskRunList") or ()]
            return found["state"]["current"] == state and states == ["SUCCESS"] * task_runs

        eventually(reached, END_SECONDS, f"{execution} to be {state}")
        self.guarded.kill()
        self.guarded.start()

    def started(self, flow: str, count: int) -> list[str]:
        """The executions of a flow, once there are so many and all have ended well."""

        def ended() -> list[str]:
            found = self.guarded.get("/executions", namespace="guarded", flowId=flow)["results"]
            return [execution["id"] for execution in found if execution["state"]["current"] == "SUCCESS"]

        eventually(lambda: len(ended()) >= count, END_SECONDS, f"{count} executions of {flow}")
        return ended()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    guarded = Guarded(tmp_path_factory.mktemp("interrupted"))
    guarded.start()
    for name, method in FUNCTIONS.items():
        guarded.sql(f'CREATE ALIAS {name} FOR "{method}"')
    guarded.flow(STEPS)
    yield guarded
    guarded.stop()


@pytest.fixture
def interrupted(engine: Guarded, request: pytest.FixtureRequest) -> Interrupted:
    return Interrupted(engine, re.sub(r"\W", "_", request.node.name))


def test_an_execution_is_evaluated_again(interrupted: Interrupted) -> None:
    engine = interrupted.guarded
    interrupted.hold_message(QUEUE, '"flowId":"steps"', '"current":"SUCCESS"')
    execution = engine.run("steps")["id"]
    interrupted.kill_when(execution, "RUNNING", 1)
    done = engine.until(execution, "SUCCESS")
    assert [run["taskId"] for run in done["taskRunList"]] == ["first", "last"]


@pytest.mark.slow
def test_the_parent_of_a_subflow_goes_on(interrupted: Interrupted) -> None:
    engine = interrupted.guarded
    engine.flow(PARENT)
    interrupted.hold_message(ENDS, '"flowId":"steps"')
    execution = engine.run("parent")["id"]
    [child] = eventually(
        lambda: engine.get("/executions", namespace="guarded", flowId="steps", triggerExecutionId=execution)["results"],
        END_SECONDS,
        "the subflow",
    )
    interrupted.kill_when(child["id"], "SUCCESS", 2)
    engine.until(execution, "SUCCESS")


@pytest.mark.slow
def test_a_flow_trigger_starts_its_flow_once(interrupted: Interrupted) -> None:
    engine = interrupted.guarded
    engine.flow(LISTENER)
    interrupted.hold_message(QUEUE, '"flowId":"listener"')
    execution = engine.run("steps")["id"]
    interrupted.kill_when(execution, "SUCCESS", 2)
    [started] = interrupted.started("listener", 1)
    assert engine.get(f"/executions/{started}")["trigger"]["variables"]["executionId"] == execution


@pytest.mark.parametrize(("flow", "queue"), [pytest.param("events", EVENTS, marks=pytest.mark.slow), ("starts", QUEUE)])
def test_a_flow_trigger_of_several_conditions_starts_its_flow_once(
    interrupted: Interrupted, flow: str, queue: str
) -> None:
    engine = interrupted.guarded
    engine.flow(OTHER)
    engine.flow(LATER)
    engine.flow(WAITING % flow)
    engine.until(engine.run("other")["id"], "SUCCESS")
    execution = engine.run("later")["id"]
    engine.until(execution, "PAUSED")
    ended = (f'"id":"{execution}"', '"value":"done"')
    interrupted.hold_message(queue, *(ended if queue == EVENTS else (f'"flowId":"{flow}"',)))
    engine.resume(execution)
    interrupted.kill_when(execution, "SUCCESS", 2)
    assert len(interrupted.started(flow, 1)) == 1


@pytest.mark.slow
def test_the_next_of_a_limit_starts(interrupted: Interrupted) -> None:
    engine = interrupted.guarded
    engine.flow(LIMITED)
    first = engine.run("limited")["id"]
    engine.until(first, "PAUSED")
    queued = engine.run("limited")["id"]
    engine.until(queued, "QUEUED")
    interrupted.hold("concurrency_limit", 'LOCATE(\'"running":0\', "value") > 0')
    engine.resume(first)
    interrupted.kill_when(first, "SUCCESS", 2)
    engine.until(queued, "PAUSED")
    engine.resume(queued)
    engine.until(queued, "SUCCESS")
    engine.until(engine.run("limited")["id"], "PAUSED")


def test_a_schedule_goes_on(interrupted: Interrupted) -> None:
    engine = interrupted.guarded
    engine.flow(TICKING)

    def paused(count: int) -> list[str]:
        found = engine.get("/executions", namespace="guarded", flowId="ticking")["results"]
        states = {execution["id"]: execution["state"]["current"] for execution in found}
        return [id for id, state in states.items() if state == "PAUSED"] if len(states) == count else []

    [execution] = eventually(lambda: paused(1), END_SECONDS, "a scheduled execution")
    interrupted.hold("triggers", '"execution_id" IS NULL AND "flow_id" = \'ticking\'')
    engine.resume(execution)
    interrupted.kill_when(execution, "SUCCESS", 2)
    eventually(lambda: paused(2), END_SECONDS, "the next execution")

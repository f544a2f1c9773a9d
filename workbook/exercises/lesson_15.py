"""Checks of lesson 15: the rubric of the capstone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from workbook.exercises.learner_flow import current_execution, last_error
from workbook.exercises.learner_tests import NAMESPACE, catches
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Flow

if TYPE_CHECKING:
    from workbook.kestra.models import Execution
    from workbook.lab import Lab

FLOW = TABLE = "capstone"
CHECK = "compare"
NO_CSV = "/lens/0.json"
"""A file of the data server that is no table."""
SCHEDULE = "io.kestra.plugin.core.trigger.Schedule"
STORES = {"postgres": "PostgreSQL", "clickhouse": "ClickHouse"}


@exercise("15.1")
def two_stores(lab: Lab, answer: Any) -> str:
    """An execution of the capstone after which both stores hold the rows of the file."""
    execution = current_execution(lab, answer, FLOW)
    if execution.namespace != NAMESPACE:
        raise Hint(f"Your flow is in the namespace {execution.namespace}; the rubric looks in {NAMESPACE}.")
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. {last_error(lab, execution)}")
    flow = lab.kestra.flow(f"{NAMESPACE}/{FLOW}")
    if not flow.raw.get("description"):
        raise Hint("The flow has no description. Two lines on what it loads, for whoever is called at night.")
    counts, rows = _counts(lab), _rows(execution)
    if set(counts.values()) != {rows}:
        held = ", ".join(f"{STORES[store]} {count:,}" for store, count in counts.items())
        raise Hint(f"The output rows says {rows:,}, and the tables {TABLE} hold: {held}. {_about_counts(counts, rows)}")
    return "Three programs agree on one number: your flow and two stores. Part two tries to spoil it."


def _counts(lab: Lab) -> dict[str, int]:
    """The rows of both tables.

    Raises:
        Hint: a table is not there.
    """
    counts = {}
    for store, name in STORES.items():
        client = getattr(lab, store)
        if TABLE not in client.tables():
            raise Hint(f"{name} has no table {TABLE}. Does a task of the flow create it?")
        of = f"{TABLE} FINAL" if store == "clickhouse" and _replaces(lab) else TABLE
        counts[store] = int(client.scalar(f"SELECT count(*) FROM {of}"))
    return counts


def _replaces(lab: Lab) -> bool:
    """Whether ClickHouse's table has an engine that puts rows of one key together."""
    engine = lab.clickhouse.scalar(
        f"SELECT engine FROM system.tables WHERE name = '{TABLE}' AND database = currentDatabase()"
    )
    return str(engine).endswith("ReplacingMergeTree")


def _rows(execution: Execution) -> int:
    rows = execution.outputs.get("rows")
    if not isinstance(rows, int):
        raise Hint(f"The flow's output rows is {rows!r}; it has to be the number of rows of the file, an INT.")
    return rows


def _about_counts(counts: dict[str, int], rows: int) -> str:
    if any(count == 2 * rows for count in counts.values()):
        return "Twice as many: the table has no key. Drop it, and create it with one."
    if any(count > rows for count in counts.values()):
        return "Rows of earlier trials may be left: drop both tables, and run the flow once more."
    return "Do rows of the file share a key? Then count those with different keys, or choose another key."


@exercise("15.2")
def trustworthy(lab: Lab, answer: Any) -> str:
    """A capstone that can be run twice, and that refuses a file that is none."""
    _own_flow(answer)
    execution = lab.kestra.execute(f"{NAMESPACE}/{FLOW}", check=False)
    if not execution.succeeded:
        raise Hint(f"With its defaults your flow ends {execution.state}. {last_error(lab, execution)}")
    before = _counts(lab)
    again = lab.kestra.execute(f"{NAMESPACE}/{FLOW}", check=False)
    if not again.succeeded:
        raise Hint(f"With the same file once more your flow ends {again.state}. {last_error(lab, again)}")
    for store, count in _counts(lab).items():
        if count != before[store]:
            raise Hint(
                f"{STORES[store]} held {before[store]:,} rows, and {count:,} after the same file once more. "
                "A key, and a load that minds it, make a second load harmless."
            )
    address = lab.settings.for_flows(f"{lab.settings.dataset_url}{NO_CSV}")
    spoilt = lab.kestra.execute(f"{NAMESPACE}/{FLOW}", inputs={"address": address}, check=False)
    if spoilt.state != "FAILED":
        raise Hint(
            f"With a JSON file in place of the CSV your flow ends {spoilt.state}. Say in the task that reads the file "
            "which columns it has to have, so that any other file fails there."
        )
    if _counts(lab) != before:
        raise Hint("With a JSON file your flow fails, as it should, but a table has changed. Parse before you load.")
    return "Run it as often as you like, with whatever somebody puts there by mistake: the tables stay right."


def _own_flow(answer: Any) -> Flow:
    if not isinstance(answer, Flow):
        raise Hint(f"The answer is a {type(answer).__name__}. Put what lab.kestra.import_flow(...) returns into it.")
    if (answer.namespace, answer.id) != (NAMESPACE, FLOW):
        raise Hint(f"This is the flow {answer.namespace}/{answer.id}; the rubric is about {NAMESPACE}/{FLOW}.")
    return answer


@exercise("15.3")
def by_itself(lab: Lab, answer: Any) -> str:
    """A capstone with a Schedule in a time zone."""
    flow = lab.kestra.flow(_own_flow(answer))
    schedules = [one for one in flow.raw.get("triggers") or [] if one["type"] == SCHEDULE]
    if not schedules:
        raise Hint(f"The flow on the server has no trigger of the type {SCHEDULE}. Import it after the change.")
    [schedule, *_] = schedules
    if schedule.get("disabled"):
        raise Hint("The Schedule is disabled: it never starts anything.")
    if not schedule.get("timezone"):
        raise Hint("Six o'clock where? Without timezone the server's own zone decides, and that is often UTC.")
    if schedule.get("cron", "").split() != ["0", "6", "*", "*", "*"]:
        raise Hint(
            f"The cron is {schedule.get('cron')!r}. Minute, hour, day, month, weekday: six in the morning, daily."
        )
    return "It starts when its readers' clock says six, in summer and in winter."


@exercise("15.4")
def noticed(lab: Lab, answer: Any) -> str:
    """Test cases that notice when the check is switched off."""
    hint = (
        f"Your test also passes for a flow whose task {CHECK} is disabled. Give the two counts different values, "
        "and expect the execution to be FAILED."
    )
    catches(lab, answer, FLOW, _without_check, hint)
    return "That is the whole of it: a load, a check, a clock, and a test that guards the check. Well done."


def _without_check(source: str) -> str:
    """The flow with its check disabled."""
    flow = yaml.safe_load(source)
    checks = [task for task in flow["tasks"] if task["id"] == CHECK]
    if not checks:
        raise Hint(f"The flow has no task {CHECK} of its own among its tasks.")
    for check in checks:
        check["disabled"] = True
    return json.dumps(flow)

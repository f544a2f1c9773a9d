"""Checks of lesson 12."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import indent
from typing import TYPE_CHECKING, Any

from workbook.exercises.learner_flow import current_execution, last_error, learner_flow, run, text
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.kestra.models import Execution, Flow, Metric
    from workbook.lab import Lab

RETENTION = "stores-retention"
WANTED_DAY, LAST_DAY = "2025-09-06", "2025-09-07"
"""The day with which what is left has to begin, and the last one of the week."""
DAYS = "SELECT timestamp::date::text AS day, count(*) AS rows FROM {table} GROUP BY 1 ORDER BY 1"

SCRIPT = """id: exercise_12_2
namespace: com.flowio
inputs:
  - {{id: newest, type: STRING}}
  - {{id: now, type: STRING}}
  - {{id: table, type: STRING}}
tasks:
  - id: age
    type: io.kestra.plugin.scripts.python.Script
    taskRunner: {{type: io.kestra.plugin.scripts.runner.docker.Docker}}
    containerImage: python:3.13.7-slim
    dependencies: [kestra==2.0.0]
    env: {{NEWEST: "{{{{ inputs.newest }}}}", NOW: "{{{{ inputs.now }}}}", TABLE: "{{{{ inputs.table }}}}"}}
    script: |
{script}
"""
METRIC, NOW = "age_hours", "2025-09-08T12:00:00+00:00"
AGES = {"orders": ("2025-09-08T06:00:00+00:00", 6.0), "readings": ("2025-09-06T10:30:00+00:00", 49.5)}
"""The newest reading of two tables, and its age in hours."""

ASKING = "id: exercise_12_3\nnamespace: com.flowio\ntasks:\n{tasks}\n"
STORES = {"qdrant": "Qdrant", "clickhouse": "ClickHouse"}


@exercise("12.1")
def two_days(lab: Lab, answer: Any) -> str:
    """A run of the retention flow after which the last two days of the week are left, in all four stores."""
    execution = current_execution(lab, answer, RETENTION)
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. {last_error(lab, execution)}")
    table = execution.inputs["table_name"]
    left = _first_day(lab, table)
    if left is None:
        raise Hint(_about_nothing_left(table, execution))
    if left != WANTED_DAY:
        far = "too much is gone. Load a file again, and keep a day more" if left > WANTED_DAY else "keep fewer days"
        raise Hint(f"The oldest readings of {table} are of {left}, and {WANTED_DAY} is asked for: {far}.")
    if (last := _last_day(lab, table)) != LAST_DAY:
        raise Hint(f"The newest readings of {table} are of {last}; the week ends on {LAST_DAY}. Load a whole file.")
    return "Two days in four stores, by one line. Count back from midnight, and you know which days a run will leave."


def _first_day(lab: Lab, table: str) -> str | None:
    """The day of the oldest row, on which all four stores agree; None if they are empty.

    Raises:
        Hint: they do not agree.
    """
    days = lab.timescale.sql(DAYS.format(table=table))
    rows = int(days["rows"].sum())
    others = {
        "ClickHouse": lab.clickhouse.count(table),
        "Elasticsearch": lab.elasticsearch.count(f"{table}-*"),
        "Qdrant": lab.qdrant.count(table),
    }
    for store, held in others.items():
        if held != rows:
            raise Hint(f"{store} holds {held:,} rows of {table}, TimescaleDB {rows:,}. Run the retention once more.")
    return None if days.empty else str(days["day"].iloc[0])


def _last_day(lab: Lab, table: str) -> str:
    return str(lab.timescale.scalar(f"SELECT max(timestamp)::date::text FROM {table}"))


def _about_nothing_left(table: str, execution: Execution) -> str:
    if not execution.inputs.get("as_of"):
        return (
            f"Nothing is left of {table}: without as_of, the days are counted back from today. "
            "Load a file again, and name a moment."
        )
    return f"Nothing is left of {table}. Load a file again, and count the days once more."


@exercise("12.2")
def age_of_the_newest(lab: Lab, answer: Any) -> str:
    """A script that publishes the age of the newest reading as a gauge."""
    written = text(answer)
    with learner_flow(lab, SCRIPT.format(script=indent(written, " " * 6))) as flow:
        for table, (newest, hours) in AGES.items():
            done = run(lab, flow, {"newest": newest, "now": NOW, "table": table})
            _compare(lab.kestra.metrics(done), done.output("age").get("vars") or {}, table, hours)
    return "Draw this number, or alert on it, and a source that has gone silent is found by you and not by your reader."


def _compare(metrics: list[Metric], outputs: dict[str, Any], table: str, hours: float) -> None:
    own = [metric for metric in metrics if not metric.name.startswith("deps.")]
    age = next((metric for metric in own if metric.name == METRIC), None)
    if age is None:
        raise Hint(_about_no_age(own, outputs))
    if age.kind != "gauge":
        why = "would be added up over runs" if age.kind == "counter" else "says how long something took"
        raise Hint(f"{METRIC} is a {age.kind}, which {why}. An age is read off like a thermometer: a gauge.")
    if abs(age.value - hours) > 0.01:
        raise Hint(_about_the_age(age.value, hours))
    if age.tags.get("table") != table:
        raise Hint(f"The tags are {age.tags}; the tag table has to be {table!r} here, the value of TABLE.")


def _about_no_age(own: list[Metric], outputs: dict[str, Any]) -> str:
    if METRIC in outputs:
        return (
            f"{METRIC} is an output, for the next task to read. A metric is published: Kestra.gauge(name, value, tags)."
        )
    names = ", ".join(sorted({metric.name for metric in own}))
    published = f"It publishes {names}" if names else "It publishes nothing (a print is a log line, and no metric)"
    return f"{published}; a metric named {METRIC} is asked for. Kestra.gauge(name, value, tags) publishes one."


def _about_the_age(got: float, hours: float) -> str:
    mistakes = {
        hours * 3600: "Those are seconds.",
        hours * 60: "Those are minutes.",
        hours / 24: "Those are days.",
        hours % 24: "Whole days are missing: .seconds is only what a difference has beyond its days.",
        -hours: "It is negative: take the earlier moment from the later one.",
        float(int(hours)): "The half hour is cut off.",
        float(round(hours)): "It is rounded to whole hours.",
        float(int(hours * 3600) % 86_400): "Those are seconds, and whole days are missing: see total_seconds().",
    }
    known = [advice for value, advice in mistakes.items() if abs(got - value) < 0.01]
    return f"{got:g} is published where the newest reading is {hours:g} hours old. {known[0] if known else ''}".strip()


@exercise("12.3")
def asks_both(lab: Lab, answer: Any) -> str:
    """Tasks that fail, each under its store's name, when ClickHouse or Qdrant is down."""
    with learner_flow(lab, ASKING.format(tasks=indent(text(answer), "  "))) as flow:
        well = lab.kestra.execute(flow, check=False)
        if well.state != "SUCCESS":
            raise Hint(f"All stores are up, and your flow ends {well.state}. {last_error(lab, well)}")
        for service, name in STORES.items():
            with _without(lab, service):
                _noticed(lab, flow, service, name)
    return "Give it a schedule, and you know of an outage before the next file comes. The log says which store it is."


@contextmanager
def _without(lab: Lab, service: str) -> Iterator[None]:
    lab.stop(service)
    try:
        yield
    finally:
        lab.start(service)


def _noticed(lab: Lab, flow: Flow, service: str, name: str) -> None:
    execution = lab.kestra.execute(flow, check=False)
    if execution.state == "WARNING":
        raise Hint(f"Without {name} your flow ends in WARNING, which wakes nobody. Leave out allowFailure.")
    if execution.succeeded:
        raise Hint(f"Without {name} your flow still ends {execution.state}. Does a task ask it, and heed the answer?")
    failed = [task_run.task_id for task_run in execution.task_runs if task_run.state == "FAILED"]
    if service not in failed:
        raise Hint(f"Without {name} the task {', '.join(failed)} fails. The one that fails has to be called {service}.")

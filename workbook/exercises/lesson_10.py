"""Checks of lesson 10."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbook.exercises.learner_flow import current_execution, last_error
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.kestra.models import Execution
    from workbook.lab import Lab

FLOW = "s3-csv-ingestion"
PAIR, DAMAGED, SUPPLIER = "lesson_10_pair", "lesson_10_damaged", "lesson_10_supplier"
KEY, DAMAGED_KEY, SUPPLIER_KEY = (f"lessons/10/{name}.csv" for name in ("metrics", "damaged", "supplier"))
WANTED = {"timescaledb": "SKIPPED", "clickhouse": "SUCCESS", "elasticsearch": "SKIPPED", "qdrant": "SUCCESS"}
DAMAGED_ROWS, DAMAGED_LINES, ENOUGH_PERCENT = 57, 4, 7
SUPPLIER_ROWS, SUPPLIER_LOCATION = 24, "Gewächshaus \N{EN DASH} Süd"


@exercise("10.1")
def two_stores(lab: Lab, answer: Any) -> str:
    """An execution that loaded the lesson's object into ClickHouse and Qdrant only, as `lesson_10_pair`."""
    execution = _ended_well(lab, answer)
    _loaded_what(execution, KEY, PAIR)
    states = {store: execution.task_runs_of(store)[-1].state for store in WANTED}
    if states["timescaledb"] != "SKIPPED" or states["elasticsearch"] != "SKIPPED":
        ran = ", ".join(store for store, state in states.items() if state != "SKIPPED")
        raise Hint(f"The branches of {ran} ran. The input `stores` takes a list of those to load.")
    if states != WANTED:
        left_out = next(store for store, state in states.items() if state == "SKIPPED" and WANTED[store] != state)
        raise Hint(f"{left_out} was left out. The list in `stores` has two names: clickhouse and qdrant.")
    rows, counts = execution.outputs["rows"], (lab.clickhouse.count(PAIR), lab.qdrant.count(PAIR))
    if counts != (rows, rows):
        raise Hint(
            f"The file has {rows:,} readings, and the stores hold {counts[0]:,} and {counts[1]:,}. If there are fewer, "
            f'run it again: it heals. If there are more, an earlier file was larger: lab.drop_table("{PAIR}") first.'
        )
    return (
        "`runIf` skips a branch, and verify looks only at what was asked for. So you heal one store without the rest."
    )


def _ended_well(lab: Lab, answer: Any) -> Execution:
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. {_reason(lab, execution)}")
    return execution


def _reason(lab: Lab, execution: Execution) -> str:
    if execution.failed_task and execution.failed_task.task_id == "check_rejects":
        return "Too many rows were rejected. Read `rejects.csv` of the task parse: it gives the reason, line by line."
    reason = last_error(lab, execution)
    return f"{reason} It was cut with {execution.inputs['delimiter']!r}." if "first line is" in reason else reason


def _loaded_what(execution: Execution, key: str, table: str) -> None:
    if execution.inputs["s3_key"] != key:
        raise Hint(f"This one loaded {execution.inputs['s3_key']}. Set the input `s3_key` to {key}.")
    if execution.inputs["table_name"] != table:
        raise Hint(f"This one loaded the table {execution.inputs['table_name']}; `table_name` is to be {table}.")


@exercise("10.2")
def good_rows_of_a_damaged_file(lab: Lab, answer: Any) -> str:
    """An execution that loaded what is good of the damaged file, with no more tolerance than it needs."""
    execution = current_execution(lab, answer, FLOW)
    failed = execution.failed_task
    if failed and failed.task_id == "check_rejects":
        accepted = execution.inputs["max_reject_percent"]
        raise Hint(f"{DAMAGED_LINES} of 61 rows are bad, and you accept {accepted:g} %. How many percent are they?")
    _ended_well(lab, answer)
    _loaded_what(execution, DAMAGED_KEY, DAMAGED)
    rejected, percent = execution.outputs["rejected"], execution.inputs["max_reject_percent"]
    if rejected != DAMAGED_LINES:
        raise Hint(
            f"{rejected} rows were rejected, and the file as it came has {DAMAGED_LINES} bad ones. Upload it again."
        )
    if percent > ENOUGH_PERCENT:
        raise Hint(
            f"With {percent:g} % it is in, and so would be a file that is much worse. "
            "What is the smallest whole number with which this one passes?"
        )
    for store, count in _counts(lab, DAMAGED).items():
        if count > DAMAGED_ROWS:
            raise Hint(f"{store} holds {count} readings, and the file has {DAMAGED_ROWS} good ones. {_clear(DAMAGED)}")
        if count < DAMAGED_ROWS:
            raise Hint(f"{store} holds {count} of the {DAMAGED_ROWS} good rows. Run it again: it heals.")
    return (
        "A limit just above what you know about turns the next surprise into a failure, which is what a limit is for."
    )


def _clear(table: str) -> str:
    return f'Another file was loaded into the table before: lab.drop_table("{table}") clears it; then load once more.'


def _counts(lab: Lab, table: str) -> dict[str, int]:
    return {
        "TimescaleDB": lab.timescale.count(table),
        "ClickHouse": lab.clickhouse.count(table),
        "Elasticsearch": lab.elasticsearch.count(table),
        "Qdrant": lab.qdrant.count(table),
    }


@exercise("10.3")
def file_of_a_supplier(lab: Lab, answer: Any) -> str:
    """An execution that loaded the supplier's file whole, with its letters right in all four stores."""
    execution = _ended_well(lab, answer)
    _loaded_what(execution, SUPPLIER_KEY, SUPPLIER)
    if rejected := execution.outputs["rejected"]:
        raise Hint(
            f"{rejected} of {SUPPLIER_ROWS} rows were left out. Every row is good, if it is read as it was written."
        )
    left_out = [store for store in WANTED if store not in execution.inputs["stores"]]
    if left_out:
        raise Hint(f"{left_out[0]} was not loaded. All four stores are asked for: leave out the input `stores`.")
    for store, locations in LOCATIONS.items():
        stored = locations(lab)
        if len(stored) > 1:
            raise Hint(f"{store} has {len(stored)} locations, and the file has one. {_clear(SUPPLIER)}")
        if stored != {SUPPLIER_LOCATION}:
            names = " and ".join(repr(name) for name in sorted(stored))
            raise Hint(f"All rows are there, but {store} says that the location is {names}. What is between the words?")
    return "Right count, right sum, wrong letters: only looking at the text in the store tells those apart."


def _in_timescale(lab: Lab) -> set[str]:
    return set(lab.timescale.sql(f"SELECT DISTINCT location FROM {SUPPLIER}")["location"])


def _in_clickhouse(lab: Lab) -> set[str]:
    return set(lab.clickhouse.sql(f"SELECT DISTINCT location FROM {SUPPLIER}")["location"])


def _in_elasticsearch(lab: Lab) -> set[str]:
    return set(lab.elasticsearch.facets(SUPPLIER, "location.exact")["value"])


def _in_qdrant(lab: Lab) -> set[str]:
    return set(lab.qdrant.vectors(SUPPLIER)["location"])


LOCATIONS: dict[str, Callable[[Lab], set[str]]] = {
    "TimescaleDB": _in_timescale,
    "ClickHouse": _in_clickhouse,
    "Elasticsearch": _in_elasticsearch,
    "Qdrant": _in_qdrant,
}

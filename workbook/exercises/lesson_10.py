"""Checks of lesson 10."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from math import cos, hypot, pi, sin
from numbers import Real
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.errors import QueryFailed
from workbook.exercises.learner_flow import current_execution, last_error, text
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.kestra.models import Execution
    from workbook.lab import Lab

FLOW = "s3-csv-ingestion"
TABLE, PAIR, SUPPLIER = "lesson_10", "lesson_10_pair", "lesson_10_supplier"
KEY, SUPPLIER_KEY = "lessons/10/metrics.csv", "lessons/10/supplier.csv"
WANTED = {"timescaledb": "SKIPPED", "clickhouse": "SUCCESS", "elasticsearch": "SKIPPED", "qdrant": "SUCCESS"}
SUPPLIER_ROWS, SUPPLIER_LOCATION = 24, "Gewächshaus \N{EN DASH} Süd"

HIGHEST = """
    SELECT date_bin(CAST(:step AS interval), timestamp, '2000-01-03Z') AS bucket, {function}(metric_value) AS mean
    FROM lesson_10 WHERE metric_name LIKE :metric AND zone LIKE :zone
    GROUP BY bucket ORDER BY mean {order} LIMIT 1
"""
ASKED = {"step": "6 hours", "metric": "temperature", "zone": "west", "function": "avg", "order": "DESC"}
MISTAKES = {
    "That is the best single hour. The exercise asks for six of them.": {"step": "1 hour"},
    "That is a whole day. The exercise asks for buckets of six hours.": {"step": "1 day"},
    "That is the mean over °C, % and hPa together. Keep one metric only.": {"metric": "%"},
    "That is the mean over all zones. Keep only the zone `west`.": {"zone": "%"},
    "That is the coldest bucket. Which order brings the highest mean to the top?": {"order": "ASC"},
    "That is the highest single reading in a bucket. The exercise asks for the mean.": {"function": "max"},
}

CLOCKS = {"time of day": 18 / 24, "metric": 0.0, "height": 0.25}
"""Where the hands stand for 15 °C at 18:00, in turns."""
WRONG_TURNS = {
    "time of day": {
        18 / 12: "Your first clock goes around in twelve hours. One turn is a day, so that 06:00 and 18:00 differ.",
        0.0: "Your first clock stands at midnight. 18:00 is 18 of 24 hours: which part of a turn?",
    },
    "metric": {
        0.333: "Your second clock stands where humidity is. Look at `turn` in the flow's `scales`.",
        0.667: "Your second clock stands where pressure is. Look at `turn` in the flow's `scales`.",
    },
    "height": {
        0.5: "Your third clock goes a whole turn, so the lowest value meets the highest. It goes half a turn.",
        15 / 70: "The scale begins at -20 °C, not at 0: how far is 15 above its lower end? And then half a turn.",
        15 / 140: "The scale begins at -20 °C, not at 0: how far is 15 above its lower end?",
        15 / 100: "The scale goes from -20 to 50 °C, not from 0 to 50.",
    },
}
CLOSE = 0.01


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
        raise Hint(f"The stores hold {counts[0]:,} and {counts[1]:,} rows of {rows:,}. Run it again: it heals.")
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
def warmest_six_hours(lab: Lab, answer: Any) -> str:
    """A query for the six hours of the week with the highest mean temperature in the zone west."""
    row = _one_row(lab, text(answer))
    if _is(row, _highest(lab)):
        return f"{row.bucket:%A, %H:%M} UTC. `time_bucket` takes any width, and only the chunks it needs are read."
    for hint, changed in MISTAKES.items():
        if _is(row, _highest(lab, **changed)):
            raise Hint(hint)
    raise Hint(f"{row['mean']:.2f} from {row.bucket:%Y-%m-%d %H:%M} on is not it. Six hours, temperature, west, avg.")


def _one_row(lab: Lab, query: str) -> pd.Series:
    try:
        frame = lab.timescale.sql(query)
    except QueryFailed as refused:
        raise Hint(str(refused).partition("\n[SQL")[0]) from refused
    missing = {"bucket", "mean"} - set(frame.columns)
    if missing:
        raise Hint(f"Your query has the columns {', '.join(frame.columns)}. It needs one called {min(missing)}.")
    if len(frame) != 1:
        raise Hint(f"Your query gives {len(frame)} rows. Order them by the mean, and keep the first: LIMIT 1.")
    return frame.iloc[0]


def _highest(lab: Lab, **changed: str) -> pd.Series:
    asked = ASKED | changed
    names = {name: asked.pop(name) for name in ("function", "order")}
    return lab.timescale.sql(HIGHEST.format(**names), **asked).iloc[0]


def _is(row: pd.Series, other: pd.Series) -> bool:
    return bool(pd.Timestamp(row.bucket) == other.bucket and abs(float(row["mean"]) - other["mean"]) < CLOSE)


@exercise("10.3")
def place_of_a_reading(lab: Lab, answer: Any) -> str:
    """The vector of a temperature of 15 °C at 18:00."""
    pairs = _pairs(answer)
    wrong = [name for name, pair in zip(CLOCKS, pairs, strict=True) if not _stands(pair, CLOCKS[name])]
    if wrong:
        raise Hint(_about_the_clocks(pairs, wrong[0]))
    near = lab.qdrant.nearest(TABLE, [number for pair in pairs for number in pair], limit=1).iloc[0]
    reading = f"a {near.metric_name} of {near.metric_value:g} at {near.timestamp[11:16]}, {near.location}"
    return (
        f"The nearest reading in the store is {reading}. You searched for what was never measured, and found its like."
    )


def _pairs(answer: Any) -> list[tuple[float, float]]:
    try:
        numbers = list(answer)
    except TypeError as not_many:
        raise Hint(f"The answer is a {type(answer).__name__}; a list of six numbers is asked for.") from not_many
    if len(numbers) == len(CLOCKS):
        raise Hint("Those are three numbers. Each clock gives two, how far right and how far up its hand points.")
    if len(numbers) != 2 * len(CLOCKS) or not all(isinstance(number, Real) for number in numbers):
        raise Hint(f"{len(numbers)} values came, and six numbers are asked for: clock(...) + clock(...) + clock(...)")
    pairs = [(float(right), float(up)) for right, up in zip(numbers[::2], numbers[1::2], strict=True)]
    lengths = [hypot(*pair) for pair in pairs]
    if min(lengths) == 0 or max(lengths) - min(lengths) > CLOSE * max(lengths):
        raise Hint("The three hands are not of one length, so one clock would count for more. Let `clock` make each.")
    return [(right / length, up / length) for (right, up), length in zip(pairs, lengths, strict=True)]


def _stands(pair: Sequence[float], turn: float) -> bool:
    return hypot(pair[0] - cos(2 * pi * turn), pair[1] - sin(2 * pi * turn)) < CLOSE


def _about_the_clocks(pairs: list[tuple[float, float]], wrong: str) -> str:
    for order in permutations(pairs):
        if all(_stands(pair, turn) for pair, turn in zip(order, CLOCKS.values(), strict=True)):
            return "The three clocks are right, and in another order than the store's: time of day, metric, height."
    pair = pairs[list(CLOCKS).index(wrong)]
    known = [hint for turn, hint in WRONG_TURNS[wrong].items() if _stands(pair, turn)]
    return known[0] if known else f"The clock of the {wrong} stands wrong. Which part of a turn is it, from 0 to 1?"


@exercise("10.4")
def file_of_a_supplier(lab: Lab, answer: Any) -> str:
    """An execution that loaded the supplier's file whole, with its letters right in all four stores."""
    execution = _ended_well(lab, answer)
    _loaded_what(execution, SUPPLIER_KEY, SUPPLIER)
    if rejected := execution.outputs["rejected"]:
        raise Hint(
            f"{rejected} of {SUPPLIER_ROWS} rows were left out. Every row is good, if it is read as it was written."
        )
    for store, locations in LOCATIONS.items():
        stored = locations(lab)
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

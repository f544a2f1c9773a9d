"""Checks of lesson 09."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.errors import NotFound, QueryFailed
from workbook.exercises.expected import compare_with_source, number
from workbook.exercises.learner_flow import block, learner_flow, run, text
from workbook.exercises.registry import Blank, Hint, exercise

if TYPE_CHECKING:
    from workbook.lab import Lab

NAMESPACE, FLOW = "zoomcamp", "09_gcp_taxi_scheduled"
TAXIS = ("yellow", "green")
YEAR = 2020
MARCH = "green_tripdata_2021-03.csv"
IN_MARCH = "lpep_pickup_datetime >= '2021-03-01' AND lpep_pickup_datetime < '2021-04-01'"
MONTHLY, EXTERNAL = "green_tripdata_2021_03", "green_tripdata_2021_03_ext"
FEWEST = 100
BY_MONTH = """
    SELECT DATE_TRUNC(DATE({moment}), MONTH) AS month, COUNT(*) AS trips
    FROM `{table}` GROUP BY 1 ORDER BY 1
"""
PICKUP, DROPOFF = "lpep_pickup_datetime", "lpep_dropoff_datetime"


@exercise("09.1")
def trips_of_2020(lab: Lab, answer: Any) -> str:
    """The trips of each taxi that came with the files of 2020."""
    if not isinstance(answer, dict) or not answer.keys() >= set(TAXIS):
        raise Hint("The answer is a dict with two numbers: {'yellow': ..., 'green': ...}.")
    if any(answer[taxi] is ... for taxi in TAXIS):
        raise Blank
    got = {taxi: int(number(answer[taxi])) for taxi in TAXIS}
    loaded = {taxi: _by_file(lab, taxi) for taxi in TAXIS}
    wanted = {taxi: sum(rows for name, rows in loaded[taxi].items() if f"_{YEAR}-" in name) for taxi in TAXIS}
    if got == {"yellow": wanted["green"], "green": wanted["yellow"]} and got != wanted:
        raise Hint("You have the two taxis the wrong way round.")
    for taxi in TAXIS:
        if got[taxi] != wanted[taxi]:
            raise Hint(_about_the_count(taxi, got[taxi], wanted[taxi], loaded[taxi]))
        compare_with_source(lab, {name: rows for name, rows in loaded[taxi].items() if f"_{YEAR}-" in name})
    return "The same question as in lesson 05, in another dialect: @pattern for :pattern, and little else."


def _by_file(lab: Lab, taxi: str) -> dict[str, int]:
    """The trips of each file in the table."""
    query = f"SELECT filename, COUNT(*) AS trips FROM `{_table(lab, taxi)}` GROUP BY filename"
    try:
        counts = lab.bigquery.sql(query)
    except NotFound as missing:
        raise Hint(f"There is no table of {taxi} trips yet. Run the backfill of section 2.") from missing
    return dict(zip(counts["filename"], counts["trips"], strict=True))


def _about_the_count(taxi: str, got: int, wanted: int, loaded: dict[str, int]) -> str:
    if got == sum(loaded.values()) and wanted != got:
        return f"Those are the {taxi} trips of all years. Keep those whose filename fits {YEAR}."
    if not got:
        return f"No {taxi} file fits your pattern. A name reads like {taxi}_tripdata_{YEAR}-01.csv."
    if got == sum(f"_{YEAR}-" in name for name in loaded):
        return (
            f"That is the number of {taxi} files. The exercise asks for the trips in them: COUNT(*) without DISTINCT."
        )
    if alone := [name for name, trips in loaded.items() if trips == got]:
        return f"Those are the {taxi} trips of {alone[0]} alone. A pattern with % fits all months of the year."
    return f"{got:,} is not what the table has for {taxi} and {YEAR}. Count its rows by filename."


@exercise("09.2")
def trips_of_march(lab: Lab, answer: Any) -> str:
    """The trips of the green file of March 2021, which has to be loaded first."""
    got, loaded = int(number(answer)), _by_file(lab, "green")
    if MARCH not in loaded:
        raise _not_loaded(lab, got, loaded)
    if got == loaded[MARCH]:
        compare_with_source(lab, {MARCH: got})
        return "A month of the past, in lake and warehouse, for one call."
    raise Hint(_about_march(lab, got, loaded))


def _about_march(lab: Lab, got: int, loaded: dict[str, int]) -> str:
    if other := [name for name, trips in loaded.items() if trips == got]:
        return f"Those are the trips of {other[0]}. The exercise asks for {MARCH}."
    if got == sum(loaded.values()):
        return "Those are all green trips. Count only those of the one file."
    if got == lab.bigquery.count(_table(lab, "green"), IN_MARCH):
        return "You counted by pickup time. A file also has trips of other times; count by filename."
    if got == 1:
        return "That is the one execution, or the one file. How many rows of the table came with it?"
    return f"{got:,} is not what the table has for {MARCH}. Count the rows with that filename."


def _not_loaded(lab: Lab, got: int, loaded: dict[str, int]) -> Exception:
    """What to say while the file is not in the table."""
    if any("_2021-03" in name for name in _by_file(lab, "yellow")):
        return Hint("You have loaded March 2021 of yellow. The exercise asks for green: another schedule.")
    if got == 0 and not any("_2021-" in name for name in loaded):
        return Blank()  # the cell as it came
    return Hint(f"{MARCH} is not in the table. Backfill green_schedule from 2021-03-01 to 2021-03-31.")


@exercise("09.3")
def trips_by_month(lab: Lab, answer: Any) -> str:
    """A query for the trips by month of pickup."""
    try:
        frame = lab.bigquery.sql(text(answer))
    except (QueryFailed, NotFound) as refused:
        raise Hint(str(refused)) from refused
    if list(frame.columns) != ["month", "trips"]:
        raise Hint(f"Your columns are {', '.join(frame.columns)}; month and trips are asked for, in this order.")
    got = [(_day(month), _trips(trips)) for month, trips in frame.itertuples(index=False)]
    every, by_end = _by_month(lab, PICKUP), _by_month(lab, DROPOFF)
    wanted = [(month, trips) for month, trips in every if trips > FEWEST]
    if got != wanted and set(got) == {(month, trips) for month, trips in by_end if trips > FEWEST}:
        raise Hint(f"Those are the months in which trips ended. When they began is in {PICKUP}.")
    if got != wanted:
        raise Hint(_about_the_months(got, wanted, every))
    return "HAVING looks at groups, WHERE at rows: the months with a broken clock only show once they are counted."


def _by_month(lab: Lab, moment: str) -> list[tuple[date | None, int]]:
    months = lab.bigquery.sql(BY_MONTH.format(table=_table(lab, "green"), moment=moment))
    return [(_day(month), int(trips)) for month, trips in months.itertuples(index=False)]


def _trips(value: Any) -> int:
    """A count.

    Raises:
        Hint: it is none.
    """
    try:
        return int(value)
    except (TypeError, ValueError) as none:
        raise Hint(f"The column trips holds {value!r}. COUNT(*) counts the rows of a group.") from none


def _day(value: Any) -> date | None:
    """A month as a date; None for what is none."""
    if isinstance(value, datetime | pd.Timestamp):
        return value.date()
    return value if isinstance(value, date) else None


def _about_the_months(
    got: list[tuple[date | None, int]], wanted: list[tuple[date | None, int]], every: list[tuple[date | None, int]]
) -> str:
    if any(month is None for month, _ in got):
        return "The column month holds no dates. DATE_TRUNC(..., MONTH) gives the first of the month as one."
    if any(month and month.day != 1 for month, _ in got):
        return "Some months are not the first of one. DATE_TRUNC(..., MONTH) goes back to it."
    if sorted(got, key=str) == sorted(wanted, key=str):
        return "All the months are there, in another order. The earliest comes first: ORDER BY."
    if set(got) == set(every) and len(every) > len(wanted):
        return f"There are months with {FEWEST} trips or fewer among yours. HAVING filters groups by their count."
    return f"You have {len(got)} months with {sum(trips for _, trips in got):,} trips; {len(wanted)} are asked for."


@exercise("09.4")
def month_dropped(lab: Lab, answer: Any) -> str:
    """A task that removes the table of a month, and may run twice."""
    written = text(answer)
    before = _by_file(lab, "green")
    _load_months(lab)
    with learner_flow(lab, _flow(lab, written)) as flow:
        run(lab, flow, {})
        left = set(lab.bigquery.tables(_dataset(lab))["table"])
        if MONTHLY in left:
            raise Hint(f"{MONTHLY} is still there after your task has run.")
        if EXTERNAL not in left:
            raise Hint(f"{EXTERNAL} is gone as well. Only the table of the month is to be removed.")
        try:
            after = _by_file(lab, "green")
        except Hint as gone:
            raise Hint("The big table is gone. Run the backfill again, and look at the name in your task.") from gone
        if after != before:
            raise Hint("Rows of the big table are gone. Only the table of the month is to be removed.")
        second = lab.kestra.execute(flow, check=False)
    if not second.succeeded:
        raise Hint("It works once. The second time the table is gone, and it fails: IF EXISTS is missing.")
    return "A load that clears away what it does not need any more is one that nobody has to clean up after."


def _load_months(lab: Lab) -> None:
    """Make the two helper tables of the month as a load leaves them."""
    dataset, bucket = _dataset(lab), lab.kestra.kv(NAMESPACE)["GCP_BUCKET_NAME"]
    lab.bigquery.sql(f"CREATE OR REPLACE TABLE `{dataset}.{MONTHLY}` AS SELECT '1' AS VendorID")
    lab.bigquery.sql(
        f"CREATE OR REPLACE EXTERNAL TABLE `{dataset}.{EXTERNAL}` (VendorID STRING) "
        f"OPTIONS (format = 'CSV', uris = ['gs://{bucket}/{MARCH}'], skip_leading_rows = 1)"
    )


def _flow(lab: Lab, written: str) -> str:
    try:
        defaults = lab.kestra.flow(f"{NAMESPACE}/{FLOW}").source.partition("pluginDefaults:")[2]
    except NotFound as missing:
        raise Hint(f"The flow {FLOW} is not on the server. Run the lesson from its beginning.") from missing
    return f"id: exercise_09_4\nnamespace: {NAMESPACE}\ntasks:\n{block(written, 2)}\npluginDefaults:{defaults}"


def _dataset(lab: Lab) -> str:
    return str(lab.kestra.kv(NAMESPACE)["GCP_DATASET"])


def _table(lab: Lab, taxi: str) -> str:
    return f"{_dataset(lab)}.{taxi}_tripdata"

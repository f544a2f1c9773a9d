"""Checks of lesson 05."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from workbook.errors import NotFound
from workbook.exercises.expected import FORM_ADVICE, check_form_options, compare_with_source, is_from_the_form, number
from workbook.exercises.learner_flow import block, learner_flow, text
from workbook.exercises.registry import Blank, Hint, exercise
from workbook.kestra.backfill import plan
from workbook.kestra.errors import BackfillEmpty
from workbook.learning.answers import is_blank

if TYPE_CHECKING:
    from workbook.kestra.models import Flow, Json
    from workbook.lab import Lab

NAMESPACE, FLOW, TRIGGER = "zoomcamp", "05_postgres_taxi_scheduled", "yellow_schedule"
TAXIS = ("yellow", "green")
PICKUP = {"yellow": "tpep_pickup_datetime", "green": "lpep_pickup_datetime"}
YEARS = (2019, 2020, 2021)
HOMEWORK_YEAR = 2020
MONTHS = 12
FORM_YEAR = {
    "yellow": (13_537_299, 24_648_499, 18_324_219, 29_430_127),
    "green": (5_327_301, 936_199, 1_734_051, 1_342_034),
}
MARCH = "yellow_tripdata_2021-03.csv"
IN_MARCH = "tpep_pickup_datetime >= '2021-03-01' AND tpep_pickup_datetime < '2021-04-01'"
FORM_MARCH = (1_428_092, 706_911, 1_925_152, 2_561_031)

REPORT_FLOW = """id: exercise_05_3
namespace: zoomcamp
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: "{{ trigger.date }}"
triggers:
"""
NEW_YORK = ZoneInfo("America/New_York")
WANTED_CLOCK = "08:30"
SEASON_NAME = re.compile(r"timezone: *[\"']?(E[SD]T)\b")
FIXED_ZONE = re.compile(r"UTC|GMT|(UTC|GMT|UT)?[+-]\d{1,2}(:?\d{2})?|Etc/.*")
UTC_ZONE = re.compile(r"timezone: *[\"']?(UTC|Etc/UTC|Z)\b")
SEASONS = {"January": ("2020-01-01", "2020-01-31"), "July": ("2020-07-01", "2020-07-31")}

JULY = "yellow_tripdata_2020-07.csv"
LONGEST = timedelta(hours=1)
GREEN_TICK = datetime.fromisoformat("2020-07-01T13:00Z")
TICK = {"summer": datetime.fromisoformat("2020-07-01T14:00Z"), "winter": datetime.fromisoformat("2020-07-01T15:00Z")}


@exercise("05.1")
def trips_of_a_year(lab: Lab, answer: Any) -> str:
    """The trips of each taxi that came with the files of one year."""
    if not isinstance(answer, dict) or not answer.keys() >= set(TAXIS):
        raise Hint("The answer is a dict with two numbers: {'yellow': ..., 'green': ...}.")
    if any(is_blank(answer[taxi]) for taxi in TAXIS):
        raise Blank
    got = {taxi: int(number(answer[taxi])) for taxi in TAXIS}
    loaded = {taxi: _by_year(lab, taxi) for taxi in TAXIS}
    if any(is_from_the_form(lab, got[taxi], FORM_YEAR[taxi]) for taxi in TAXIS):
        raise Hint(f"A number of yours {FORM_ADVICE}")
    fitting = [year for year in YEARS if all(got[taxi] == _trips(loaded[taxi], year) > 0 for taxi in TAXIS)]
    if not fitting:
        raise Hint(_about_the_year(lab, got, loaded))
    for taxi in TAXIS:
        _compare_with_source(lab, taxi, fitting[0], loaded[taxi])
    return f"These are the trips of the {fitting[0]} files, counted where they landed: as many as the source has."


def _by_year(lab: Lab, taxi: str) -> dict[str, int]:
    """The trips of each file in the table."""
    try:
        counts = lab.postgres.sql(f"SELECT filename, count(*) AS trips FROM public.{taxi}_tripdata GROUP BY filename")
    except NotFound as missing:
        raise Hint(f"There is no table of {taxi} trips yet. Run the backfill of section 4.") from missing
    return dict(zip(counts["filename"], counts["trips"], strict=True))


def _trips(loaded: dict[str, int], year: int) -> int:
    return int(sum(trips for name, trips in loaded.items() if f"_{year}-" in name))


def _about_the_year(lab: Lab, got: dict[str, int], loaded: dict[str, dict[str, int]]) -> str:
    """What was counted instead, for the year that the table has most of."""
    if got["yellow"] == got["green"] > MONTHS:
        return "The two numbers are the same, so one query counted for both. Each taxi has a table of its own."
    year = max(YEARS, key=lambda candidate: sum(f"_{candidate}-" in name for name in loaded["yellow"]))
    if got == {"yellow": _trips(loaded["green"], year), "green": _trips(loaded["yellow"], year)}:
        return "You have the two taxis the wrong way round."
    for taxi in TAXIS:
        if got[taxi] != _trips(loaded[taxi], year):
            return _about_the_count(lab, taxi, year, got[taxi], loaded[taxi])
    return "The two numbers are of different years."


def _about_the_count(lab: Lab, taxi: str, year: int, got: int, loaded: dict[str, int]) -> str:
    table, pattern = f"public.{taxi}_tripdata", f"{taxi}_tripdata_{year}-%"
    of_year = f"FROM {table} WHERE filename LIKE :pattern"
    files = sum(f"_{year}-" in name for name in loaded)
    mistakes = {
        files: f"That is the number of {taxi} files, or of their executions. Each file has many rows: count those.",
        0: f"No {taxi} file fits your pattern. A name reads like {pattern[:-1]}01.csv, and % stands for any text.",
        sum(loaded.values()): f"Those are the {taxi} trips of all years. Keep those whose filename fits {year}.",
        lab.postgres.count(table, f"extract(year FROM {PICKUP[taxi]}) = {year}"): (
            f"You counted {taxi} trips by pickup time. A file also has trips of other times; count by filename."
        ),
        lab.postgres.scalar(f"SELECT count(DISTINCT unique_row_id) {of_year}", pattern=pattern): (
            f"Those are different keys of {taxi}. The file has some trips twice, and the question is about rows."
        ),
    }
    advice = f"{got:,} is not what the table has for {taxi}. Count its rows with filename LIKE '{pattern}'."
    return mistakes.get(got, advice)


def _compare_with_source(lab: Lab, taxi: str, year: int, loaded: dict[str, int]) -> None:
    """Each file that is there must be whole; on the public ones, the form offers the answer.

    Raises:
        Hint: a file is not as in the source.
    """
    compare_with_source(lab, {name: trips for name, trips in loaded.items() if f"_{year}-" in name})
    if year == HOMEWORK_YEAR:
        check_form_options(lab, _trips(loaded, year), FORM_YEAR[taxi])


@exercise("05.2")
def trips_of_march(lab: Lab, answer: Any) -> str:
    """The trips of the yellow file of March 2021, which has to be loaded first."""
    if isinstance(answer, list):
        raise Hint("That is the list of executions that a backfill returns. Count the rows of the file in the table.")
    got = int(number(answer))
    loaded = _by_year(lab, "yellow")
    if MARCH not in loaded:
        raise Hint(f"{MARCH} is not in the table. Backfill yellow_schedule from 2021-03-01 to 2021-03-31.")
    if got != loaded[MARCH]:
        raise Hint(_about_march(lab, got, loaded))
    _compare_with_source(lab, "yellow", 2021, {MARCH: got})
    check_form_options(lab, got, FORM_MARCH)
    return "A new month, loaded for a date that lies behind you, without touching the flow."


def _about_march(lab: Lab, got: int, loaded: dict[str, int]) -> str:
    if is_from_the_form(lab, got, FORM_MARCH):
        return f"{got:,} {FORM_ADVICE}"
    if got == lab.postgres.count("public.yellow_tripdata", IN_MARCH):
        return "You counted by pickup time. A file also has trips of other times; count by filename."
    if got == 1:
        return "That is the one execution, or the one file. How many rows of the table came with it?"
    other = [name for name, trips in loaded.items() if trips == got]
    if other:
        return f"Those are the trips of {other[0]}. The exercise asks for {MARCH}."
    if got == sum(loaded.values()):
        return "Those are all yellow trips. Count only those of the one file."
    return f"{got:,} is not what the table has for {MARCH}. Count the rows with that filename."


@exercise("05.3")
def report_in_new_york(lab: Lab, answer: Any) -> str:
    """A Schedule that fires at 08:30 in New York, in winter and in summer."""
    written = text(answer)
    if name := SEASON_NAME.search(written):
        raise Hint(f"Kestra knows no zone {name[1]}: it is what clocks are called in one season. Name the place.")
    with learner_flow(lab, REPORT_FLOW + block(written, 2) + "\n") as flow:
        declared = _report(flow)
        zone = declared.get("timezone") or _utc_in(written)
        if zone is None:
            raise Hint(
                "There is no time zone in it, so 08:30 is what the server's clock says. Which property changes that?"
            )
        if FIXED_ZONE.fullmatch(zone):
            raise Hint(
                f"{zone} is a fixed distance to UTC all year. In summer New York's clocks are an hour ahead of it."
            )
        for season, (first, last) in SEASONS.items():
            _fires_once(lab, flow, season, first, last)
    return "08:30 all year, whatever the clocks do. The place's name is the line that the homework asks for."


def _utc_in(written: str) -> str | None:
    """The zone UTC, which the engine leaves out of what it gives back; None if it was not written."""
    return "UTC" if UTC_ZONE.search(written) else None


def _report(flow: Flow) -> Json:
    declared: Json | None = next((trigger for trigger in flow.raw["triggers"] if trigger["id"] == "report"), None)
    if declared is None:
        raise Hint("The flow is valid, but no trigger in it is called report.")
    if "cron" not in declared:
        raise Hint("report is no Schedule. Its type is io.kestra.plugin.core.trigger.Schedule.")
    return declared


def _fires_once(lab: Lab, flow: Flow, season: str, first: str, last: str) -> None:
    try:
        runs = lab.kestra.backfill(flow, "report", start=first, end=last)
    except BackfillEmpty as empty:
        raise Hint(f"In {season} it does not fire at all. Look at the five fields of the cron.") from empty
    if len(runs) != 1 or runs[0].trigger_date is None:
        raise Hint(f"In {season} it fires {len(runs)} times. Once a month means a day in the third field of the cron.")
    fired = runs[0].trigger_date.astimezone(NEW_YORK)
    if f"{fired:%H:%M}" != WANTED_CLOCK or fired.day != 1:
        raise Hint(
            f"In {season} it fires on day {fired:%d} at {fired:%H:%M} in New York. Wanted: day 01, {WANTED_CLOCK}."
        )


@exercise("05.4")
def hour_of_july(lab: Lab, answer: Any) -> str:
    """A range of at most an hour, in UTC, that holds the yellow tick of July 2020."""
    first, last = _range(answer)
    if last - first > LONGEST:
        raise Hint(f"The range is {last - first} long. One hour is enough, if it is the right one.")
    flow = lab.kestra.flow(f"{NAMESPACE}/{FLOW}")
    try:
        [date] = plan(flow, TRIGGER, first, last).dates
    except BackfillEmpty as empty:
        raise Hint(_why_nothing(first, last)) from empty
    if (date.year, date.month) != (2020, 7):
        raise Hint(f"This would load {date:%B %Y}. The exercise asks for July 2020.")
    [run] = lab.kestra.backfill(flow, TRIGGER, start=first, end=last)
    if (loaded := run.labels.get("file")) != JULY:
        raise Hint(f"The backfill loaded {loaded}, and should load {JULY}. Is the flow the lesson's?")
    return "14:00 UTC in July, 15:00 in December: whoever knows that never wonders about an empty backfill again."


def _range(answer: Any) -> tuple[datetime, datetime]:
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise Hint("The answer is a pair of texts: (start, end).")
    if any(is_blank(moment) for moment in answer):
        raise Blank
    try:
        first, last = (datetime.fromisoformat(str(moment)) for moment in answer)
    except ValueError as error:
        raise Hint("A moment is written as 2020-12-01T00:00Z: date, T, time, zone.") from error
    if any(moment.utcoffset() for moment in (first, last)):
        raise Hint("That is the right idea in New York's clock. The exercise asks for UTC, with a Z at the end.")
    if any(moment.utcoffset() != timedelta(0) for moment in (first, last)):
        raise Hint("Write both moments in UTC, with a Z at the end. Without it they are in the schedule's own zone.")
    if last < first:
        raise Hint("The range ends before it begins.")
    return first, last


def _why_nothing(first: datetime, last: datetime) -> str:
    if first <= GREEN_TICK <= last:
        return "13:00 UTC is nine in New York in July: that is the hour of the green schedule. Yellow's comes later."
    if first.day != 1 or last.day != 1:
        return f"The schedule fires on the first day of a month, and your range is on day {first.day}."
    if first.month != TICK["summer"].month:
        return f"That is in month {first.month}. July has its own hour: how far is New York behind UTC in summer?"
    if first <= TICK["winter"] <= last:
        return "15:00 UTC is ten o'clock in New York in winter. In July its clocks are an hour ahead: nearer to UTC."
    if first.hour <= 10 <= last.hour and first.day == last.day:
        return "That is ten o'clock in UTC, when New York is still asleep. How far behind UTC is it in July?"
    if first > TICK["summer"]:
        return f"That is after the tick of July. It comes at ten in New York; {first:%H:%M} UTC is later than that."
    return "The schedule has no date in this range. When is it ten o'clock in New York on 1 July, in UTC?"

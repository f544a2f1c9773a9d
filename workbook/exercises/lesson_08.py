"""Checks of lesson 08."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.errors import NotFound, QueryFailed
from workbook.exercises.expected import compare_with_source, number
from workbook.exercises.learner_flow import current_execution, last_error, text
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.kestra.models import Execution
    from workbook.lab import Lab

NAMESPACE, FLOW = "zoomcamp", "08_gcp_taxi"
APRIL = "green_tripdata_2020-04.csv"
WANTED = {"taxi": "green", "year": "2020", "month": "04"}
EXTERNAL = "exercise_08_3"
NEW_FILE = "green_tripdata_2029-12.csv"
COLUMNS = ["VendorID", "lpep_pickup_datetime", "lpep_dropoff_datetime"]

DAYS = "SELECT COUNT(DISTINCT DATE(lpep_pickup_datetime)) FROM `{table}` WHERE filename = @file"
WRONG_DAYS = {
    "SELECT COUNT(*) FROM `{table}` WHERE filename = @file": "Those are its trips. Count each day once: DISTINCT.",
    "SELECT COUNT(DISTINCT lpep_pickup_datetime) FROM `{table}` WHERE filename = @file": (
        "Those are different moments, to the second. DATE(...) makes a day of a moment."
    ),
    "SELECT COUNT(DISTINCT DATE(lpep_dropoff_datetime)) FROM `{table}` WHERE filename = @file": (
        "Those are the days on which trips ended. The exercise asks when they began."
    ),
    "SELECT COUNT(DISTINCT EXTRACT(DAY FROM lpep_pickup_datetime)) FROM `{table}` WHERE filename = @file": (
        "Those are days of a month, 1 to 31: the third of March and the third of April count as one there."
    ),
    "SELECT COUNT(DISTINCT DATE(lpep_pickup_datetime)) FROM `{table}` WHERE @file != ''": (
        "Those are the days of all green files. Keep the one file, by its name."
    ),
}

TRIP = {
    "VendorID": "'1'",
    "tpep_pickup_datetime": "TIMESTAMP '2020-12-01 08:00:00+00'",
    "tpep_dropoff_datetime": "TIMESTAMP '2020-12-01 08:10:00+00'",
    "PULocationID": "'1'",
    "DOLocationID": "'12'",
    "fare_amount": "NUMERIC '10'",
    "trip_distance": "NUMERIC '2'",
    "tip_amount": "NUMERIC '0'",
}
NULL_TEXT = "CAST(NULL AS STRING)"
PROBES: dict[str, dict[str, str]] = {
    "trip": {},
    "tip": {"tip_amount": "NUMERIC '5'"},
    "no vendor": {"VendorID": NULL_TEXT},
    "no fare": {"fare_amount": "CAST(NULL AS NUMERIC)"},
    "no zone": {"PULocationID": NULL_TEXT},
    "no other zone": {"PULocationID": "'12'", "DOLocationID": NULL_TEXT},
    "shifted": {"PULocationID": "'11'", "DOLocationID": "'2'"},
    "VendorID": {"VendorID": "'2'"},
    "tpep_pickup_datetime": {"tpep_pickup_datetime": "TIMESTAMP '2020-12-01 08:01:00+00'"},
    "tpep_dropoff_datetime": {"tpep_dropoff_datetime": "TIMESTAMP '2020-12-01 08:11:00+00'"},
    "PULocationID": {"PULocationID": "'2'"},
    "DOLocationID": {"DOLocationID": "'13'"},
    "fare_amount": {"fare_amount": "NUMERIC '11'"},
    "trip_distance": {"trip_distance": "NUMERIC '3'"},
}
WITH_NULL = ("no vendor", "no fare", "no zone", "no other zone")
KEY_COLUMNS = tuple(name for name in TRIP if name != "tip_amount")
SHA256_KEY = re.compile("[0-9a-f]{64}", re.IGNORECASE)


@exercise("08.1")
def april_in_bigquery(lab: Lab, answer: Any) -> str:
    """An execution that loaded the green file of April 2020."""
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. {last_error(lab, execution)}")
    _loaded_april(execution)
    count = lab.bigquery.count(_table(lab), "filename = @file", file=APRIL)
    compare_with_source(lab, {APRIL: count})
    return f"{count:,} trips of another taxi, with other columns, by the same flow: only the inputs differ."


def _loaded_april(execution: Execution) -> None:
    wrong = {name: value for name, value in WANTED.items() if execution.inputs.get(name) != value}
    for name, value in wrong.items():
        raise Hint(f"The input {name} was {execution.inputs.get(name)!r}; {value!r} is asked for.")


@exercise("08.2")
def days_of_april(lab: Lab, answer: Any) -> str:
    """A query for the number of different days on which the trips of a file began, or the number itself."""
    try:
        got = _one_number(lab, text(answer)) if isinstance(answer, str) else number(answer)
        days = _count(lab, DAYS)
        if not days:
            raise Hint(f"{APRIL} is not in BigQuery yet. Load it first: exercise 08.1.")
        mistakes = [advice for query, advice in WRONG_DAYS.items() if got != days and _count(lab, query) == got]
    except NotFound as missing:
        raise Hint(f"{APRIL} is not in BigQuery yet. Load it first: exercise 08.1.") from missing
    if mistakes:
        raise Hint(mistakes[0])
    if got != days:
        raise Hint(f"{got:g} is not the number of days in the table. Which column says when a green trip began?")
    return f"{days} days in a file of one month: the calendar of the file is not that of its trips."


def _one_number(lab: Lab, query: str) -> float:
    """What a query gives.

    Raises:
        Hint: BigQuery refuses it, or it gives something else than one number.
    """
    try:
        frame = lab.bigquery.sql(query)
    except QueryFailed as refused:
        raise Hint(str(refused)) from refused
    if frame.shape != (1, 1):
        rows, columns = frame.shape
        raise Hint(f"Your query gives {rows:,} rows of {columns} columns. COUNT(DISTINCT ...) alone gives one number.")
    return number(frame.iloc[0, 0])


def _count(lab: Lab, query: str) -> int:
    return int(lab.bigquery.scalar(query.format(table=_table(lab)), file=APRIL))


@exercise("08.3")
def all_green_files(lab: Lab, answer: Any) -> str:
    """A statement that makes an external table over all green files of the bucket."""
    kv = lab.kestra.kv(NAMESPACE)
    bucket, table = kv["GCP_BUCKET_NAME"], f"{kv['GCP_DATASET']}.{EXTERNAL}"
    statement = text(answer)
    lab.bigquery.drop_table(table)
    _accepted(lab, statement)
    kinds = lab.bigquery.tables(kv["GCP_DATASET"]).set_index("table")["kind"]
    if EXTERNAL not in kinds.index:
        raise Hint(f"The statement ran, and there is no table {table}.")
    if kinds[EXTERNAL] != "EXTERNAL":
        raise Hint(f"{EXTERNAL} is of kind {kinds[EXTERNAL]}: the word EXTERNAL is missing in your statement.")
    names = [field.name for field in lab.bigquery.client.get_table(table).schema]
    if names != COLUMNS:
        raise Hint(f"Its columns are {', '.join(names)}. A CSV file is read by position: the first three, in order.")
    _readable(lab, table, statement)
    _holds(lab, table, bucket, "those that are there")
    lab.gcs.upload(b"header,is,skipped\n1,2020-01-01 00:00:00,2020-01-01 00:10:00\n", bucket, NEW_FILE)
    try:
        _holds(lab, table, bucket, "those that will come")
    finally:
        lab.gcs.delete(bucket, NEW_FILE)
    return "One table for every file that matches, today's and tomorrow's: a data lake with a door for SQL."


def _accepted(lab: Lab, statement: str) -> None:
    try:
        lab.bigquery.sql(statement)
    except (QueryFailed, NotFound) as refused:
        raise Hint(str(refused)) from refused


def _readable(lab: Lab, table: str, statement: str) -> None:
    """Read the table once: what is wrong with an external table shows when it is read.

    Raises:
        Hint: it cannot be read.
    """
    try:
        lab.bigquery.count(table)
    except (QueryFailed, NotFound) as refused:
        options = {
            "skip_leading_rows": "The first line of a file has the columns' names: skip_leading_rows leaves it out.",
            "ignore_unknown_values": "Files have more columns than three: ignore_unknown_values = TRUE lets them pass.",
        }
        advice = [text for option, text in options.items() if option not in statement.lower()]
        raise Hint("\n".join([f"The table is there, and cannot be read. {refused}", *advice])) from refused


def _holds(lab: Lab, table: str, bucket: str, which: str) -> None:
    """Compare a table with the lines of the green files.

    Raises:
        Hint: it has others.
    """
    names = lab.gcs.objects(bucket, "green_tripdata_")["name"]
    lines = {name: lab.gcs.read(bucket, name).count(b"\n") for name in names}
    wanted = sum(lines.values()) - len(lines)
    count = lab.bigquery.count(table)
    if count == wanted:
        return
    if count == wanted + len(lines):
        raise Hint("It has a row too many for each file: the line with the names of the columns.")
    if count > wanted:
        raise Hint(f"It has {count:,} rows, and the green files have {wanted:,}: it reads others, too.")
    raise Hint(
        f"It has {count:,} rows, and the green files, {which}, have {wanted:,}. An asterisk stands for any text."
    )


@exercise("08.4")
def text_key(lab: Lab, answer: Any) -> str:
    """An expression that hashes the natural key with SHA-256, as text."""
    keys = _keys(lab, text(answer))
    if missing := [probe for probe in WITH_NULL if keys[probe] is None]:
        raise Hint(f"For a trip with {missing[0]} your key is NULL: CONCAT of anything with NULL is NULL.")
    if keys["trip"] is None:
        raise Hint("For a trip that has everything your key is NULL. Does the expression use its columns?")
    _has_the_form(keys["trip"])
    if keys["tip"] != keys["trip"]:
        raise Hint("A trip and its correction, with another tip, get two keys. Hash the seven columns, no others.")
    if same := [column for column in KEY_COLUMNS if keys[column] == keys["trip"]]:
        raise Hint(f"Two trips that differ in {same[0]} get one key. Is that column in your expression?")
    if keys["shifted"] == keys["trip"]:
        raise Hint("From zone 1 to 12 and from zone 11 to 2 get one key: nothing stands between the columns.")
    if keys["no zone"] == keys["no other zone"]:
        raise Hint("From nowhere to zone 12 and from zone 12 to nowhere get one key: what stands for a NULL?")
    return "64 digits that any system can compare. PostgreSQL would need the same texts for it: agree on them first."


def _keys(lab: Lab, expression: str) -> dict[str, Any]:
    probes = [{"probe": f"'{name}'"} | TRIP | changed for name, changed in PROBES.items()]
    rows = [", ".join(f"{value} AS {name}" for name, value in probe.items()) for probe in probes]
    union = " UNION ALL ".join(f"SELECT {row}" for row in rows)
    try:
        frame = lab.bigquery.sql(f"SELECT probe, {expression.rstrip(';')} AS made FROM ({union}) AS trips")
    except (QueryFailed, NotFound) as refused:
        raise Hint(f"BigQuery does not take this expression. {refused}") from refused
    keys = zip(frame["probe"], frame["made"], strict=True)
    return {probe: None if pd.isna(key) else key for probe, key in keys}


def _has_the_form(key: Any) -> None:
    if isinstance(key, bytes):
        raise Hint("Your key is BYTES. Which function writes bytes as hexadecimal digits?")
    if not isinstance(key, str):
        raise Hint(f"Your key is {key!r}, and no text. SHA256 makes bytes of a text, and TO_HEX digits of bytes.")
    if len(key) == 32:
        raise Hint("That is a key of 32 digits, as MD5 makes it. SHA256 gives twice as many.")
    if not SHA256_KEY.fullmatch(key):
        raise Hint(f"Your key has {len(key)} characters ({key[:8]!r}...); 64 hexadecimal digits are asked for.")


def _table(lab: Lab) -> str:
    return f"{lab.kestra.kv(NAMESPACE)['GCP_DATASET']}.green_tripdata"

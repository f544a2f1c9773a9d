"""Checks of lesson 04b."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from workbook.errors import NotFound
from workbook.exercises.learner_flow import text
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Execution

if TYPE_CHECKING:
    from workbook.lab import Lab

FLOW = "zoomcamp/04_postgres_taxi_improved"
APRIL = "green_tripdata_2020-04.csv"
LOADS = "SELECT DISTINCT execution_id FROM green_trips WHERE filename = :file"

PICKUP, DROPOFF = "1606809600", "1606810200"
KEY = ("", PICKUP, DROPOFF, "132", "265", "52.00", "17.50")
MD5_DIGITS = 32
SHA256_DIGITS = re.compile("[0-9a-f]{64}")
HOURS = [hours * 3600 for hours in range(-14, 15) if hours]
ELSEWHERE = [("", *(str(int(time) + hour) for time in (PICKUP, DROPOFF)), *KEY[3:]) for hour in HOURS]
"""The key of the trip in other time zones."""


def _hashed(parts: tuple[str, ...], between: str = "|") -> str:
    return hashlib.sha256(between.join(parts).encode()).hexdigest()


MISTAKES = {
    _hashed(
        KEY, between=""
    ): "Nothing stands between the values: zones 1 and 12 would look like 11 and 2. Join with |.",
    _hashed(KEY, between=","): "A comma stands between the values. The column joins them with |.",
    _hashed(KEY[1:]): "The vendor is left out. COALESCE makes an empty text of it, and its | stays.",
    _hashed(
        ("None", *KEY[1:])
    ): "The vendor went in as the text None. COALESCE makes an empty text of what is missing.",
    _hashed(
        ("NULL", *KEY[1:])
    ): "The vendor went in as the text NULL. COALESCE makes an empty text of what is missing.",
    _hashed(("", "2020-12-01 08:00:00", "2020-12-01 08:10:00", *KEY[3:])): (
        "The times went in as they are written. The column takes the seconds since 1970."
    ),
    _hashed(("", f"{PICKUP}.0", f"{DROPOFF}.0", *KEY[3:])): "Whole seconds have no .0 behind them: int(...) drops it.",
    _hashed(
        (*KEY[:5], "52.0", "17.5")
    ): "52.0 and 17.5 lost a digit. numeric(10,2) has two decimals: write 52.00, 17.50.",
    _hashed((*KEY[:5], "52", "17.5")): "52 and 17.5 lost their decimals. numeric(10,2) has two: write 52.00 and 17.50.",
    _hashed((*KEY[:5], KEY[6], KEY[5])): "The distance stands before the fare. The order is that of the column.",
    _hashed(("", DROPOFF, PICKUP, *KEY[3:])): "The dropoff stands before the pickup. The order is that of the column.",
    _hashed((*KEY[:3], KEY[4], KEY[3], *KEY[5:])): "The zones are the wrong way round: PULocationID comes first.",
    **{_hashed(key): "The seconds are those of another time zone. Take the times as UTC." for key in ELSEWHERE},
}


@exercise("04b.1")
def bringing_execution(lab: Lab, answer: Any) -> str:
    """The execution that brought the green trips of April 2020."""
    if isinstance(answer, Execution):
        raise Hint("That is the execution. The rows have its id: ask green_trips for the column execution_id.")
    if isinstance(answer, int):
        raise Hint("That is a number, as load_id is one. The id of an execution is a text of 22 characters.")
    name = text(answer)
    loads = _loads(lab)
    if not loads:
        raise Hint(f"green_trips has no trip of {APRIL} yet. Run the flow for green, 2020, 04.")
    if name in loads:
        return "From a row to the execution, and from there to its log, its inputs and its revision: that is lineage."
    raise Hint(_about_the_execution(lab, name))


def _loads(lab: Lab) -> list[str]:
    """The executions that brought rows of the file."""
    try:
        return list(lab.postgres.sql(LOADS, file=APRIL)["execution_id"])
    except NotFound:
        return []  # there is no such table yet


def _about_the_execution(lab: Lab, name: str) -> str:
    if name.endswith(".csv"):
        return "That is the file's name. Which column of green_trips names the execution?"
    run = next((one for one in lab.kestra.executions(FLOW) if one.id == name), None)
    if run is None:
        return f"{name!r} is in no row of {APRIL}. Ask green_trips, with a condition on filename."
    if run.labels.get("file") == APRIL:
        return "That execution met the same file and added nothing. The rows name the one that brought them."
    return f"That execution loaded {run.labels.get('file')}. The exercise asks for {APRIL}."


@exercise("04b.2")
def row_id(lab: Lab, answer: Any) -> str:
    """The SHA-256 of a trip's natural key, computed outside the database."""
    if isinstance(answer, bytes | bytearray | memoryview):
        raise Hint("Those are bytes. hexdigest() gives the same as 64 hexadecimal digits.")
    digest = text(answer)
    if digest == _hashed(KEY):
        return "The same 32 bytes in Python and in PostgreSQL: any system can now ask for this trip by its id."
    raise Hint(_about_the_digest(digest))


def _about_the_digest(digest: str) -> str:
    if digest.removeprefix("\\x").lower() == _hashed(KEY):
        return (
            "Right, but written otherwise: 64 hexadecimal digits in small letters are asked for, nothing before them."
        )
    if digest in MISTAKES:
        return MISTAKES[digest]
    if "|" in digest:
        return "That is what is hashed. Put hashlib.sha256(text.encode()).hexdigest() of it into the answer."
    if len(digest) == MD5_DIGITS:
        return "That has 32 digits, as md5 makes them. sha256 is asked for."
    if not SHA256_DIGITS.fullmatch(digest):
        return f"Your text has {len(digest)} characters; a SHA-256 has 64 hexadecimal digits."
    return "That is a SHA-256 of something else. Print the text before you hash it, and compare it with section 1."

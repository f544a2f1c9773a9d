"""Checks of lesson 10b."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import cos, hypot, isfinite, pi, sin
from numbers import Real
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.errors import QueryFailed
from workbook.exercises.expected import number
from workbook.exercises.learner_flow import kind, text
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.lab import Lab

TABLE = "lesson_10b"
BUILDING = "Building B,%"

HIGHEST = """
    SELECT date_bin(CAST(:step AS interval), timestamp, '2000-01-03Z') AS bucket, {function}(metric_value) AS mean
    FROM lesson_10b WHERE metric_name LIKE :metric AND zone LIKE :zone
    GROUP BY bucket ORDER BY mean {order} LIMIT 1
"""
ASKED = {"step": "6 hours", "metric": "temperature", "zone": "west", "function": "avg", "order": "DESC"}
MISTAKES = {
    "That is the best single hour. The exercise asks for six of them.": {"step": "1 hour"},
    "That is a whole day. The exercise asks for buckets of six hours.": {"step": "1 day"},
    "Those are twelve hours. The exercise asks for buckets of six.": {"step": "12 hours"},
    "That is the mean over °C, % and hPa together. Keep one metric only.": {"metric": "%"},
    "That is the mean humidity. The exercise asks for the temperature.": {"metric": "humidity"},
    "That is the mean over all zones. Keep only the zone `west`.": {"zone": "%"},
    "That is the coldest bucket. Which order brings the highest mean to the top?": {"order": "ASC"},
    "That is the highest single reading in a bucket. The exercise asks for the mean.": {"function": "max"},
    "That is the sum of a bucket, and so a matter of how many readings it has. The mean is asked for.": {
        "function": "sum"
    },
}

WARMEST = """
    SELECT zone, {location} AS location, {value} AS highest FROM lesson_10b WHERE {condition} GROUP BY zone
"""
PLACES = {"location": "argMax(location, metric_value)", "value": "max(metric_value)"}
TEMPERATURES = {"condition": "metric_name = 'temperature'"}
WRONG_PLACES: dict[str, dict[str, str]] = {
    "Those are the highest numbers of °C, % and hPa alike. Which metric is asked for?": {"condition": "true"},
    "Those are the coldest places. argMax and max are asked for.": {
        "location": "argMin(location, metric_value)",
        "value": "min(metric_value)",
    },
}

CLOCKS = {"time of day": 18 / 24, "metric": 0.0, "height": 0.25}
"""Where the hands stand for 15 °C at 18:00, in turns."""
WRONG_TURNS = {
    "time of day": {
        18 / 12: "Your first clock goes around in twelve hours. One turn is a day, so that 06:00 and 18:00 differ.",
        0.0: "Your first clock stands at midnight. 18:00 is 18 of 24 hours: which part of a turn?",
        6 / 24: "Your first clock stands at six in the morning. 18:00 is six in the evening.",
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
        0.0: "Your third clock stands at its beginning, as if it were -20 °C.",
    },
}
CLOSE, ROUNDED = 0.01, 0.51
"""How far a number may be off, and how far it is when it was rounded."""


@exercise("10b.1")
def readings_of_a_building(lab: Lab, answer: Any) -> str:
    """The number of readings whose location has both words, building and b."""
    got = number(answer)
    wanted = lab.timescale.count(TABLE, "location LIKE :place", place=BUILDING)
    everything = lab.timescale.count(TABLE)
    if got == wanted:
        return "Words in their order, found without reading a single location: the index knows which texts have them."
    if got == everything:
        raise Hint(
            "Those are all readings. `match` takes each text that has one of the words, and all have `building`."
        )
    if got == 0:
        raise Hint(
            "No reading fits. `term` compares with a single word as it is stored, in small letters; "
            "`match_phrase` cuts your words as it has cut the texts."
        )
    if got == lab.timescale.count(TABLE, "location LIKE :place AND metric_name = 'temperature'", place=BUILDING):
        raise Hint("Those are its readings of one metric. The exercise asks for all of them.")
    for letter in "AC":
        if got == lab.timescale.count(TABLE, "location LIKE :place", place=f"Building {letter},%"):
            raise Hint(f"Those are the readings of building {letter}. The exercise asks for B.")
    raise Hint(f"{got:,.0f} is not the number of readings from building B. Count with lab.elasticsearch.count.")


@exercise("10b.2")
def warmest_six_hours(lab: Lab, answer: Any) -> str:
    """A query for the six hours of the week with the highest mean temperature in the zone west."""
    row = _one_row(lab, text(answer))
    wanted = _highest(lab)
    if _is(row, wanted):
        return f"{wanted.bucket:%A, %H:%M} UTC. `time_bucket` takes any width, and only the chunks it needs are read."
    for hint, changed in MISTAKES.items():
        if _is(row, _highest(lab, **changed)):
            raise Hint(hint)
    if _moment(row.bucket) == wanted.bucket and abs(float(row["mean"]) - wanted["mean"]) < ROUNDED:
        raise Hint("The six hours are right. Give their mean as avg(metric_value) has it, not rounded.")
    raise Hint(f"{row['mean']:.2f} from {row.bucket} on is not it. Six hours, temperature, west, avg.")


def _one_row(lab: Lab, query: str) -> pd.Series:
    try:
        frame = lab.timescale.sql(query)
    except QueryFailed as refused:
        raise Hint(_words(refused)) from refused
    missing = {"bucket", "mean"} - set(frame.columns)
    if missing:
        raise Hint(f"Your query has the columns {', '.join(frame.columns)}. It needs one called {min(missing)}.")
    if frame.empty:
        raise Hint("No reading fits your condition. Metric and zone are written in small letters: temperature, west.")
    if len(frame) != 1:
        raise Hint(f"Your query gives {len(frame)} rows. Order them by the mean, and keep the first: LIMIT 1.")
    return frame.iloc[0]


def _words(refused: QueryFailed) -> str:
    """What the database says, with a word on the mistake that its message does not explain."""
    message = str(refused).partition("\n[SQL")[0]
    quoted = 'column "' in message and "does not exist" in message
    return f"{message}\nText stands in single quotes: 'west'. Double quotes name a column." if quoted else message


def _highest(lab: Lab, **changed: str) -> pd.Series:
    asked = ASKED | changed
    names = {name: asked.pop(name) for name in ("function", "order")}
    return lab.timescale.sql(HIGHEST.format(**names), **asked).iloc[0]


def _is(row: pd.Series, other: pd.Series) -> bool:
    return _moment(row.bucket) == other.bucket and abs(float(row["mean"]) - float(other["mean"])) < CLOSE


def _moment(value: Any) -> pd.Timestamp:
    """A moment in UTC, where it has no time zone.

    Raises:
        Hint: it is none.
    """
    try:
        moment = pd.Timestamp(value)
    except (TypeError, ValueError) as none:
        raise Hint(f"The column bucket holds {value!r}, which is no moment. time_bucket gives one.") from none
    return moment if moment.tzinfo else moment.tz_localize("UTC")


@exercise("10b.3")
def warmest_places(lab: Lab, answer: Any) -> str:
    """A query of ClickHouse for the place and the value of the highest temperature of each zone."""
    query = text(answer)
    try:
        frame = lab.clickhouse.sql(query)
    except QueryFailed as refused:
        raise Hint(f"ClickHouse does not take this query: {str(refused).splitlines()[1]}") from refused
    missing = [name for name in ("zone", "location", "highest") if name not in frame.columns]
    if missing:
        raise Hint(f"Your query has the columns {', '.join(frame.columns)}. It needs one called {missing[0]}.")
    got = _places(frame)
    wanted = _places(_warmest(lab))
    if got == wanted:
        return "A maximum and where it was, in one pass over three columns. Elsewhere that takes a join or a window."
    for hint, changed in WRONG_PLACES.items():
        if got == _places(_warmest(lab, **changed)):
            raise Hint(hint)
    if len(got) != len(wanted):
        raise Hint(f"Your query gives {len(got)} rows, and there are {len(wanted)} zones: GROUP BY zone.")
    if [(zone, highest) for zone, _, highest in got] == [(zone, highest) for zone, _, highest in wanted]:
        raise Hint(
            "The temperatures are right, the places are not. max(location) is the last of the alphabet, any(location) "
            "one that comes along. argMax(what, by) gives the `what` of the row with the highest `by`."
        )
    if [place for *place, _ in got] == [place for *place, _ in wanted]:
        raise Hint("The places are right, the numbers are not. How warm was it there at most? Two decimals are enough.")
    raise Hint("A row a zone it is, but not the highest temperature with its place. argMax and max, of one metric.")


def _warmest(lab: Lab, **changed: str) -> pd.DataFrame:
    return lab.clickhouse.sql(WARMEST.format(**(PLACES | TEMPERATURES | changed)))


def _places(frame: pd.DataFrame) -> list[tuple[str, str, float]]:
    """The rows in a fixed order.

    Raises:
        Hint: the column `highest` has no numbers.
    """
    try:
        values = frame["highest"].astype(float).round(2)
    except (TypeError, ValueError) as none:
        raise Hint("The column highest is to hold the temperature, and has no numbers.") from none
    return sorted(zip(frame["zone"].astype(str), frame["location"].astype(str), values, strict=True))


@exercise("10b.4")
def place_of_a_reading(lab: Lab, answer: Any) -> str:
    """The vector of a temperature of 15 °C at 18:00."""
    pairs = _pairs(answer)
    wrong = [name for name, pair in zip(CLOCKS, pairs, strict=True) if not _stands(pair, CLOCKS[name])]
    if wrong:
        raise Hint(_about_the_clocks(pairs, wrong[0]))
    near = lab.qdrant.nearest(TABLE, [part for pair in pairs for part in pair], limit=1).iloc[0]
    reading = f"a {near.metric_name} of {near.metric_value:g} at {near.timestamp[11:16]}, {near.location}"
    return (
        f"The nearest reading in the store is {reading}. You searched for what was never measured, and found its like."
    )


def _pairs(answer: Any) -> list[tuple[float, float]]:
    try:
        parts = list(answer)
    except TypeError as not_many:
        raise Hint(f"The answer is {kind(answer)}; a list of six numbers is asked for.") from not_many
    if len(parts) == len(CLOCKS):
        if all(isinstance(part, list | tuple) for part in parts):
            raise Hint("Those are three lists in a list. Join them to one of six numbers, with + between them.")
        raise Hint("Those are three numbers. Each clock gives two, how far right and how far up its hand points.")
    if len(parts) != 2 * len(CLOCKS) or not all(isinstance(part, Real) and isfinite(part) for part in parts):
        raise Hint(f"{len(parts)} values came, and six numbers are asked for: clock(...) + clock(...) + clock(...)")
    pairs = [(float(right), float(up)) for right, up in zip(parts[::2], parts[1::2], strict=True)]
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

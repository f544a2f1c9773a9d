"""Typical wrong answers of lesson 10b, each with a part of the hint it must get."""

from math import cos, nan, pi, sin

from tests.lessons.exercises.wrong_answers.readings import run


def _loaded(lab):
    """The lab, with the lesson's table in the stores."""
    if "lesson_10b" not in lab.timescale.tables():
        assert run(lab, table_name="lesson_10b").succeeded
    return lab


def _after_load(answer):
    """The answer, with the lesson's table in the stores."""

    def prepared(lab):
        _loaded(lab)
        return answer

    return prepared


def _count(query, more=0):
    return lambda lab: _loaded(lab).elasticsearch.count("lesson_10b", query) + more


def _words(kind, words, field="location"):
    return {kind: {field: words}}


B = _words("match_phrase", "building b")


def _query(
    step="6 hours",
    where="metric_name = 'temperature' AND zone = 'west'",
    order="DESC",
    last="LIMIT 1",
    mean="avg(metric_value)",
    bucket="time_bucket(INTERVAL '{}', timestamp)",
):
    return _after_load(
        f"SELECT {bucket.format(step)} AS bucket, {mean} AS mean"
        f" FROM lesson_10b WHERE {where} GROUP BY bucket ORDER BY mean {order} {last}"
    )


TEMPERATURE = "WHERE metric_name = 'temperature'"


def _places(place="argMax(location, metric_value)", value="max(metric_value)", where=TEMPERATURE, end="GROUP BY zone"):
    return _after_load(f"SELECT zone, {place} AS location, {value} AS highest FROM lesson_10b {where} {end}")


def _clocks(*turns):
    return [number for turn in turns for number in (cos(2 * pi * turn), sin(2 * pi * turn))]


def _at(*turns):
    return _after_load(_clocks(*turns))


WRONG = {
    "10b.1": [
        (_count(_words("match", "building b")), "one of the words"),
        (_count(_words("term", "Building B")), "No reading fits"),
        (_count(_words("match_phrase", "building c")), "building C"),
        (
            _count({"bool": {"must": [B, {"term": {"metric_name": "temperature"}}]}}),
            "of one metric",
        ),
        (_count(B, more=1), "is not the number of readings"),
        (lambda lab: _loaded(lab).elasticsearch.search("lesson_10b", B), "The answer is a DataFrame"),
        (B, "The answer is a dict"),
        ("building b", "The answer is a str"),
    ],
    "10b.2": [
        (_query(step="1 hour"), "best single hour"),
        (_query(step="1 day"), "a whole day"),
        (_query(step="12 hours"), "twelve hours"),
        (_query(where="zone = 'west'"), "°C, % and hPa"),
        (_query(where="metric_name = 'temperature'"), "over all zones"),
        (_query(order="ASC"), "coldest bucket"),
        (_query(order=""), "coldest bucket"),
        (_query(mean="max(metric_value)"), "highest single reading"),
        (_query(mean="sum(metric_value)"), "how many readings it has"),
        (_query(mean="round(avg(metric_value))"), "not rounded"),
        (_query(last=""), "LIMIT 1"),
        (_query(where="metric_name = 'humidity' AND zone = 'west'"), "the mean humidity"),
        (_query(where="metric_name = 'temperature' AND zone = 'east'"), "is not it"),
        (_query(where="metric_name = 'temperature' AND zone = 'West'"), "No reading fits"),
        (_query(where="metric_name = 'temperature' AND zone = \"west\""), "single quotes"),
        (_query(bucket="'monday'"), "is no moment"),
        (_after_load("SELECT max(metric_value) AS mean FROM lesson_10b"), "one called bucket"),
        (_after_load("SELECT time_bucket('6 hours') FROM lesson_10b"), "refuses this statement"),
        (_after_load(6), "asks for text"),
    ],
    "10b.3": [
        (_places(where=""), "°C, % and hPa alike"),
        (_places("max(location)"), "the places are not"),
        (_places("argMin(location, metric_value)", "min(metric_value)"), "coldest places"),
        (_places(value="avg(metric_value)"), "the numbers are not"),
        (_places(end="GROUP BY zone, device_id"), "GROUP BY zone"),
        (_places(where="WHERE metric_name = 'humidity'"), "Which metric is asked for?"),
        (_places(end=""), "does not take this query"),
        (_after_load("SELECT zone, max(metric_value) AS highest FROM lesson_10b GROUP BY zone"), "one called location"),
        (_places(value="toString(zone)"), "has no numbers"),
        (_after_load({"west": "greenhouse"}), "asks for text"),
    ],
    "10b.4": [
        ([0.75, 0.0, 0.25], "Each clock gives two"),
        ([_clocks(0.75), _clocks(0), _clocks(0.25)], "Join them"),
        ([0.75, 0.0, 0.25, 1], "six numbers"),
        ([*_clocks(0.75, 0), nan, 0.1], "six numbers"),
        (15, "a list of six numbers"),
        (_clocks(18 / 12, 0, 0.25), "twelve hours"),
        (_clocks(0, 0, 0.25), "midnight"),
        (_clocks(18, 0, 0.25), "midnight"),
        (_clocks(6 / 24, 0, 0.25), "six in the morning"),
        (_clocks(0.75, 0.333, 0.25), "where humidity is"),
        (_clocks(0.75, 0, 0.5), "half a turn"),
        (_clocks(0.75, 0, 15 / 140), "begins at -20"),
        (_clocks(0.75, 0, 15), "as if it were -20"),
        (_clocks(0.75, 0, 0.4), "clock of the height stands wrong"),
        (_clocks(0, 0.75, 0.25), "in another order"),
        ([*_clocks(0.75, 0), 0.1, 0.1], "not of one length"),
    ],
}

RIGHT = {
    "10b.1": [
        _count(_words("match", {"query": "Building B", "operator": "and"})),
        _count(_words("match", "b")),
        _count(_words("prefix", "Building B", "location.exact")),
    ],
    "10b.2": [
        _query(bucket="date_bin('{}', timestamp, '2000-01-03Z')"),
        _query(mean="avg(metric_value::numeric)", last="FETCH FIRST ROW ONLY;"),
    ],
    "10b.3": [
        _places(end="GROUP BY zone ORDER BY highest DESC"),
        _after_load(
            f"SELECT zone, location, metric_value AS highest FROM lesson_10b {TEMPERATURE} "
            "ORDER BY metric_value DESC LIMIT 1 BY zone"
        ),
        _places(value="round(max(metric_value), 2)"),
    ],
    "10b.4": [_at(0.75, 0, 0.25), _at(-0.25, 1, 0.25), _after_load([2 * part for part in _clocks(0.75, 0, 0.25)])],
}

"""Typical wrong answers of lesson 05, each with a part of the hint it must get."""

FLOW_ID = "05_postgres_taxi_scheduled"
FLOW = f"{FLOW_ID}.yaml"
IN_MARCH = "tpep_pickup_datetime >= '2021-03-01' AND tpep_pickup_datetime < '2021-04-01'"
TABLE = "public.{}_tripdata"


def _loaded(lab):
    """Three months of each taxi in the database, of two years."""
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / FLOW)
    for first, last in (("2019-08-01", "2019-08-31"), ("2020-05-01", "2020-06-30")):
        lab.kestra.backfill(flow, ["yellow_schedule", "green_schedule"], start=first, end=last)


def _answer(lab, condition="filename LIKE '{taxi}_tripdata_2020-%'"):
    if TABLE.format("green").removeprefix("public.") not in lab.postgres.tables():
        _loaded(lab)
    return {
        taxi: lab.postgres.count(TABLE.format(taxi), condition.format(taxi=taxi, pickup=f"{letter}pep_pickup_datetime"))
        for taxi, letter in (("yellow", "t"), ("green", "l"))
    }


def _swapped(lab):
    right = _answer(lab)
    return {"yellow": right["green"], "green": right["yellow"]}


def _keys(lab):
    query = "SELECT count(DISTINCT unique_row_id) FROM {0} WHERE filename LIKE '{1}_tripdata_2020-%'"
    return {taxi: lab.postgres.scalar(query.format(TABLE.format(taxi), taxi)) for taxi in _answer(lab)}


def _march(lab):
    _answer(lab)
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / FLOW)
    lab.kestra.backfill(flow, "yellow_schedule", start="2021-03-01", end="2021-03-31")
    return lab.postgres.count(TABLE.format("yellow"), "filename = 'yellow_tripdata_2021-03.csv'")


def _files(lab):
    query = "SELECT count(DISTINCT filename) FROM {0} WHERE filename LIKE '%_2020-%'"
    return {taxi: lab.postgres.scalar(query.format(TABLE.format(taxi))) for taxi in _answer(lab)}


def _report(lines):
    return "- id: report\n  type: io.kestra.plugin.core.trigger.Schedule\n  " + lines.replace("; ", "\n  ")


CRON = 'cron: "30 8 1 * *"; '

WRONG = {
    "05.1": [
        ({"yellow": 1, "green": 1}, "Run the backfill of section 4"),
        (lambda lab: _answer(lab, "true"), "of all years"),
        (lambda lab: _answer(lab, "extract(year FROM {pickup}) = 2020"), "by pickup time"),
        (lambda lab: _answer(lab, "filename LIKE '2020%'"), "fits your pattern"),
        (_swapped, "the wrong way round"),
        (_keys, "different keys"),
        (lambda lab: {**_answer(lab), "green": 5}, "is not what the table has for green"),
        (lambda lab: _answer(lab)["yellow"], "a dict with two numbers"),
        ({"yellow": 24_648_499, "green": 1_734_051}, "on the homework's form"),
        (lambda lab: {**_answer(lab), "green": 1_342_034}, "Yours are other files"),
        (_files, "the number of yellow files"),
        (lambda lab: dict.fromkeys(_answer(lab), _answer(lab)["yellow"]), "counted for both"),
        (lambda lab: {taxi: f"{trips:,}" for taxi, trips in _answer(lab).items()}, "put one number"),
        (lambda lab: {"yellow": _answer(lab)["yellow"]}, "two numbers"),
    ],
    "05.2": [
        (lambda lab: _answer(lab)["yellow"], "is not in the table"),
        (lambda lab: _march(lab) + 1, "Count the rows with that filename"),
        (lambda lab: _march(lab) and lab.postgres.count(TABLE.format("yellow")), "all yellow trips"),
        (
            lambda lab: _march(lab) and lab.postgres.count(TABLE.format("yellow"), "filename LIKE '%2020-05%'"),
            "Those are the trips of yellow_tripdata_2020-05.csv",
        ),
        (lambda lab: str(_march(lab)), "put one number"),
        (lambda lab: _march(lab) and 1_925_152, "on the homework's form"),
        (lambda lab: _march(lab) and lab.postgres.count(TABLE.format("yellow"), IN_MARCH), "by pickup time"),
        (lambda lab: _march(lab) and 1, "the one execution"),
        (lambda lab: _march(lab) and lab.kestra.executions(f"zoomcamp/{FLOW_ID}")[-1:], "the list of executions"),
    ],
    "05.3": [
        (_report('cron: "30 8 1 * *"'), "no time zone"),
        (_report(CRON + "timezone: EST"), "in one season"),
        (_report(CRON + "timezone: UTC-5"), "all year"),
        (_report(CRON + "location: New_York"), "does not accept"),
        (_report(CRON + "timezone: Europe/Berlin"), "in New York. Wanted"),
        (_report('cron: "30 8 1,2 * *"; timezone: America/New_York'), "fires 2 times"),
        (_report('cron: "8 30 1 * *"; timezone: America/New_York'), "does not accept"),
        ("timezone: America/New_York", "does not accept"),
        (_report('cron: "30 8 * * *"; timezone: America/New_York'), "fires 31 times"),
        (_report('cron: "30 8 1 1 *"; timezone: America/New_York'), "In July it does not fire"),
        (_report('cron: "30 20 1 * *"; timezone: America/New_York'), "at 20:30 in New York"),
        (_report(CRON + "timezone: EDT"), "in one season"),
        (
            _report(CRON + "timezone: America/New_York").replace("report", "monthly"),
            "no trigger in it is called report",
        ),
        (_report('cron: "30 13 1 * *"; timezone: UTC'), "fixed distance"),
    ],
    "05.4": [
        (("2020-07-01T14:30Z", "2020-07-01T15:30Z"), "in winter"),
        (("2020-07-01T09:30Z", "2020-07-01T10:30Z"), "ten o'clock in UTC"),
        (("2020-07-01T00:00Z", "2020-07-02T00:00Z"), "One hour is enough"),
        (("2020-07-01T09:30", "2020-07-01T10:30"), "with a Z at the end"),
        (("2020-08-01T13:30Z", "2020-08-01T14:30Z"), "asks for July 2020"),
        (("2020-07-01T16:30Z", "2020-07-01T17:30Z"), "after the tick"),
        (("July", "August"), "A moment is written as"),
        (("2020-07-01T15:00Z", "2020-07-01T14:00Z"), "ends before it begins"),
        ("2020-07", "a pair of texts"),
        (("2020-07-01T12:30Z", "2020-07-01T13:15Z"), "the green schedule"),
        (("2020-07-01T09:30-04:00", "2020-07-01T10:30-04:00"), "asks for UTC"),
        (("2020-07-31T13:30Z", "2020-07-31T14:30Z"), "first day of a month"),
        (("2020-06-01T14:30Z", "2020-06-01T15:30Z"), "July has its own hour"),
        (("2021-07-01T13:30Z", "2021-07-01T14:30Z"), "would load July 2021"),
        (("2020-07-01T12:00Z", "2020-07-01T16:00Z"), "One hour is enough"),
    ],
}

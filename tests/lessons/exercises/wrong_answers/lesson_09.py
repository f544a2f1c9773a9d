"""Typical wrong answers of lesson 09, each with a part of the hint it must get."""

from tests.lessons.exercises.wrong_answers.google import dataset, imported, loaded


def _loaded(lab):
    """Some months of each taxi, of two years, and the lesson's flow."""
    imported(lab, "09_gcp_taxi_scheduled")
    for taxi in ("yellow", "green"):
        for year, month in (("2019", "07"), ("2020", "04"), ("2020", "05")):
            loaded(lab, year, month, taxi)


def _counts(lab, condition="filename LIKE '{taxi}_tripdata_2020-%'"):
    _loaded(lab)
    tables = {taxi: f"{dataset(lab)}.{taxi}_tripdata" for taxi in ("yellow", "green")}
    return {taxi: lab.bigquery.count(table, condition.format(taxi=taxi)) for taxi, table in tables.items()}


def _files(lab):
    """The number of files, in place of the trips in them."""
    _loaded(lab)
    query = "SELECT COUNT(DISTINCT filename) FROM `{}.{}_tripdata` WHERE filename LIKE '%_2020-%'"
    return {taxi: lab.bigquery.scalar(query.format(dataset(lab), taxi)) for taxi in ("yellow", "green")}


def _swapped(lab):
    right = _counts(lab)
    return {"yellow": right["green"], "green": right["yellow"]}


def _march(lab, where="filename = 'green_tripdata_2021-03.csv'", more=0):
    _loaded(lab)
    loaded(lab, "2021", "03")
    return lab.bigquery.count(f"{dataset(lab)}.green_tripdata", where) + more


def _yellow_march(lab):
    """The other schedule's file is loaded, and the one asked for is not."""
    _loaded(lab)
    loaded(lab, "2021", "03", "yellow")
    return lab.bigquery.count(f"{dataset(lab)}.green_tripdata", "filename = 'green_tripdata_2021-03.csv'")


IN_MARCH = "lpep_pickup_datetime >= '2021-03-01' AND lpep_pickup_datetime < '2021-04-01'"
MONTH = "DATE_TRUNC(DATE(lpep_pickup_datetime), MONTH)"


def _months(columns, end="GROUP BY month HAVING COUNT(*) > 100 ORDER BY month"):
    def answer(lab):
        _loaded(lab)
        return f"SELECT {columns} FROM `{dataset(lab)}.green_tripdata` {end}"

    return answer


def _drops(*statements):
    def answer(lab):
        _loaded(lab)
        table = f"`{dataset(lab)}.green_tripdata"
        tasks = (
            f"- id: drop_{number}\n  type: io.kestra.plugin.gcp.bigquery.Query\n  sql: {statement.format(table)}"
            for number, statement in enumerate(statements)
        )
        return "\n".join(tasks)

    return answer


MONTHLY = "DROP TABLE IF EXISTS {}_2021_03`"

WRONG = {
    "09.1": [
        (lambda lab: _counts(lab, "TRUE"), "of all years"),
        (_swapped, "the wrong way round"),
        (lambda lab: _counts(lab, "filename LIKE '2020%'"), "fits your pattern"),
        (lambda lab: {**_counts(lab), "green": 5}, "is not what the table has for green"),
        (lambda lab: _counts(lab, "filename = '{taxi}_tripdata_2020-04.csv'"), "2020-04.csv alone"),
        (_files, "the number of yellow files"),
        (lambda lab: {**_counts(lab), "yellow": str(_counts(lab)["yellow"])}, "put one number"),
        (lambda lab: {"yellow": _counts(lab)["yellow"]}, "a dict with two numbers"),
        (lambda lab: _counts(lab)["green"], "a dict with two numbers"),
    ],
    "09.2": [
        (lambda lab: _yellow_march(lab), "of yellow"),
        (lambda lab: _counts(lab)["yellow"], "of yellow"),
        (lambda lab: _march(lab, more=1), "Count the rows with that filename"),
        (lambda lab: _march(lab, "TRUE"), "all green trips"),
        (lambda lab: _march(lab, "filename LIKE '%2020-05%'"), "Those are the trips of green_tripdata_2020-05.csv"),
        (lambda lab: str(_march(lab)), "put one number"),
        (lambda lab: _march(lab, IN_MARCH), "You counted by pickup time"),
        (lambda lab: _march(lab) and 1, "the one execution, or the one file"),
        (lambda lab: _march(lab) and loaded(lab, "2021", "03"), "put one number"),
    ],
    "09.3": [
        (_months(f"{MONTH} AS month, COUNT(*) AS trips", "GROUP BY month ORDER BY month"), "HAVING filters"),
        (
            _months(f"{MONTH} AS month, COUNT(*) AS trips", "GROUP BY month HAVING COUNT(*) > 100 ORDER BY month DESC"),
            "in another order",
        ),
        (_months(f"{MONTH} AS month, COUNT(*) AS n"), "Your columns are month, n"),
        (_months("DATE(lpep_pickup_datetime) AS month, COUNT(*) AS trips"), "not the first of one"),
        (
            _months("FORMAT_DATE('%Y-%m', DATE(lpep_pickup_datetime)) AS month, COUNT(*) AS trips"),
            "holds no dates",
        ),
        (_months(f"{MONTH.replace('pickup', 'dropoff')} AS month, COUNT(*) AS trips"), "in which trips ended"),
        (_months("EXTRACT(MONTH FROM lpep_pickup_datetime) AS month, COUNT(*) AS trips"), "holds no dates"),
        (_months(f"COUNT(*) AS trips, {MONTH} AS month"), "in this order"),
        (_months(f"{MONTH} AS month, 'many' AS trips"), "holds 'many'"),
        (_months(f"{MONTH} AS month, COUNT(*) AS trips", "GROUP BY month ORDER BY month LIMIT 1"), "are asked for"),
        (_months(f"{MONTH} AS month, COUNT(*) AS trips", "WHERE COUNT(*) > 100 GROUP BY month"), "BigQuery refuses"),
        (_months(f"{MONTH} AS month, COUNT(*) AS trips", "GROUP BY"), "BigQuery refuses"),
        (lambda lab: lab.bigquery.sql(_months(f"{MONTH} AS month, COUNT(*) AS trips")(lab)), "asks for text"),
    ],
    "09.4": [
        (_drops("DROP TABLE IF EXISTS {}_2021_3`"), "green_tripdata_2021_03 is still there"),
        (_drops("DROP TABLE {}_2021_03`"), "IF EXISTS is missing"),
        (_drops(MONTHLY, "DELETE FROM {}` WHERE filename LIKE '%2019-07%'"), "Rows of the big table are gone"),
        (_drops(MONTHLY, "DROP TABLE IF EXISTS {}_2021_03_ext`"), "is gone as well"),
        (_drops("TRUNCATE TABLE {}_2021_03`"), "green_tripdata_2021_03 is still there"),
        (
            lambda lab: _drops(MONTHLY)(lab).replace(f"`{dataset(lab)}.", "`"),
            "ended FAILED",
        ),
        ("- id: drop", "does not accept"),
        (3, "asks for text"),
    ],
}

RIGHT = {
    "09.1": [lambda lab: _counts(lab, "filename LIKE '%2020%'")],
    "09.2": [_march],
    "09.3": [
        _months("TIMESTAMP_TRUNC(lpep_pickup_datetime, MONTH) AS month, COUNT(*) AS trips"),
        _months(f"{MONTH} AS month, COUNT(*) AS trips", "GROUP BY 1 HAVING trips > 100 ORDER BY 1;"),
    ],
    "09.4": [_drops(MONTHLY), lambda lab: _drops(MONTHLY)(lab).replace("sql: ", "sql: |\n    ")],
}

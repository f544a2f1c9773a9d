"""Typical wrong answers of lesson 08, each with a part of the hint it must get."""

from tests.lessons.exercises.wrong_answers.google import dataset, imported, loaded

PICKUP, DROPOFF = "lpep_pickup_datetime", "lpep_dropoff_datetime"
FILE = "filename = 'green_tripdata_2020-04.csv'"


def _failed(lab):
    loaded(lab)
    flow = imported(lab, "08_gcp_taxi")
    source = flow.source.replace("taxi_base_url }}", "taxi_base_url }}/faults/truncated")
    inputs = {"taxi": "green", "year": "2020", "month": "04"}
    try:
        return lab.kestra.execute(lab.kestra.import_flow(source), inputs=inputs, check=False)
    finally:
        lab.kestra.import_flow(flow.source)


def _days(expression, condition="filename = 'green_tripdata_2020-04.csv'"):
    def answer(lab):
        loaded(lab, "2019", "07")
        loaded(lab)
        return lab.bigquery.scalar(f"SELECT {expression} FROM `{dataset(lab)}.green_tripdata` WHERE {condition}")

    return answer


def _asked(query):
    def answer(lab):
        loaded(lab, "2019", "07")
        loaded(lab)
        return query.format(table=f"{dataset(lab)}.green_tripdata", pickup=PICKUP, file=FILE)

    return answer


COLUMNS = "(VendorID STRING, lpep_pickup_datetime TIMESTAMP, lpep_dropoff_datetime TIMESTAMP)"
OPTIONS = (
    "format = 'CSV', uris = ['gs://{bucket}/{name}'], skip_leading_rows = {skip}, ignore_unknown_values = {ignore}"
)


def _external(columns=COLUMNS, name="green_tripdata_*.csv", skip=1, ignore="TRUE", table="exercise_08_3"):
    def answer(lab):
        loaded(lab, "2019", "07")
        loaded(lab)
        options = OPTIONS.format(
            bucket=lab.kestra.kv("zoomcamp")["GCP_BUCKET_NAME"], name=name, skip=skip, ignore=ignore
        )
        return f"CREATE OR REPLACE EXTERNAL TABLE `{dataset(lab)}.{table}` {columns} OPTIONS ({options})"

    return answer


def _without_option(option):
    return lambda lab: _external()(lab).replace(option, "")


def _key(*parts, template="TO_HEX(SHA256(CONCAT({})))"):
    names = ("VendorID", "tpep_pickup_datetime", "tpep_dropoff_datetime", "PULocationID", "DOLocationID")
    every = [f"COALESCE(CAST({name} AS STRING), '')" for name in (*names, "fare_amount", "trip_distance")]
    return template.format(", '|', ".join(parts or every))


def _without(column):
    return _key().replace(f"COALESCE(CAST({column} AS STRING), '')", "''")


WRONG = {
    "08.1": [
        (lambda lab: loaded(lab, "2019", "07"), "The input year was '2019'"),
        (lambda lab: loaded(lab, "2020", "12", "yellow"), "The input taxi was 'yellow'"),
        (_failed, "ended FAILED"),
        (lambda lab: loaded(lab, "2019", "07", "yellow"), "The input taxi was 'yellow'"),
        (lambda lab: loaded(lab).id, "is a str"),
        (lambda lab: loaded(lab).outputs, "is a dict"),
        (lambda lab: lab.kestra.execute(imported(lab, "06_gcp_kv")), "an execution of 06_gcp_kv"),
    ],
    "08.2": [
        (_days("COUNT(*)"), "Count each day once"),
        (_days(f"COUNT(DISTINCT {PICKUP})"), "different moments"),
        (_days(f"COUNT(DISTINCT DATE({PICKUP}))", "TRUE"), "of all green files"),
        (_days(f"COUNT(DISTINCT DATE({PICKUP})) + 1000"), "is not the number of days"),
        (_asked("SELECT COUNT(DISTINCT EXTRACT(DAY FROM {pickup})) FROM `{table}` WHERE {file}"), "days of a month"),
        (_asked("SELECT COUNT({pickup}) FROM `{table}` WHERE {file}"), "Count each day once"),
        (_asked("SELECT DATE({pickup}) FROM `{table}` WHERE {file} GROUP BY 1"), "rows of 1 columns"),
        (_asked("SELECT COUNT(DISTINCT DAY({pickup}) FROM `{table}`"), "BigQuery refuses"),
        (_asked("SELECT COUNT(DISTINCT DATE({pickup})) FROM `{table}` WHERE FALSE"), "is not the number of days"),
        ("thirty", "BigQuery refuses"),
        ([30], "put one number"),
    ],
    "08.3": [
        (_external(name="green_tripdata_2020-04.csv"), "An asterisk"),
        (_external(name="*.csv"), "it reads others"),
        (_external(columns="(VendorID STRING)"), "Its columns are VendorID"),
        (_external(table="exercise_08"), "there is no table"),
        (_external(ignore="FALSE"), "cannot be read"),
        (_without_option(", ignore_unknown_values = TRUE"), "ignore_unknown_values = TRUE lets"),
        (_without_option(", skip_leading_rows = 1"), "skip_leading_rows leaves it out"),
        (_external(columns=COLUMNS.replace("TIMESTAMP", "STRING"), skip=0), "a row too many for each file"),
        (_external(columns="(lpep_pickup_datetime TIMESTAMP, VendorID STRING)"), "read by position"),
        (_external(name="green_tripdata_2020*.csv"), "An asterisk"),
        (_external(name="nothing_*.csv"), "cannot be read"),
        (lambda lab: f"CREATE OR REPLACE TABLE `{dataset(lab)}.exercise_08_3` (a INT64)", "the word EXTERNAL"),
        ("SELECT FROM", "BigQuery refuses"),
    ],
    "08.4": [
        (_key(template="SHA256(CONCAT({}))"), "is BYTES"),
        (_key(template="TO_HEX(MD5(CONCAT({})))"), "32 digits"),
        (_key(template="CONCAT({})"), "64 hexadecimal digits"),
        (_key().replace("COALESCE(CAST(VendorID AS STRING), '')", "VendorID"), "no vendor your key is NULL"),
        (_without("trip_distance"), "differ in trip_distance"),
        (_key().replace("'|'", "''"), "nothing stands between"),
        (_key().replace("CAST(trip_distance AS STRING)", "CAST(trip_distance + tip_amount AS STRING)"), "another tip"),
        (
            _key().replace("COALESCE(CAST(fare_amount AS STRING), '')", "CAST(fare_amount AS STRING)"),
            "no fare your key",
        ),
        (_without("VendorID"), "differ in VendorID"),
        (_key(template="LENGTH(CONCAT({}))"), "and no text"),
        (_key(template="TO_BASE64(SHA256(CONCAT({})))"), "44 characters"),
        ("TO_HEX(SHA256(CAST(NULL AS STRING)))", "your key is NULL"),
        ("TO_HEX(SHA256(no_such_column))", "does not take this expression"),
        ("SELECT 1", "does not take this expression"),
    ],
}

RIGHT = {
    "08.1": [loaded],
    "08.2": [
        _days(f"COUNT(DISTINCT DATE({PICKUP}))"),
        _asked("SELECT COUNT(*) FROM (SELECT DISTINCT CAST({pickup} AS DATE) AS day FROM `{table}` WHERE {file})"),
    ],
    "08.3": [
        _external(name="green_*"),
        _external(name="green_tripdata_20*.csv"),
        lambda lab: _external()(lab).replace("OR REPLACE ", "") + ";",
    ],
    "08.4": [_key(template="UPPER(TO_HEX(SHA256(CONCAT({}))))"), _key().replace("'|'", "' / '")],
}

"""Typical wrong answers of lesson 10, each with a part of the hint it must get."""

from math import cos, pi, sin

FLOW = "s3-csv-ingestion.yaml"
BUCKET = "static-staging.flowio.app"
KEY, SUPPLIER_KEY = "lessons/10/metrics.csv", "lessons/10/supplier.csv"
HEADER = "timestamp,device_id,metric_name,metric_value,location,zone\n"
READINGS = HEADER + "".join(
    f"2025-09-0{1 + hour // 24}T{hour % 24:02}:{minute:02}:00Z,{device},"
    f"{metric},{value + hour / 10 + minute + warmer},here,{zone}\n"
    for hour in range(48)
    for minute in (0, 40)
    for device, zone, warmer in (("d1", "west", 0), ("d2", "east", 7))
    for metric, value in (("temperature", 10.0), ("humidity", 60.0))
)
ROW = b"2025-09-02T%02d:00:00Z\tsensor-101\ttemperature\t%d.5\tGew\xe4chshaus \x96 S\xfcd\tsouth\r\n"
TAB = {"delimiter": "\\t"}


def _run(lab, **inputs):
    """An execution over a file of the tests' own, so small that a store has it in a moment."""
    lab.s3.upload(READINGS.encode(), BUCKET, KEY)
    lab.kestra.namespace_files("com.flowio").upload(lab.settings.root / "flows" / "files" / "com.flowio")
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / FLOW)
    return lab.kestra.execute(flow, inputs={"s3_key": KEY, **inputs}, check=False)


def _supplier(lab, **inputs):
    lab.s3.upload(b"".join(ROW % (hour, 18 + hour % 6) for hour in range(24)), BUCKET, SUPPLIER_KEY)
    return _run(lab, **{"s3_key": SUPPLIER_KEY, "table_name": "lesson_10_supplier", **inputs})


def _pair(stores):
    return lambda lab: _run(lab, table_name="lesson_10_pair", stores=stores)


def _loaded(answer):
    """The answer, with the lesson's table in the stores."""

    def prepared(lab):
        if "lesson_10" not in lab.timescale.tables():
            assert _run(lab, table_name="lesson_10").succeeded
        return answer

    return prepared


def _query(
    step="6 hours", where="metric_name = 'temperature' AND zone = 'west'", order="DESC", last="LIMIT 1", mean="avg"
):
    return _loaded(
        f"SELECT time_bucket(INTERVAL '{step}', timestamp) AS bucket, {mean}(metric_value) AS mean"
        f" FROM lesson_10 WHERE {where} GROUP BY bucket ORDER BY mean {order} {last}"
    )


def _clocks(*turns):
    return [number for turn in turns for number in (cos(2 * pi * turn), sin(2 * pi * turn))]


WRONG = {
    "10.1": [
        (lambda lab: _run(lab, table_name="lesson_10"), "`table_name` is to be lesson_10_pair"),
        (lambda lab: _run(lab, s3_key="no/such.csv"), "ended FAILED"),
        (lambda lab: _run(lab, s3_key="resources/kestra-test/sample-metrics.csv"), "Set the input `s3_key`"),
        (_pair(["timescaledb", "clickhouse", "elasticsearch", "qdrant"]), "takes a list"),
        (_pair(["qdrant"]), "clickhouse was left out"),
        (["clickhouse", "qdrant"], "Put what lab.kestra.execute"),
    ],
    "10.2": [
        (_query(step="1 hour"), "best single hour"),
        (_query(step="1 day"), "a whole day"),
        (_query(where="zone = 'west'"), "°C, % and hPa"),
        (_query(where="metric_name = 'temperature'"), "over all zones"),
        (_query(order="ASC"), "coldest bucket"),
        (_query(mean="max"), "highest single reading"),
        (_query(last=""), "LIMIT 1"),
        (_query(where="metric_name = 'humidity' AND zone = 'west'"), "is not it"),
        (_loaded("SELECT max(metric_value) AS mean FROM lesson_10"), "one called bucket"),
        (_loaded("SELECT time_bucket('6 hours') FROM lesson_10"), "refuses this statement"),
        (_loaded(6), "asks for text"),
    ],
    "10.3": [
        ([0.75, 0.0, 0.25], "Each clock gives two"),
        ([0.75, 0.0, 0.25, 1], "six numbers"),
        (15, "a list of six numbers"),
        (_clocks(18 / 12, 0, 0.25), "twelve hours"),
        (_clocks(0, 0, 0.25), "midnight"),
        (_clocks(18, 0, 0.25), "midnight"),
        (_clocks(0.75, 0.333, 0.25), "where humidity is"),
        (_clocks(0.75, 0, 0.5), "half a turn"),
        (_clocks(0.75, 0, 15 / 140), "begins at -20"),
        (_clocks(0.75, 0, 0.4), "clock of the height stands wrong"),
        (_clocks(0, 0.75, 0.25), "in another order"),
        ([*_clocks(0.75, 0), 0.1, 0.1], "not of one length"),
    ],
    "10.4": [
        (_supplier, "It was cut with ','"),
        (lambda lab: _supplier(lab, **TAB), "rejects.csv"),
        (lambda lab: _supplier(lab, **TAB, encoding="latin-1"), "What is between the words"),
        (lambda lab: _supplier(lab, **TAB, encoding="windows-1252", header="present"), "ended FAILED"),
        (
            lambda lab: _supplier(lab, **TAB, encoding="windows-1252", table_name="supplier"),
            "is to be lesson_10_supplier",
        ),
        (lambda lab: _run(lab, table_name="lesson_10_supplier"), "Set the input `s3_key`"),
    ],
}

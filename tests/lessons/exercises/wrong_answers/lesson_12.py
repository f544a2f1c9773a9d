"""Typical wrong answers of lesson 12, each with a part of the hint it must get."""

BUCKET, KEY, TABLE = "static-staging.flowio.app", "tests/week.csv", "lesson12_metrics"
HEADER = "timestamp,device_id,metric_name,metric_value,location,zone\n"
WEEK = HEADER + "".join(
    f"2025-09-0{day}T{hour:02}:00:00Z,d1,temperature,{day},here,north\n" for day in range(1, 8) for hour in (0, 12, 23)
)


def _import(lab, name):
    lab.kestra.namespace_files("com.flowio").upload(lab.settings.root / "flows" / "files" / "com.flowio")
    return lab.kestra.import_flow(lab.settings.root / "flows" / f"{name}.yaml")


def _week(lab):
    """An execution that loads a week of readings."""
    lab.s3.upload(WEEK.encode(), BUCKET, KEY)
    return lab.kestra.execute(_import(lab, "s3-csv-ingestion"), inputs={"s3_key": KEY, "table_name": TABLE})


def _kept(days, as_of="2025-09-08T00:00:00Z", table=TABLE, spoil=""):
    """A run of the retention flow; each one below removes more than the one before, of a week that is loaded once."""

    def answer(lab):
        if TABLE not in lab.timescale.tables():
            _week(lab)
        if spoil:
            lab.clickhouse.execute(f"ALTER TABLE {TABLE} DELETE WHERE {spoil} SETTINGS mutations_sync = 1")
        inputs = {"table_name": table, "keep_days": days, **({"as_of": as_of} if as_of else {})}
        return lab.kestra.execute(_import(lab, "stores-retention"), inputs=inputs, check=False)

    return answer


def _script(line):
    return f"""
import os
from datetime import datetime

from kestra import Kestra

newest, now = (datetime.fromisoformat(os.environ[name]) for name in ("NEWEST", "NOW"))
age = now - newest
tags = {{"table": os.environ["TABLE"]}}
{line}
"""


def _tasks(*tasks):
    lines = []
    for name, uri, *more in tasks:
        lines += [f"- id: {name}", "  type: io.kestra.plugin.core.http.Request", f"  uri: {uri}"]
        lines += [f"  {line}" for line in more]
    return "\n".join(lines)


CLICKHOUSE = ("clickhouse", '"http://{{ envs.clickhouse_host }}:{{ envs.clickhouse_port }}/ping"')
QDRANT = ("qdrant", '"{{ envs.qdrant_url }}/readyz"')

WRONG = {
    "12.1": [
        (_week, "asks for one of stores-retention"),
        (_kept(4, as_of="2025-09-07T15:30:00Z"), "are of 2025-09-03"),
        (_kept(3), "keep fewer days"),
        (_kept(2, as_of="2025-09-07T12:00:00Z"), "are of 2025-09-05"),
        (_kept(2, table="never_loaded"), "ended FAILED"),
        (_kept(1), "too much is gone"),
        (_kept(1, spoil="timestamp > '2025-09-07 13:00:00'"), "ClickHouse holds 2 rows"),
        (_kept(2, as_of=None), "without as_of, the days are counted back from today"),
        (_kept(1, as_of="2025-10-01T00:00:00Z"), "count the days once more"),
        (2, "The answer is an int"),
        ({"table_name": TABLE, "keep_days": 2}, "Put what lab.kestra.execute(...) returns"),
    ],
    "12.2": [
        (_script('print("age_hours", age.total_seconds() / 3600)'), "a print is a log line"),
        (
            _script('Kestra.gauge("age", age.total_seconds() / 3600, tags)'),
            "publishes age; a metric named",
        ),
        (_script('Kestra.counter("age_hours", age.total_seconds() / 3600, tags)'), "is a counter"),
        (_script('Kestra.gauge("age_hours", age.total_seconds(), tags)'), "Those are seconds"),
        (_script('Kestra.gauge("age_hours", age.seconds / 3600, tags)'), "Whole days are missing"),
        (_script('Kestra.gauge("age_hours", -age.total_seconds() / 3600, tags)'), "It is negative"),
        (_script('Kestra.gauge("age_hours", age.total_seconds() // 3600, tags)'), "half hour is cut off"),
        (_script('Kestra.gauge("age_hours", age.total_seconds() / 3600)'), "The tags are"),
        (_script('Kestra.gauge("age_hours", age.total_seconds() / 3600, {"table": "orders"})'), "the value of TABLE"),
        (_script('Kestra.gauge("age_hours", hours, tags)'), "NameError"),
        (_script('Kestra.outputs({"age_hours": age.total_seconds() / 3600})'), "is an output"),
        (_script('Kestra.timer("age_hours", age.total_seconds() / 3600, tags)'), "is a timer"),
        (_script('Kestra.gauge("age_hours", age.total_seconds() / 86400, tags)'), "Those are days"),
        (_script('Kestra.gauge("age_hours", round(age.total_seconds() / 3600), tags)'), "rounded to whole hours"),
    ],
    "12.3": [
        (_tasks(CLICKHOUSE), "Without Qdrant your flow still ends SUCCESS"),
        (_tasks(QDRANT), "Without ClickHouse your flow still ends SUCCESS"),
        (_tasks(("ask", QDRANT[1]), CLICKHOUSE), "has to be called qdrant"),
        (_tasks((*QDRANT, "allowFailure: true"), CLICKHOUSE), "which wakes nobody"),
        (
            _tasks((*CLICKHOUSE[:1], '"http://localhost:1/ping"'), QDRANT),
            "All stores are up, and your flow ends FAILED",
        ),
        (_tasks(("clickhouse", "")), "Target host is not specified"),
        ("SELECT 1", "does not accept"),
        (_tasks(CLICKHOUSE, ("clickhouse", QDRANT[1])), "clickhouse"),
        (_tasks(CLICKHOUSE, QDRANT).replace("uri", "url"), "does not accept"),
        (
            _tasks(CLICKHOUSE)
            + '\n- id: qdrant\n  type: io.kestra.plugin.core.log.Log\n  message: "{{ envs.qdrant_url }}"',
            "Does a task ask it",
        ),
    ],
}

"""Typical wrong answers of lesson 15, each with a part of the hint it must get."""

from tests.lessons.exercises.wrong_answers.lesson_14 import _cases
from tools import lessons
from workbook.project import ROOT

NOTEBOOK = ROOT / "notebooks" / "15_capstone.ipynb"
KEY = "(timestamp, device_id, metric_name)"
POSTGRES_KEY = (
    " ON CONFLICT (timestamp, device_id, metric_name)\n      DO UPDATE SET metric_value = excluded.metric_value",
    "",
)
ALL_ROWS = ",\n      PRIMARY KEY (timestamp, device_id, metric_name))", ")"


def _solution(lab):
    """The flow of the folded solution."""
    code = lessons.solutions(lessons.read(NOTEBOOK))["15.1"]
    names = {"address": lab.settings.for_flows(lab.settings.dataset_url) + "/metrics.csv?rows=40"}
    exec(code.partition("\nflow = ")[0], names)
    return names["capstone"]


def _fresh(lab):
    lab.postgres.execute("DROP TABLE IF EXISTS capstone")
    lab.clickhouse.execute("DROP TABLE IF EXISTS capstone SYNC")


def _flow(*changes, more=""):
    """The solution's flow with some texts replaced, on empty stores."""

    def answer(lab):
        source = _solution(lab)
        for old, new in changes:
            assert old in source, f"the solution has no {old!r}"
            source = source.replace(old, new)
        _fresh(lab)
        return lab.kestra.import_flow(source + more)

    return answer


def _run(*changes):
    def answer(lab):
        return lab.kestra.execute(_flow(*changes)(lab), check=False)

    return answer


def _twice(*changes):
    def answer(lab):
        flow = _flow(*changes)(lab)
        for _ in range(2):
            last = lab.kestra.execute(flow, check=False)
        return last

    return answer


def _schedule(*lines):
    body = "".join(f"    {line}\n" for line in lines)
    return _flow(more=f"triggers:\n  - id: morning\n    type: io.kestra.plugin.core.trigger.Schedule\n{body}")


def _stubs(postgres, clickhouse, expect):
    def answer(lab):
        _flow()(lab)
        return _cases(
            "- id: mine\n  fixtures:\n    tasks:\n"
            '      - {id: download, outputs: {uri: "kestra:///nothing.csv"}}\n'
            '      - {id: parse, outputs: {uri: "kestra:///nothing.ion", size: 3}}\n'
            "      - id: tables\n      - id: columns\n      - id: into_postgres\n      - id: into_clickhouse\n"
            f"      - {{id: count_postgres, outputs: {{row: {{n: {postgres}}}}}}}\n"
            f"      - {{id: count_clickhouse, outputs: {{row: {{n: {clickhouse}}}}}}}\n"
            f"  expect: {expect}\n"
        )(lab)

    return answer


WRONG = {
    "15.1": [
        ("zoomcamp/capstone", "Put what lab.kestra.execute(...) returns"),
        (_run(("namespace: zoomcamp", "namespace: zoomcamp.mine")), "in the namespace zoomcamp.mine"),
        (_run(("metrics.csv", "metrics.cvs")), "The execution ended FAILED"),
        (_run(("description: Loads", "# Loads")), "no description"),
        (_run(("outputs.parse.size", "1 + 1")), "The output rows says 2"),
        (_twice(POSTGRES_KEY, ALL_ROWS, ("FINAL", "")), "Twice as many: the table has no key"),
        (_flow(), "Put what lab.kestra.execute(...) returns"),
        (_run(("id: capstone", "id: capstone_two")), "This is an execution of capstone_two"),
    ],
    "15.2": [
        (_run(), "Put what lab.kestra.import_flow(...) returns"),
        (_flow(("id: capstone", "id: capstone_two")), "This is the flow zoomcamp/capstone_two"),
        (_flow(POSTGRES_KEY), "With the same file once more your flow ends FAILED"),
        (_flow(POSTGRES_KEY, ALL_ROWS, ("FINAL", "")), "after the same file once more"),
        (_flow(("metrics.csv", "metrics.cvs")), "With its defaults your flow ends FAILED"),
        (_flow((f"ORDER BY {KEY}", "ORDER BY device_id")), "hold different numbers of rows"),
        (lambda lab: _flow()(lab).source, "The answer is a str"),
    ],
    "15.3": [
        (_flow(), "has no trigger of the type"),
        (_schedule('cron: "0 6 * * *"'), "Six o'clock where?"),
        (_schedule('cron: "6 0 * * *"', "timezone: Europe/Berlin"), "Minute, hour, day"),
        (_schedule('cron: "0 6 * * *"', "timezone: Europe/Berlin", "disabled: true"), "never starts anything"),
        (_schedule('cron: "0 6 * * 1"', "timezone: Europe/Berlin"), "Minute, hour, day"),
        (_schedule('cron: "0 18 * * *"', "timezone: Europe/Berlin"), "six in the morning"),
        (lambda lab: _flow()(lab).trigger_ids, "The answer is a list"),
    ],
    "15.4": [
        (_stubs(3, 3, "{state: SUCCESS}"), "whose task compare is disabled"),
        (_stubs(3, 2, "{state: SUCCESS}"), "On the flow as it is, your test fails"),
        (_stubs(3, 2, "{tasks: {into_postgres: SUCCESS}, state: FAILED, outputs: {rows: 4}}"), "your test fails"),
        (_cases("mine"), "no list of test cases"),
        (_stubs(3, 2, "{tasks: {compare: SUCCESS}}"), "your test fails"),
        (_stubs(2, 2, "{state: FAILED}"), "On the flow as it is, your test fails"),
        (_stubs(3, 2, "{tasks: {count_postgres: SUCCESS}}"), "if that is right, say so: expect: {state: FAILED}"),
    ],
}

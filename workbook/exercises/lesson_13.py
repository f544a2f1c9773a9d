"""Checks of lesson 13."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Any

from workbook.errors import QueryFailed
from workbook.exercises.learner_flow import current_execution, last_error, learner_flow, run, text
from workbook.exercises.registry import Hint, exercise
from workbook.stores import aws

if TYPE_CHECKING:
    from workbook.lab import Lab
    from workbook.stores.athena import Athena

FLOW = "insightflow_prod_pipeline"
DATABASE, AUDIT = "insightflow_prod", "insightflow_prod_audit"
WORK_GROUP, REGION = "insightflow-prod", "ap-southeast-2"
QUEUE = "insightflow-prod-job-queue"

SHARES = {
    "right": (59.96, 40.02, 0.0),
    "low": (60.0, 35.0, 0.0),
    "high": (60.0, 35.0, 10.0),
    "near": (60.0, 39.7, 0.0),
}
"""Shares of a month's groups in the trade of all, in percent."""
MONTHS = {
    "right": "a month whose shares add up to 99.98 percent",
    "low": "a month whose shares add up to 95 percent, as a group is missing",
    "high": "a month whose shares add up to 105 percent, as a group is there twice",
    "near": "a month whose shares add up to 99.7 percent, three times as far off as a tenth",
}

ASKING = """id: exercise_13_3
namespace: prod.pipelines
pluginDefaults:
  - type: io.kestra.plugin.aws.cli.AwsCLI
    values:
      accessKeyId: "{{{{ secret('AWS_ACCESS_KEY_ID') }}}}"
      secretKeyId: "{{{{ secret('AWS_SECRET_ACCESS_KEY') }}}}"
      region: ap-southeast-2
      endpointOverride: "{{{{ envs.aws_endpoint_url }}}}"
tasks:
{tasks}
"""


def _athena(lab: Lab) -> Athena:
    return lab.athena(DATABASE, WORK_GROUP, REGION)


@exercise("13.1")
def healed(lab: Lab, answer: Any) -> str:
    """A run of the pipeline after the bad one, that ends well and publishes."""
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. {last_error(lab, execution)}")
    athena = _athena(lab)
    table = "fct_retail_sales_monthly"
    lowest = athena.scalar(f"SELECT min(sales) FROM {AUDIT}.{table}")
    if lowest < 0:
        raise Hint(
            f"This run ended well, but a later one brought bad rows: the lowest sales under test are {lowest:,.1f}. "
            "Run the flow once more, and name no base_url."
        )
    if athena.count(table) != athena.count(f"{AUDIT}.{table}"):
        raise Hint(f"What readers see of {table} is not what was tested last. Run the flow to its end.")
    return "The month was published again, so its object was replaced; no hand has touched the bucket or the tables."


@exercise("13.2")
def shares_add_up(lab: Lab, answer: Any) -> str:
    """A query that gives the months whose shares do not add up to 100 percent, within a tenth."""
    written = text(answer).rstrip(";")
    if "{{" in written:
        raise Hint("Here Athena runs the query as it is, without dbt: name the table itself, fct_retail_sales_monthly.")
    for month, shares in SHARES.items():
        rows = ", ".join(f"(DATE '2025-03-01', '{450 + at}', {share:.2f}E0)" for at, share in enumerate(shares))
        sample = f"SELECT * FROM (VALUES {rows}) AS rows (month_date, group_code, share_of_trade)"
        violations = _rows(
            lab, f"WITH fct_retail_sales_monthly AS ({sample}) SELECT count(*) FROM ({written}) AS found"
        )
        if month == "right" and violations:
            raise Hint(f"Your query complains of {MONTHS[month]}: that is rounding. Allow for a tenth: abs(...) > 0.1.")
        if month != "right" and not violations:
            raise Hint(f"Your query does not find {MONTHS[month]}. A test has to find what is too low and too high.")
    published = _rows(lab, f"SELECT count(*) FROM ({written}) AS found")
    if published:
        raise Hint(
            f"Your query finds {published} months in what is published, where all add up. What does it group by?"
        )
    return (
        "Saved as a file in projects/insightflow/dbt/insightflow/tests, with {{ ref('fct_retail_sales_monthly') }}, "
        "this is a dbt test."
    )


def _rows(lab: Lab, query: str) -> int:
    try:
        return int(_athena(lab).scalar(query))
    except QueryFailed as refused:
        reason = str(refused).splitlines()[0]
        alias = " HAVING does not know the new name of a column: repeat its sum(...)." if "shares" in reason else ""
        raise Hint(f"Athena does not run your query: {reason}{alias}") from refused


@exercise("13.3")
def failed_jobs(lab: Lab, answer: Any) -> str:
    """A task that tells, as the output `failed`, how many jobs of the queue have failed."""
    with learner_flow(lab, ASKING.format(tasks=indent(text(answer), "  "))) as flow:
        done = run(lab, flow, {})
        outputs = [task_run.outputs["vars"] for task_run in done.task_runs if (task_run.outputs or {}).get("vars")]
    counts = _jobs(lab)
    values = [values["failed"] for values in outputs if "failed" in values]
    if not values:
        seen = f"There are {', '.join(sorted(outputs[0]))}." if outputs else "A line in the log is no output."
        raise Hint(f'No task has the output `failed`. {seen} Print ::{{"outputs": {{"failed": ...}}}}::')
    if str(values[0]) != str(counts["FAILED"]):
        others = [state for state, count in counts.items() if str(count) == str(values[0]) and state != "FAILED"]
        looks = f" That is how many have {others[0]}." if others else ""
        raise Hint(f"`failed` is {values[0]!r}, and {counts['FAILED']} jobs of {QUEUE} have failed.{looks}")
    if "FAILED" not in answer:  # as many have succeeded as failed, so the number alone proves nothing
        raise Hint(f"{values[0]} happens to be right: the task does not ask which jobs of {QUEUE} are FAILED.")
    return (
        "A task that asks before it acts: the same lines, on a schedule, tell you of jobs that fail beside your flow."
    )


def _jobs(lab: Lab) -> dict[str, int]:
    client = aws.client(lab.settings, "batch", REGION)
    pages = client.get_paginator("list_jobs")
    return {
        state: sum(len(page["jobSummaryList"]) for page in pages.paginate(jobQueue=QUEUE, jobStatus=state))
        for state in ("FAILED", "SUCCEEDED")
    }

"""Typical wrong answers of lesson 13, each with a part of the hint it must get."""

PROJECT = "dbt/insightflow"
HELLO = """
id: hello_13
namespace: prod.pipelines
tasks:
  - {id: hello, type: io.kestra.plugin.core.log.Log, message: hello}
"""


def _pipeline(lab):
    """The flow, with all that it needs."""
    if not lab.__dict__.get("insightflow"):
        lab.run("projects/insightflow/infrastructure/insightflow.py", "up")
        folder = lab.settings.root / "projects" / "insightflow" / PROJECT
        lab.kestra.namespace_files("prod.pipelines").upload(folder, PROJECT)
        lab.__dict__["insightflow"] = lab.kestra.import_flow(
            lab.settings.root / "flows" / "insightflow_prod_pipeline.yml"
        )
    return lab.__dict__["insightflow"]


def prepare(lab):
    """The buckets, queues and workgroups that queries and commands ask for."""
    _pipeline(lab)


def _other_flow(lab):
    return lab.kestra.execute(lab.kestra.import_flow(HELLO))


def _run(fault, check=False):
    def answer(lab):
        base = lab.settings.dataset_url + (f"/faults/{fault}/insightflow" if fault else "/insightflow")
        return lab.kestra.execute(_pipeline(lab), inputs={"base_url": base}, check=check)

    return answer


def _killed(lab):
    execution = lab.kestra.execute(_pipeline(lab), wait=False)
    lab.kestra.kill(execution)
    return execution


def _before_the_bad_day(lab):
    """A good run, after which bad rows have come under test."""
    good = _run("", check=True)(lab)
    table = "insightflow_prod_audit.fct_retail_sales_monthly"
    athena = lab.athena("insightflow_prod", "insightflow-prod", "ap-southeast-2")
    columns = ", ".join(athena.sql(f"SELECT * FROM {table} LIMIT 1").columns)
    athena.sql(f"INSERT INTO {table} SELECT {columns.replace('sales,', '-1 * sales,', 1)} FROM {table} LIMIT 1")
    return good


def _query(*lines):
    return "\n".join(["SELECT month_date, sum(share_of_trade) AS shares FROM fct_retail_sales_monthly", *lines])


def _task(*lines):
    body = "\n".join(f"      {line}" for line in lines)
    return f"- id: failed_jobs\n  type: io.kestra.plugin.aws.cli.AwsCLI\n  commands:\n    - |\n      set -e\n{body}"


COUNT = 'aws batch list-jobs --job-queue insightflow-prod-job-queue --job-status {} --query "length(jobSummaryList)"'
TELL = 'echo "::{{\\"outputs\\": {{\\"{}\\": $count}}}}::"'

WRONG = {
    "13.1": [
        (1, "The answer is an int"),
        (_other_flow, "This is an execution of hello_13"),
        (_run("missing-column"), "The execution ended FAILED"),
        (_before_the_bad_day, "a later one brought bad rows"),
        ({"base_url": ""}, "Put what lab.kestra.execute(...) returns"),
        (_killed, "The execution ended KILLED"),
        (_run("truncated"), "The execution ended FAILED"),
    ],
    "13.2": [
        (_query("GROUP BY month_date HAVING sum(share_of_trade) <> 100"), "that is rounding"),
        (_query("GROUP BY month_date HAVING sum(share_of_trade) < 99.9"), "add up to 105"),
        (_query("GROUP BY month_date HAVING sum(share_of_trade) > 100.1"), "add up to 95"),
        (_query("HAVING abs(sum(share_of_trade) - 100) > 0.1"), "Athena does not run your query"),
        (_query("GROUP BY month_date, group_code HAVING abs(sum(share_of_trade) - 100) > 0.1"), "that is rounding"),
        (3, "The answer is an int"),
        (_query("GROUP BY month_date HAVING round(sum(share_of_trade)) <> 100"), "add up to 99.7"),
        (_query("GROUP BY month_date HAVING abs(shares - 100) > 0.1"), "repeat its sum"),
        (_query("GROUP BY month_date HAVING abs(sum(share_of_trade) - 1) > 0.1"), "that is rounding"),
        ("SELECT month_date FROM {{ ref('fct_retail_sales_monthly') }}", "without dbt"),
    ],
    "13.3": [
        (_task(COUNT.format("FAILED")), "A line in the log is no output"),
        (_task(f"count=$({COUNT.format('FAILED')})", TELL.format("count")), "There are count"),
        (_task(f"count=$({COUNT.format('SUCCEEDED')})", TELL.format("failed")), "jobs of insightflow-prod-job-queue"),
        (_task("aws batch list-jobs --job-queue nowhere --job-status FAILED"), "The execution ended FAILED"),
        ("- id: failed_jobs\n  type: io.kestra.core.tasks.scripts.Bash", "does not accept"),
        (_task(f"count=$({COUNT.format('FAILD')})", TELL.format("failed")), "The execution ended FAILED"),
        (
            _task(f"count=$({COUNT.format('FAILED')})", 'echo "::{outputs: {failed: $count}}::"'),
            "No task has the output",
        ),
        (_task(f"count=$({COUNT.format('RUNNING')})", TELL.format("failed")), "jobs of insightflow-prod-job-queue"),
    ],
}

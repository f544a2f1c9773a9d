"""The names of all resources. The flow, the dbt project and the lesson use the same names."""

from dataclasses import dataclass

REGION = "ap-southeast-2"
PREFIX = "insightflow-prod"
RAW_BUCKET = f"{PREFIX}-raw-data"
RESULTS_BUCKET = f"{PREFIX}-athena-results"
EXECUTION_ROLE = f"{PREFIX}-batch-execution-role"
JOB_ROLE = f"{PREFIX}-batch-job-role"
CRAWLER_ROLE = f"{PREFIX}-glue-crawler-role"
COMPUTE_ENVIRONMENT = f"{PREFIX}-compute-environment"
JOB_QUEUE = f"{PREFIX}-job-queue"
JOB_DEFINITION = f"{PREFIX}-ingestion-job-def"
CRAWLER = f"{PREFIX}-raw-data-crawler"
WORK_GROUP = PREFIX
DATABASE = "insightflow_prod"
AUDIT_DATABASE = "insightflow_prod_audit"
"""Created by dbt; deleted with the rest."""
REPOSITORY = "insightflow-ingestion"
RAW_PREFIX = "raw/"


@dataclass(frozen=True)
class Names:
    """Names that differ from account to account.

    Parameters:
        raw_bucket: bucket of the ingested files.
        results_bucket: bucket of Athena's results.
        base_url: address that the ingestion reads from; None for the public files.
    """

    raw_bucket: str
    results_bucket: str
    base_url: str | None

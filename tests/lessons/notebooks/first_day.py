"""What lessons leave for later ones goes again, so that each finds the stores as a learner does who begins with it."""

from pathlib import Path

from tests.support.stack import stack_variables
from workbook.lab import Lab
from workbook.settings import load


def clear(stack: dict[str, str]) -> None:
    """Empty the stores that lessons leave something in, if they run: PostgreSQL, Cloud Storage and BigQuery.

    Parameters:
        stack: the environment of a stack of the tests.
    """
    running_now = stack_variables(stack)
    lab = Lab(load(running_now, env_file=Path("/nonexistent")))
    if "POSTGRES_PORT" in running_now:
        lab.postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    if "GCP_PORT" in running_now:
        for bucket in lab.gcs.buckets():
            lab.gcs.drop(bucket)
        for dataset in lab.bigquery.datasets():
            lab.bigquery.drop(dataset)
    lab.close()

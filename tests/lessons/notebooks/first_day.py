"""What lessons leave for later ones goes again, so that each finds the stores as a learner does who begins with it."""

from pathlib import Path

from tests.support.stack import stack_variables
from workbook.lab import Lab
from workbook.settings import load

NAMESPACES = ("zoomcamp", "com.flowio", "prod.pipelines", "concepts")


def clear(stack: dict[str, str]) -> None:
    """Empty what lessons leave something in, if it runs: the KV stores, PostgreSQL, Cloud Storage and BigQuery.

    Parameters:
        stack: the environment of a stack of the tests.
    """
    running_now = stack_variables(stack)
    lab = Lab(load(running_now, env_file=Path("/nonexistent")))
    for namespace in NAMESPACES:
        kv = lab.kestra.kv(namespace)
        for key in list(kv):
            kv.delete(key)
    if "POSTGRES_PORT" in running_now:
        lab.postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    if "GCP_PORT" in running_now:
        for bucket in lab.gcs.buckets():
            lab.gcs.drop(bucket)
        for dataset in lab.bigquery.datasets():
            lab.bigquery.drop(dataset)
    lab.close()

"""What the tests of InsightFlow ask of Kestra, of the bucket, of Athena and of the source files."""

import json
import os
import shutil
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import requests

from embedded.services.kestra import tool_environments
from tests.support.stack import ROOT
from workbook.kestra.models import Execution
from workbook.lab import Lab
from workbook.settings import load
from workbook.stores.athena import Athena

NAMESPACE, FLOW = "prod.pipelines", "insightflow_prod_pipeline"
PROJECT = ROOT / "projects" / "insightflow" / "dbt" / "insightflow"
DATABASE, AUDIT = "insightflow_prod", "insightflow_prod_audit"
WORK_GROUP, REGION = "insightflow-prod", "ap-southeast-2"
RAW = "insightflow-prod-raw-data"
MARTS = ("dim_date", "dim_msic_group", "fct_retail_sales_monthly")
SECONDS = 300


class Pipeline:
    """The pipeline on a stack of the tests' own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.lab = Lab(load(environment, Path("/nonexistent")))

    # Kestra

    def set_up(self) -> None:
        """Make the infrastructure, and bring project and flow to Kestra, as the lesson does."""
        self.infrastructure()
        self.lab.kestra.namespace_files(NAMESPACE).upload(PROJECT, "dbt/insightflow")
        self.lab.kestra.import_flow(ROOT / "flows" / f"{FLOW}.yml")

    def infrastructure(self) -> None:
        self.lab.run("projects/insightflow/infrastructure/insightflow.py", "up")

    def run(self, **inputs: Any) -> Execution:
        return self.lab.kestra.execute(f"{NAMESPACE}/{FLOW}", inputs=inputs, check=False)

    def log(self, execution: Execution, task: str | None = None, level: str = "INFO") -> str:
        return "\n".join(line.message for line in self.lab.kestra.logs(execution, task=task, level=level))

    # The data

    def generated(self, fault: str = "") -> str:
        """The base of the generated files, with a fault or without."""
        return self.environment["DATASET_URL"] + (f"/faults/{fault}/insightflow" if fault else "/insightflow")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return requests.get(f"{self.generated()}/manifest.json", timeout=30).json()["sets"]

    def source(self, name: str, folder: Path) -> Path:
        """A file as it is published."""
        path = folder / f"{name}.parquet"
        path.write_bytes(requests.get(f"{self.generated()}/{self.manifest[name]['path']}", timeout=30).content)
        return path

    def etags(self) -> dict[str, str]:
        client = self.lab.s3.client
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=RAW, Prefix="raw/")
        return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", [])}

    def put_rows(self, name: str, query: str, folder: Path) -> None:
        """Put a file with the rows of a query beside what the ingestion brought for a month."""
        path = folder / f"{name}-more.parquet"
        duckdb.sql(query).write_parquet(str(path))
        month = self.lab.s3.keys(RAW, f"raw/{name}/")["key"].iloc[0].rpartition("/")[0]
        self.lab.s3.upload(path, RAW, f"{month}/more.parquet")

    # Athena

    @cached_property
    def athena(self) -> Athena:
        return self.lab.athena(DATABASE, WORK_GROUP, REGION)

    def drop(self, database: str, table: str) -> None:
        self.athena.glue.delete_table(DatabaseName=database, Name=table)

    def execute(self, statement: str) -> None:
        """Run a statement that gives no rows."""
        self.athena._run(statement)

    def marts(self) -> dict[str, tuple[Any, ...]]:
        """What readers see, in figures that any change would change."""
        found = self.athena.sql("""
            SELECT count(*) AS months, round(sum(sales), 2) AS sales, min(sales) AS lowest,
                   round(sum(ron95), 2) AS fuel, max(month_date) AS last, count(DISTINCT group_code) AS codes
            FROM fct_retail_sales_monthly
        """)
        others = {name: (self.athena.count(name),) for name in MARTS[:2]}
        return {MARTS[2]: tuple(found.iloc[0]), **others}

    # dbt

    def dbt(self, folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run dbt as a terminal would; gives its exit code and what it left in `target`, by file name."""
        project = folder / "project"
        if not project.exists():
            shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "dbt_packages", "logs"))
            self._dbt(project, "deps")
        code = self._dbt(project, *arguments)
        return code, {path.name: json.loads(path.read_text()) for path in (project / "target").glob("*.json")}

    def _dbt(self, project: Path, *arguments: str) -> int:
        quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_VERSION_CHECK": "false"}
        quick = {"DBT_COMMANDS": str(tool_environments.commands("dbt"))}
        environment = {**os.environ, **self.environment, **quiet, **quick, "AWS_DEFAULT_REGION": REGION}
        command = [tool_environments.QUICK / "dbt", *arguments]
        return subprocess.run(command, cwd=project, env=environment, timeout=SECONDS, check=False).returncode

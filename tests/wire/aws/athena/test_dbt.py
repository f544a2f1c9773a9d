"""An unmodified dbt with its adapter for Athena against the `aws` service: `dbt_project` beside this file."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from embedded.services.kestra import tool_environments
from tests.wire.aws.athena.client import Athena
from tests.wire.aws.server import Server

PROJECT = Path(__file__).parent / "dbt_project"
RAW, RESULTS, GROUP = "shop-raw", "shop-results", "shop"
JANUARY = "('01', 1.5::double, DATE '2024-01-02'), ('01', 2.25, DATE '2024-01-03'), ('02', NULL, DATE '2024-01-04')"
SECONDS = 150


class Shop:
    """The project, with the raw data and the places that it needs."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.athena = Athena(server, "shop")
        self._folder = folder
        self._project = folder / "project"
        shutil.copytree(PROJECT, self._project)
        self._environment = server.environment() | {"DBT_PROFILES_DIR": str(self._project)}

    def land(self, month: str, rows: str) -> None:
        """Put a month of sales into the bucket, and its partition into the catalogue."""
        file = self._folder / "sales.parquet"
        duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) t(shop, amount, day)) TO '{file}' (FORMAT parquet)")
        self.athena.s3.upload_file(str(file), RAW, f"sales/month={month}/sales.parquet")
        self.athena.run("MSCK REPAIR TABLE landing.sales")

    def dbt(self, *words: str, succeeds: bool = True) -> str:
        """Run dbt; returns what it says."""
        command = [tool_environments.commands("dbt") / "dbt", "--no-use-colors", *words, "--target", "prod"]
        done = subprocess.run(
            command,
            cwd=self._project,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
        return done.stdout

    def artifact(self, name: str) -> dict[str, Any]:
        """A file that dbt leaves in `target/`."""
        return json.loads((self._project / "target" / name).read_text())

    def results(self) -> dict[str, str]:
        """What became of each node of the last run, by its name."""
        return {
            each["unique_id"].split(".")[2]: each["status"] for each in self.artifact("run_results.json")["results"]
        }


@pytest.fixture(scope="module")
def shop(aws_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(aws_server, tmp_path_factory.mktemp("shop"))
    for bucket in (RAW, RESULTS):
        aws_server.client("s3", region_name="us-east-1").create_bucket(Bucket=bucket)
    place = {"OutputLocation": f"s3://{RESULTS}/queries/"}
    settings = {"ResultConfiguration": place, "EnforceWorkGroupConfiguration": False}
    shop.athena.client.create_work_group(Name=GROUP, Configuration=settings)
    shop.athena.run("CREATE DATABASE landing")
    shop.athena.run(
        "CREATE EXTERNAL TABLE landing.sales (shop string, amount double, day date) PARTITIONED BY (month string) "
        f"STORED AS PARQUET LOCATION 's3://{RAW}/sales/'"
    )
    shop.land("2024-01", JANUARY)
    shop.land("2024-02", "('02', 10, DATE '2024-02-02')")
    yield shop
    for database in ("shop", "landing"):
        shop.athena.run(f"DROP DATABASE IF EXISTS {database} CASCADE")
    shop.athena.client.delete_work_group(WorkGroup=GROUP, RecursiveDeleteOption=True)


def test_a_project_from_nothing_and_once_more(shop: Shop) -> None:
    shop.dbt("build")
    assert set(shop.results().values()) == {"success", "pass"}
    assert len(shop.results()) == 10
    by_shop = "SELECT * FROM sales_by_shop ORDER BY code"
    first = [("01", 'Corner, "old"', "1457", "3.75", "2"), ("02", "Market", "915", "10.00", "1")]
    assert shop.athena.rows(by_shop) == first
    assert shop.athena.rows("SELECT * FROM shops ORDER BY code") == [
        ("01", 'Corner, "old"', "2020-01-05", "0.25"),
        ("02", "Market", "2021-06-30", None),
    ]
    shop.land("2024-02", "('02', 12, DATE '2024-02-02')")
    shop.land("2024-03", "('02', 7, DATE '2024-03-02')")
    shop.dbt("build")
    assert set(shop.results().values()) == {"success", "pass"}
    by_month = "SELECT month, shop, total, last_day FROM sales_by_month ORDER BY month"
    assert shop.athena.rows(by_month) == [
        ("2024-01", "01", "3.75", "2024-01-03"),
        ("2024-02", "02", "12.00", "2024-02-02"),
        ("2024-03", "02", "7.00", "2024-03-02"),
    ]
    log = [row[1] for row in shop.athena.rows("SELECT day, amount FROM sales_log ORDER BY day")]
    assert log == ["1.50", "2.25", "10.00", "7.00"]  # appended only what was newer
    assert shop.athena.rows(by_shop)[1] == ("02", "Market", "915", "19.00", "2")
    tables = [row[0] for row in shop.athena.rows("SHOW TABLES")]
    assert tables == ["sales_by_month", "sales_by_shop", "sales_log", "shops", "stg_sales"]


def test_freshness_and_docs(shop: Shop) -> None:
    assert "PASS freshness of landing.sales" in shop.dbt("source", "freshness")
    shop.dbt("docs", "generate")
    catalogue = shop.artifact("catalog.json")
    columns = catalogue["sources"]["source.shop.landing.sales"]["columns"]
    assert [column["type"] for column in columns.values()] == ["string", "double", "date", "string"]


def test_a_test_that_fails_and_a_model_that_cannot_run(shop: Shop) -> None:
    shop.athena.run("INSERT INTO sales_by_shop SELECT code, 'Other', days_open, total, sales FROM sales_by_shop")
    shop.dbt("test", "--select", "sales_by_shop", succeeds=False)
    failed = {name for name, status in shop.results().items() if status == "fail"}
    assert failed == {"unique_sales_by_shop_code", "accepted_values_sales_by_shop_name__Corner_old___Market"}
    said = shop.dbt("show", "--inline", "select foo(1) as a", succeeds=False)
    assert "FUNCTION_NOT_FOUND: line" in said

"""Every test of the dbt project has been seen to pass on good data; here each is seen to fail on bad data."""

from datetime import date
from pathlib import Path

import pytest

from tests.insightflow.pipeline import AUDIT, RAW, Pipeline
from workbook.kestra.models import Execution

# Beside what the ingestion brought. Each row breaks one rule or several.
SOURCES = {
    "iowrt": """
        FROM (VALUES
            (NULL::DATE, 'guess', 1.0, 1.0, 1.0),                  -- no date, no such series
            (DATE '2018-01-01', 'abs', 5.0, 1.0, 1.0),             -- the month is there already
            (DATE '2018-02-15', 'abs', -5.0, 1.0, 1.0),            -- not the first of a month, and below nothing
            (DATE '2040-01-01', 'abs', NULL, 1.0, 1.0),            -- far from all others, and without a figure
            (DATE '2039-01-01', 'abs', 100.0, 1.0, 1.0)            -- the groups of this month say 1
        ) AS rows (ymd_date, series, sales, volume, volume_sa)
    """,
    "iowrt_3d": """
        FROM (VALUES
            (NULL::DATE, 'guess', '451', 1.0, 1.0),
            (DATE '2018-01-01', 'abs', '451', 5.0, 1.0),
            (DATE '2018-02-15', 'abs', '999', -5.0, 1.0),          -- no such group
            (DATE '2018-03-01', 'abs', NULL::VARCHAR, NULL, 1.0),
            (DATE '2039-01-01', 'abs', '451', 1.0, 1.0)
        ) AS rows (ymd_date, series, group_code, sales, volume)
    """,
    "fuelprice": """
        FROM (VALUES
            (NULL::DATE, 'guess', 2.0, 2.0, 2.0, 2.0),
            (NULL::DATE, 'level', 2.0, 2.0, 2.0, 2.0),
            (DATE '2017-03-30', 'level', 99.0, 99.0, 99.0, 99.0),  -- the week is there already, at another price
            (DATE '2017-03-30', 'change_weekly', 5.0, 5.0, 5.0, 5.0)
        ) AS rows (ymd_date, series_type, ron95, ron97, diesel, diesel_eastmsia)
    """,
}
VIEWS = {
    "stg_msic_codes": """
        SELECT * FROM (VALUES (3, 'G', '45', '451', 'Cars'), (3, 'G', '45', '451', NULL))
        AS rows (digits, section, division, group_code, description)
    """,
    "int_fuelprice_monthly": """
        SELECT * FROM (VALUES (DATE '2018-01-01', 6, 2.0), (DATE '2018-01-01', 4, 2.0), (NULL, 4, 2.0))
        AS rows (month_date, weeks, ron95)
    """,
}
TABLES = {
    "dim_date": """
        SELECT * FROM (VALUES
            (DATE '2018-01-01', 1, DATE '2018-01-01'), (DATE '2018-01-01', 13, DATE '2018-01-02'),
            (DATE '2018-01-05', 1, DATE '2018-01-01'), (NULL, 1, DATE '2018-01-01')
        ) AS rows (day_date, month, month_date)
    """,
    "dim_msic_group": """
        SELECT * FROM (VALUES ('451', 'Cars', 'retail'), ('451', NULL, 'barter'), (NULL, 'Nothing', 'retail'))
        AS rows (group_code, group_description, trade)
    """,
    "fct_retail_sales_monthly": """
        SELECT * FROM (VALUES
            (DATE '2018-01-01', '451', 1.0, 101.0, 2.0), (DATE '2018-01-01', '451', 1.0, 1.0, 2.0),
            (DATE '1999-01-01', '000', NULL, 1.0, NULL), (NULL, NULL, 1.0, 1.0, 2.0)
        ) AS rows (month_date, group_code, sales, share_of_trade, ron95)
    """,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the project is copied to, once: its packages are fetched and its models parsed by the first command."""
    return tmp_path_factory.mktemp("dbt")


def test_freshness_is_seen_to_fail_on_figures_that_are_late(pipeline: Pipeline, first: Execution, folder: Path) -> None:
    client, kept = pipeline.lab.s3.client, {}
    late = [key for key in pipeline.etags() if key.startswith("raw/fuelprice/") and _year(key) >= date.today().year - 1]
    for key in late:
        kept[key] = pipeline.lab.s3.read(RAW, key)
        client.delete_object(Bucket=RAW, Key=key)
    code, left = pipeline.dbt(folder, "source", "freshness")
    for key, body in kept.items():
        client.put_object(Bucket=RAW, Key=key, Body=body)
    assert code == 1
    found = {entry["unique_id"].rpartition(".")[2]: entry["status"] for entry in left["sources.json"]["results"]}
    assert found == {"iowrt": "pass", "iowrt_3d": "pass", "fuelprice": "error"}


def _year(key: str) -> int:
    return int(key.split("year=")[1][:4])


@pytest.fixture
def spoilt(pipeline: Pipeline, first: Execution, tmp_path: Path) -> None:
    """The raw data, the views and the tables under test, all with rows that break rules."""
    for name, rows in SOURCES.items():
        pipeline.put_rows(name, rows, tmp_path)
    for name, rows in VIEWS.items():
        pipeline.execute(f"CREATE OR REPLACE VIEW {name} AS {rows}")
    for name, rows in TABLES.items():
        pipeline.drop(AUDIT, name)
        place = f"s3://insightflow-prod-athena-results/spoilt/{name}/"
        pipeline.execute(
            f"CREATE TABLE {AUDIT}.{name} WITH (format = 'PARQUET', external_location = '{place}') AS {rows}"
        )


@pytest.mark.usefixtures("spoilt")
def test_every_test_fails_on_bad_data(pipeline: Pipeline, folder: Path) -> None:
    code, left = pipeline.dbt(folder, "test")
    assert code == 1
    tests = {name for name, node in left["manifest.json"]["nodes"].items() if node["resource_type"] == "test"}
    found = {entry["unique_id"]: entry["status"] for entry in left["run_results.json"]["results"]}
    assert len(tests) >= 16
    assert found.keys() == tests
    assert {name: status for name, status in found.items() if status != "fail"} == {}

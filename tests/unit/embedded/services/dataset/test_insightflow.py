"""The generated files of the InsightFlow lesson, read by DuckDB as any other reader would."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from embedded.services.dataset import insightflow

DAY = date(2025, 6, 9)  # a day before the figures of April appear
Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def query(tmp_path: Path) -> Query:
    """Runs SQL in which {iowrt}, {iowrt_3d} and {fuelprice} stand for the files."""
    for name in insightflow.SETS:
        (tmp_path / f"{name}.parquet").write_bytes(insightflow.parquet(name, 2021, DAY))
    files = {name: f"'{tmp_path / name}.parquet'" for name in insightflow.SETS}
    return lambda sql: duckdb.sql(sql.format(**files)).fetchall()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("iowrt", {"series": "VARCHAR", "date": "DATE", "sales": "DOUBLE", "volume": "DOUBLE", "volume_sa": "DOUBLE"}),
        ("iowrt_3d", {"series": "VARCHAR", "date": "DATE", "group": "VARCHAR", "sales": "DOUBLE", "volume": "DOUBLE"}),
        (
            "fuelprice",
            {"series_type": "VARCHAR", "date": "DATE"}
            | dict.fromkeys(("ron95", "ron97", "diesel", "diesel_eastmsia"), "DOUBLE"),
        ),
    ],
)
def test_columns_and_compression_are_those_of_the_public_file(query: Query, name: str, columns: dict[str, str]) -> None:
    assert {row[0]: row[1] for row in query(f"DESCRIBE FROM {{{name}}}")} == columns
    assert query(f"SELECT DISTINCT compression FROM parquet_metadata({{{name}}})") == [("SNAPPY",)]


@pytest.mark.parametrize("name", insightflow.SETS)
def test_same_seed_and_day_same_bytes_and_another_seed_others(name: str) -> None:
    def digest(seed: int) -> str:
        insightflow.parquet.cache_clear()
        return hashlib.sha256(insightflow.parquet(name, seed, DAY)).hexdigest()

    assert digest(2021) == digest(2021) != digest(2022)


@pytest.mark.parametrize("name", insightflow.SETS)
def test_a_later_day_adds_rows_and_changes_none(name: str) -> None:
    rows = insightflow.SETS[name].rows
    earlier, later = set(rows(2021, DAY)), set(rows(2021, date(2025, 7, 31)))
    assert earlier < later


def test_figures_appear_on_their_day() -> None:
    last = {day: insightflow.manifest(2021, day)["sets"]["iowrt"]["last"] for day in (DAY, date(2025, 6, 10))}
    assert last == {DAY: "2025-03-01", date(2025, 6, 10): "2025-04-01"}
    assert insightflow.manifest(2021, DAY)["sets"]["fuelprice"]["last"] == "2025-06-05"


def test_the_groups_of_a_month_add_up_to_its_headline(query: Query) -> None:
    assert query("""
        SELECT count(*), count(*) FILTER (abs(total - sales) > 0.01)
        FROM (SELECT date, sum(sales) AS total, count(DISTINCT "group") FROM {iowrt_3d} WHERE series = 'abs' GROUP BY 1
              HAVING count(DISTINCT "group") = 20)
        JOIN {iowrt} USING (date) WHERE series = 'abs'
    """) == [(87, 0)]


def test_growth_is_that_of_the_absolute_rows_and_null_without_a_predecessor(query: Query) -> None:
    (compared, wrong), (nulls,) = (
        query("""
        SELECT count(*), count(*) FILTER (abs(growth.sales - 100 * (now.sales / past.sales - 1)) > 0.1)
        FROM {iowrt} growth JOIN {iowrt} now USING (date)
        JOIN {iowrt} past ON past.date = now.date - INTERVAL 1 YEAR AND past.series = 'abs'
        WHERE growth.series = 'growth_yoy' AND now.series = 'abs'
        """)[0],
        query("SELECT count(*) FROM {iowrt} WHERE sales IS NULL AND series = 'growth_yoy'")[0],
    )
    assert (compared, wrong, nulls) == (75, 0, 12)


def test_fuel_is_weekly_capped_and_split_as_it_was(query: Query) -> None:
    assert query("""
        SELECT count(*), count(*) FILTER (diff <> 7), max(ron95) FILTER (date >= '2021-02-11'),
               max(date) FILTER (diesel_eastmsia IS NULL), min(ron97) > 1.5, max(ron97) < 5
        FROM (SELECT *, date - lag(date) OVER (ORDER BY date) AS diff FROM {fuelprice} WHERE series_type = 'level')
    """) == [(428, 0, 2.05, date(2024, 6, 6), True, True)]
    changes = "SELECT round(sum(ron97), 2) FROM {fuelprice} WHERE series_type = 'change_weekly'"
    ends = "SELECT round(arg_max(ron97, date) - arg_min(ron97, date), 2) FROM {fuelprice} WHERE series_type = 'level'"
    assert query(changes) == query(ends)


@pytest.mark.parametrize("name", insightflow.SETS)
def test_the_manifest_agrees_with_the_file(query: Query, name: str) -> None:
    told = insightflow.manifest(2021, DAY)["sets"][name]
    (found,) = query(
        f"SELECT count(*), min(date), max(date), count(DISTINCT date_trunc('month', date)) FROM {{{name}}}"
    )
    assert found == (told["rows"], date.fromisoformat(told["first"]), date.fromisoformat(told["last"]), told["months"])
    series = "series_type" if name == "fuelprice" else "series"
    assert dict(query(f"SELECT {series}, count(*) FROM {{{name}}} GROUP BY 1")) == told["series"]


def test_bad_rows_differ_in_the_last_month_only(query: Query, tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(insightflow.FAULTS["bad-rows"](2021, DAY))
    bad = f"'{tmp_path}/bad.parquet'"
    differing = duckdb.sql(f"FROM {bad} EXCEPT ALL FROM '{tmp_path}/iowrt_3d.parquet'").fetchall()
    assert {row[1] for row in differing} == {date(2025, 3, 1)}
    assert {row[2] for row in differing} == {"471", "472", "499"}

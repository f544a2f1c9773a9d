"""Flow stores-retention: all four stores lose the same old days, and nothing else."""

from collections.abc import Iterator

import pytest

from tests.pipelines.client import STORES, Content, Pipelines, csv

FLOW = "stores-retention"
TABLE = "kept_metrics"
DAYS = [f"2025-09-0{day}T{hour:02}:00:00Z" for day in range(1, 8) for hour in (0, 12, 23)]


@pytest.fixture(scope="module", autouse=True)
def imported(pipelines: Pipelines) -> Iterator[None]:
    pipelines.import_flow("s3-csv-ingestion")
    pipelines.import_flow(FLOW)
    yield
    pipelines.remove_flow(FLOW)
    pipelines.remove_flow("s3-csv-ingestion")


def load(pipelines: Pipelines) -> None:
    pipelines.put("tests/days.csv", csv(*(f"{moment},d1,temperature,{moment[9]},here,north" for moment in DAYS)))
    assert pipelines.run("s3-csv-ingestion", s3_key="tests/days.csv", table_name=TABLE).state == "SUCCESS"


def kept(first: int) -> dict[str, Content]:
    days = range(first, 8)
    return dict.fromkeys(STORES, Content(3 * len(days), 3 * sum(days)))


def test_whole_days_before_the_line_go_and_no_other_and_new_readings_come_in_again(pipelines: Pipelines) -> None:
    load(pipelines)
    assert pipelines.contents(TABLE) == kept(1)
    for _ in range(2):
        run = pipelines.run(FLOW, table_name=TABLE, keep_days=3, as_of="2025-09-07T15:30:00Z")
        assert run.state == "SUCCESS"
        assert pipelines.contents(TABLE) == kept(4)
        assert run.outputs("verify")["vars"]["stores"] == {store: {"rows": 12, "old": 0} for store in STORES}
    assert pipelines.run(FLOW, table_name=TABLE, keep_days=1, as_of="2026-01-01T00:00:00Z").state == "SUCCESS"
    assert pipelines.contents(TABLE) == dict.fromkeys(STORES, Content(0, 0))
    load(pipelines)
    assert pipelines.run(FLOW, table_name=TABLE).state == "SUCCESS"  # ten years are kept by default
    assert pipelines.contents(TABLE) == kept(1)


@pytest.mark.parametrize(("name", "value"), [("table_name", "x; DROP TABLE y"), ("keep_days", "0")])
def test_inputs_that_cannot_be_right_start_nothing(pipelines: Pipelines, name: str, value: str) -> None:
    answer = pipelines.submit(FLOW, **{name: value})
    assert answer.status_code == 422
    assert f"`{name}`" in answer.json()["message"]


def test_a_moment_that_is_none_starts_nothing(pipelines: Pipelines) -> None:
    answer = pipelines.submit(FLOW, as_of="soon")
    assert (answer.status_code, "'soon'" in answer.json()["message"]) == (422, True)


def test_a_table_that_is_not_there_is_named(pipelines: Pipelines) -> None:
    run = pipelines.run(FLOW, table_name="never_loaded")
    assert run.state == "FAILED"
    assert "timescaledb cannot be read" in run.errors()
    assert "never_loaded" in run.errors()

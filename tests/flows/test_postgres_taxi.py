"""Flow 04: a month of trips lands in Postgres exactly once, whatever happens on the way."""

import pytest

from tests.flows.taxis import BASE_URL, PATIENCE, WAITING_COPY, Taxis
from tests.support.odd_answers import answering, odd_month, told_of_month

FLOW = "04_postgres_taxi"
DECEMBER = "yellow_tripdata_2020-12.csv"


@pytest.fixture(autouse=True)
def imported(taxis: Taxis) -> None:
    taxis.import_flow(FLOW)


def assert_as_before(taxis: Taxis, rows: dict[str, int]) -> None:
    assert taxis.counts() == rows
    assert taxis.tables() == {"yellow_tripdata"}


@pytest.mark.parametrize(("taxi", "year", "month"), [("yellow", "2020", "12"), ("green", "2021", "07")])
def test_a_load_is_what_the_manifest_says_and_a_second_adds_nothing(taxis, taxi, year, month):
    name = f"{taxi}_tripdata_{year}-{month}.csv"
    manifest = taxis.manifest(name)
    first, second = taxis.load(year, month, taxi), taxis.load(year, month, taxi)
    assert (first["state"]["current"], second["state"]["current"]) == ("SUCCESS", "SUCCESS")
    assert first["outputs"] == {"rows": manifest["rows"], "rows_added": manifest["rows"]}
    assert second["outputs"] == {"rows": manifest["rows"], "rows_added": 0}
    assert taxis.counts(taxi) == {name: manifest["rows"]}
    assert taxis.tables() == {f"{taxi}_tripdata"}


@pytest.mark.parametrize(("taxi", "year", "month"), [("yellow", "2019", "01"), ("green", "2020", "04")])
def test_every_column_holds_what_the_manifest_says(taxis, taxi, year, month):
    taxis.load(year, month, taxi)
    manifest = taxis.manifest(f"{taxi}_tripdata_{year}-{month}.csv")
    for name, expected in manifest["columns"].items():
        query = f"SELECT count(*) - count({name}), min({name})::text, max({name})::text FROM {taxi}_tripdata"
        ((nulls, low, high),) = taxis.sql(query)
        assert nulls == expected["nulls"], name
        if isinstance(expected["min"], str):
            assert (low, high) == (expected["min"], expected["max"])
        elif expected["min"] is not None and not name.endswith("ID"):  # identifiers are text, and sort as text
            assert (float(low), float(high)) == (expected["min"], expected["max"])
    ((keys,),) = taxis.sql(f"SELECT count(DISTINCT unique_row_id) FROM {taxi}_tripdata")
    assert keys == manifest["rows_distinct_by_natural_key"]


def test_labels_name_the_file(taxis):
    labels = taxis.load("2020", "04", "green")["labels"]
    assert {"key": "file", "value": "green_tripdata_2020-04.csv"} in labels
    assert {"key": "taxi", "value": "green"} in labels


def test_only_the_branch_of_the_taxi_runs(taxis):
    states = taxis.states(taxis.load("2020", "04", "green"))
    assert states["green_merge"] == "SUCCESS"
    assert "yellow_merge" not in states


def test_files_are_purged_unless_that_is_switched_off(taxis):
    assert taxis.kept_files(taxis.load("2020", "12")) == []
    taxis.import_flow(FLOW, "disabled: false", "disabled: true")
    (kept,) = taxis.kept_files(taxis.load("2020", "12"))
    assert kept.stat().st_size == taxis.manifest(DECEMBER)["bytes_uncompressed"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"{BASE_URL}/faults/truncated", "was cut short or is damaged"),
        (f"{BASE_URL}/faults/missing-column", "has other columns than expected"),
        (f"{BASE_URL}/no/such/place", "HTTP Error 404"),
        ("http://127.0.0.1:9", "cannot be fetched"),
    ],
)
def test_a_bad_file_fails_before_anything_is_touched(taxis, url, message):
    taxis.load("2020", "12")
    taxis.import_flow(FLOW, BASE_URL, url)
    execution = taxis.load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert taxis.states(execution) == {
        "set_label": "SUCCESS",
        "extract": "FAILED",
        "drop_staging_table": "SKIPPED",
        "let_the_kill_pass": "SKIPPED",
        "drop_staging_table_after_kill": "SKIPPED",
    }
    assert message in taxis.errors(execution)
    assert taxis.kept_files(execution) == []
    assert_as_before(taxis, taxis.rows(DECEMBER))


def test_odd_answers_fail_in_one_line_before_anything_is_touched(taxis):
    taxis.load("2020", "12")
    with answering(odd_month) as address:
        taxis.import_odd(FLOW, address)
        started = {f"yellow_tripdata_2020-{month:02}.csv": taxis.start("2020", f"{month:02}") for month in range(1, 7)}
        ended = {name: taxis.ended(execution) for name, execution in started.items()}
    for name, execution in ended.items():
        taxis.assert_refused(execution, f"{address}/yellow/{name}.gz ", told_of_month(name))
    assert_as_before(taxis, taxis.rows(DECEMBER))


@pytest.mark.parametrize(("name", "value"), [("month", "13"), ("month", "1"), ("year", "2018"), ("taxi", "blue")])
def test_inputs_that_do_not_exist_are_refused(taxis, name, value):
    inputs = {"taxi": "yellow", "year": "2020", "month": "12", name: value}
    answer = taxis.api.post(f"/executions/zoomcamp/{FLOW}", files={key: (None, text) for key, text in inputs.items()})
    assert answer.status_code == 422
    assert f"`{name}`" in answer.json()["message"]
    assert taxis.tables() == set()


def test_loads_at_once_do_not_meet(taxis):
    """Thrice at once into a database without tables: the same file twice and another month."""
    started = [taxis.start("2020", month) for month in ("12", "12", "11")]
    ended = [taxis.ended(execution) for execution in started]
    assert [execution["state"]["current"] for execution in ended] == ["SUCCESS"] * 3
    rows = taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv")
    assert sorted(execution["outputs"]["rows_added"] for execution in ended) == sorted([0, *rows.values()])
    assert_as_before(taxis, rows)


def test_a_failure_in_the_middle_of_the_merge_takes_all_of_it_back_and_a_restart_goes_on(taxis):
    taxis.import_flow(FLOW, quick=True)
    taxis.load("2020", "12")
    taxis.sql("ALTER TABLE yellow_tripdata ADD CONSTRAINT cheap CHECK (fare_amount > -1) NOT VALID")
    execution = taxis.load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert "cheap" in taxis.errors(execution)
    assert taxis.counts() == taxis.rows(DECEMBER)
    taxis.sql("ALTER TABLE yellow_tripdata DROP CONSTRAINT cheap")
    assert taxis.api.post(f"/executions/{execution['id']}/restart").status_code == 200
    taxis.api.until(execution["id"], "SUCCESS")
    assert taxis.ended(execution)["outputs"]["rows_added"] == taxis.manifest("yellow_tripdata_2020-11.csv")["rows"]
    assert_as_before(taxis, taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv"))


@pytest.mark.parametrize(
    "accident",
    ["TRUNCATE {{ render(vars.staging_table) }}", "INSERT INTO {{ render(vars.staging_table) }} DEFAULT VALUES"],
)
def test_a_staging_table_that_is_not_the_file_is_refused(taxis, accident):
    """As after a crash of the server that emptied it, or a crash of Kestra that made it copy twice."""
    taxis.load("2020", "12")
    mark = "      - id: yellow_merge\n"
    task = f"      - id: accident\n        type: io.kestra.plugin.jdbc.postgresql.Query\n        sql: {accident}\n"
    taxis.import_flow(FLOW, mark, task + mark, quick=True)
    execution = taxis.load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert "does not hold the" in taxis.errors(execution)
    assert taxis.counts() == taxis.rows(DECEMBER)


def test_a_kill_in_the_middle_leaves_nothing_behind(taxis):
    taxis.load("2020", "12")
    with taxis.nobody_may_write("yellow_tripdata"):
        execution = taxis.start("2020", "11")
        taxis.await_waiting_merge()
        kill = f"/executions/{execution['id']}/kill"
        assert taxis.api.delete(kill).status_code == 202
        taxis.api.until(execution["id"], "KILLED")
        taxis.api.delete(kill)  # a second one, as by a double click, must not kill the cleaning up
        assert taxis.ended(execution)["state"]["current"] == "KILLED"
    assert_as_before(taxis, taxis.rows(DECEMBER))


def crash_in_the_middle(taxis, moment, quick=False):
    """Start a second load, and end Postgres without warning in the middle of its copy or of its merge."""
    taxis.load("2020", "12")
    mark = "      - id: yellow_copy_in\n"
    taxis.import_flow(FLOW, mark, WAITING_COPY * (moment == "copy") + mark, quick=quick)
    if moment == "merge":
        with taxis.nobody_may_write("yellow_tripdata"):
            execution = taxis.start("2020", "11")
            taxis.await_waiting_merge()
            taxis.crash("postgres")
        return execution
    with taxis.copy_waits():
        execution = taxis.start("2020", "11")
        taxis.await_waiting_copy()
        taxis.crash("postgres")
    return execution


@pytest.mark.parametrize("moment", [pytest.param("copy", marks=pytest.mark.slow), "merge"])
def test_postgres_gone_in_the_middle(taxis, moment):
    """It is started again, and the task is done once more."""
    execution = crash_in_the_middle(taxis, moment)
    assert taxis.ended(execution)["state"]["current"] == "SUCCESS"
    assert_as_before(taxis, taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv"))


@pytest.mark.parametrize("moment", [pytest.param("copy", marks=pytest.mark.slow), "merge"])
def test_a_restart_heals_a_load_that_postgres_left(taxis, moment):
    execution = crash_in_the_middle(taxis, moment, quick=True)
    assert taxis.ended(execution)["state"]["current"] == "FAILED"
    assert taxis.counts() == taxis.rows(DECEMBER)
    assert taxis.api.post(f"/executions/{execution['id']}/restart").status_code == 200
    taxis.api.until(execution["id"], "SUCCESS", seconds=PATIENCE)
    assert taxis.ended(execution)["outputs"]["rows_added"] == taxis.manifest("yellow_tripdata_2020-11.csv")["rows"]
    assert_as_before(taxis, taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv"))


@pytest.mark.slow
def test_kestra_gone_in_the_middle(taxis):
    """The engine takes the execution up again and does the interrupted task once more."""
    taxis.load("2020", "12")
    with taxis.nobody_may_write("yellow_tripdata"):
        execution = taxis.start("2020", "11")
        taxis.await_waiting_merge()
        taxis.crash("kestra")
    assert taxis.ended(execution)["state"]["current"] == "SUCCESS"
    assert_as_before(taxis, taxis.rows(DECEMBER, "yellow_tripdata_2020-11.csv"))

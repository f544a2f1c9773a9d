"""Flow 04_postgres_taxi_improved: the rows of flow 04, each with where it comes from, whatever happens on the way."""

import gzip
import hashlib
from collections.abc import Callable, Iterator

import pytest
import yaml

from tests.flows.taxis import BASE_URL, PATIENCE, WAITING_COPY, Execution, Taxis, source
from tests.support.odd_answers import HEAD, Answer, answering, odd_month, told_of_month

FLOW, PLAIN = "04_postgres_taxi_improved", "04_postgres_taxi"
DECEMBER, NOVEMBER = "yellow_tripdata_2020-12.csv", "yellow_tripdata_2020-11.csv"
TABLES = {"taxi_loads", "yellow_trips"}
COLUMNS = yaml.safe_load(source(FLOW))["variables"]["columns"]
LAST_TASKS = {"drop_staging_table", "let_the_kill_pass", "drop_staging_table_after_kill"}
Load = Callable[..., Execution]


@pytest.fixture(autouse=True)
def imported(taxis: Taxis) -> None:
    taxis.import_flow(FLOW)


@pytest.fixture
def load(taxis: Taxis) -> Load:
    def run(year: str, month: str, taxi: str = "yellow") -> Execution:
        return taxis.load(year, month, taxi, FLOW)

    return run


def start(taxis: Taxis, month: str) -> Execution:
    return taxis.start("2020", month, flow=FLOW)


def assert_as_before(taxis: Taxis, rows: dict[str, int]) -> None:
    partitions = {name.replace("tripdata", "trips").replace("-", "_").removesuffix(".csv") for name in rows}
    assert taxis.counts(table="trips") == rows
    assert taxis.tables() == TABLES | partitions


@pytest.mark.parametrize(("taxi", "year", "month"), [("yellow", "2020", "12"), ("green", "2021", "07")])
def test_a_load_is_what_the_manifest_says_and_a_second_copies_nothing(taxis, load, taxi, year, month):
    name = f"{taxi}_tripdata_{year}-{month}.csv"
    rows = taxis.manifest(name)["rows"]
    first, second = load(year, month, taxi), load(year, month, taxi)
    assert (first["state"]["current"], second["state"]["current"]) == ("SUCCESS", "SUCCESS")
    assert first["outputs"] == {"rows": rows, "rows_added": rows}
    assert second["outputs"] == {"rows": rows, "rows_added": 0}
    assert "publish" not in taxis.states(second)
    assert taxis.counts(taxi, "trips") == {name: rows}
    assert taxis.tables() == {"taxi_loads", f"{taxi}_trips", f"{taxi}_trips_{year}_{month}"}


@pytest.mark.parametrize(("taxi", "year", "month"), [("yellow", "2019", "01"), ("green", "2020", "04")])
def test_the_rows_are_those_of_flow_04(taxis, load, taxi, year, month):
    taxis.import_flow(PLAIN)
    taxis.load(year, month, taxi)
    load(year, month, taxi)
    columns = ", ".join(["filename", *COLUMNS[taxi]])
    here, there = (f"SELECT {columns} FROM {taxi}_{table}" for table in ("trips", "tripdata"))
    assert taxis.sql(f"({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here})") == []
    keys = f"SELECT count(*), count(DISTINCT unique_row_id) FROM {taxi}_"
    assert taxis.sql(f"{keys}trips") == taxis.sql(f"{keys}tripdata")


def test_the_row_id_is_the_sha_256_of_the_natural_key(taxis, load):
    load("2020", "12")
    times = ", ".join(f"extract(epoch FROM tpep_{name}_datetime)::bigint::text" for name in ("pickup", "dropoff"))
    key = f"VendorID, {times}, PULocationID, DOLocationID, fare_amount::text, trip_distance::text"
    for found, *parts in taxis.sql(f"SELECT unique_row_id, {key} FROM yellow_trips"):
        assert bytes(found) == hashlib.sha256("|".join(part or "" for part in parts).encode()).digest()


def test_each_row_tells_where_it_comes_from_and_when_it_changed(taxis, load):
    executions = {DECEMBER: load("2020", "12")["id"], NOVEMBER: load("2020", "11")["id"]}
    audit = "filename, load_id, execution_id, created_at"
    rows = taxis.sql(f"SELECT DISTINCT {audit}, updated_at FROM yellow_trips ORDER BY load_id")
    assert [row[:3] for row in rows] == [(DECEMBER, 1, executions[DECEMBER]), (NOVEMBER, 2, executions[NOVEMBER])]
    assert [row[3] for row in rows] == [row[4] for row in rows]
    assert [row[:4] for row in rows] == taxis.sql(
        "SELECT filename, load_id, execution_id, loaded_at FROM taxi_loads ORDER BY 2"
    )
    taxis.sql("UPDATE yellow_trips SET tip_amount = 1 WHERE filename = '" + DECEMBER + "' AND vendorid = '1'")
    changed = "SELECT DISTINCT vendorid, filename FROM yellow_trips WHERE updated_at > created_at"
    assert taxis.sql(changed) == [("1", DECEMBER)]


def trip(pickup: str, dropoff: str = "2020-12-01 08:10:00", zones: str = "1,12", vendor: str = "1", tip: str = "0"):
    """A line of a yellow file."""
    return f"{vendor},{pickup},{dropoff},1,2.50,1,N,{zones},1,10.00,0.5,0.5,{tip},0,0.3,11.30,2.5\n"


AT_NOON, IN_DECEMBER, IN_NOVEMBER, LONG_AGO = (
    f"{day} 12:00:00" for day in ("2020-12-05", "2020-12-31", "2020-11-30", "2009-01-01")
)
FIRST_DECEMBER = [
    trip(AT_NOON),
    trip(AT_NOON),  # a twin
    trip(AT_NOON, tip="5"),  # a correction: the same key
    trip(AT_NOON, zones="11,2"),  # what is glued without a separator is the same
    trip(AT_NOON, zones=",12"),
    trip(AT_NOON, zones="12,"),
    trip(AT_NOON, vendor=""),
    trip(AT_NOON, vendor='""'),  # an empty text is not NULL, and has the same key
    trip(AT_NOON, vendor="\\x41"),
    trip(AT_NOON, vendor='"two\nlines, ""quoted"""'),
    trip("", dropoff=""),
    trip(""),
    trip(IN_NOVEMBER),
    trip(LONG_AGO),
    trip(LONG_AGO, zones="7,8"),
]
NOVEMBERS = [
    trip(IN_NOVEMBER),  # December has it as a stray
    trip(IN_NOVEMBER, zones="3,4"),
    trip(AT_NOON),  # a stray here; December has it
    trip(AT_NOON, zones="5,6"),
    trip(AT_NOON, zones="5,6"),
    trip(LONG_AGO),  # a stray in both
    trip(""),  # without a time in both
    trip("", zones="9,9"),
]
QUIRKS = [
    ("12", FIRST_DECEMBER),
    ("11", NOVEMBERS),
    ("11", NOVEMBERS),
    ("12", [*FIRST_DECEMBER, trip(AT_NOON, zones="5,6"), trip(IN_DECEMBER), trip(IN_DECEMBER)]),
    ("12", [trip(IN_DECEMBER), trip(IN_DECEMBER, vendor="2")]),
    ("12", FIRST_DECEMBER),
    ("10", FIRST_DECEMBER),  # another month's file once more, under a wrong name
    ("09", []),
    ("09", [trip("2020-09-01 00:00:00")]),
]
"""Loads one after the other: the month and its lines."""


@pytest.fixture
def served(taxis: Taxis) -> Iterator[dict[str, list[str]]]:
    """Lines of files by month, served to both flows."""
    months: dict[str, list[str]] = {}
    header = ",".join(COLUMNS["yellow"]) + "\n"

    def answer(path: str) -> Answer:
        lines = months[path.partition(".csv")[0].rpartition("-")[2]]
        return Answer(HEAD + gzip.compress("".join([header, *lines]).encode(), mtime=0))

    with answering(answer) as address:
        for flow in (PLAIN, FLOW):
            taxis.import_flow(flow, BASE_URL, address)
        yield months


def test_counts_are_those_of_flow_04_on_every_quirk_of_the_data(taxis, served):
    for month, lines in QUIRKS:
        served[month] = lines
        there, here = map(taxis.ended, [taxis.start("2020", month), start(taxis, month)])
        assert (here["state"]["current"], there["state"]["current"]) == ("SUCCESS", "SUCCESS"), taxis.errors(here)
        assert here["outputs"]["rows_added"] == there["outputs"]["rows_added"], month
        assert taxis.counts(table="trips") == taxis.counts()


@pytest.mark.parametrize("loss", ["DELETE FROM yellow_trips WHERE vendorid = '1'", "DROP TABLE yellow_trips_2020_12"])
def test_rows_that_got_lost_come_back(taxis, load, loss):
    load("2020", "12")
    taxis.sql(loss)
    left = taxis.counts(table="trips").get(DECEMBER, 0)
    again = load("2020", "12")
    assert again["outputs"]["rows_added"] == taxis.rows(DECEMBER)[DECEMBER] - left > 0
    assert_as_before(taxis, taxis.rows(DECEMBER))


def test_a_file_whose_rows_were_lost_and_came_back_is_loaded(taxis, load):
    load("2020", "12")
    taxis.sql("DROP TABLE yellow_trips_2020_12")
    load("2020", "12")
    assert "publish" not in taxis.states(load("2020", "12"))


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (f"{BASE_URL}/faults/truncated", "was cut short or is damaged"),
        (f"{BASE_URL}/faults/missing-column", "has other columns than expected"),
    ],
)
def test_a_bad_file_fails_before_anything_is_touched(taxis, load, url, message):
    taxis.import_flow(FLOW, BASE_URL, url)
    execution = load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert taxis.states(execution) == {
        "set_label": "SUCCESS",
        "extract": "FAILED",
        **dict.fromkeys(LAST_TASKS, "SKIPPED"),
    }
    assert message in taxis.errors(execution)
    assert taxis.kept_files(execution) == []
    assert taxis.tables() == set()


def test_odd_answers_fail_in_one_line_before_anything_is_touched(taxis):
    with answering(odd_month) as address:
        taxis.import_odd(FLOW, address)
        started = {f"yellow_tripdata_2020-{month:02}.csv": start(taxis, f"{month:02}") for month in range(1, 7)}
        ended = {name: taxis.ended(execution) for name, execution in started.items()}
    for name, execution in ended.items():
        taxis.assert_refused(execution, f"{address}/yellow/{name}.gz ", told_of_month(name))
    assert taxis.tables() == set()


def test_loads_at_once_do_not_meet(taxis):
    """Thrice at once into a database without tables: the same file twice and another month."""
    started = [start(taxis, month) for month in ("12", "12", "11")]
    ended = [taxis.ended(execution) for execution in started]
    assert [execution["state"]["current"] for execution in ended] == ["SUCCESS"] * 3
    rows = taxis.rows(DECEMBER, NOVEMBER)
    assert sorted(execution["outputs"]["rows_added"] for execution in ended) == sorted([0, *rows.values()])
    assert_as_before(taxis, rows)


def test_a_failure_at_the_end_of_the_transaction_takes_all_of_it_back_and_a_restart_goes_on(taxis, load):
    taxis.import_flow(FLOW, quick=True)
    load("2020", "12")
    taxis.sql("ALTER TABLE yellow_trips ADD CONSTRAINT cheap CHECK (fare_amount > -1) NOT VALID")
    execution = load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert "cheap" in taxis.errors(execution)
    assert taxis.counts(table="trips") == taxis.rows(DECEMBER)
    assert taxis.sql("SELECT filename FROM taxi_loads") == [(DECEMBER,)]
    taxis.sql("ALTER TABLE yellow_trips DROP CONSTRAINT cheap")
    assert restarted(taxis, execution)["outputs"]["rows_added"] == taxis.rows(NOVEMBER)[NOVEMBER]
    assert_as_before(taxis, taxis.rows(DECEMBER, NOVEMBER))


def restarted(taxis: Taxis, execution: Execution) -> Execution:
    assert taxis.api.post(f"/executions/{execution['id']}/restart").status_code == 200
    taxis.api.until(execution["id"], "SUCCESS", seconds=PATIENCE)
    return taxis.ended(execution)


ACCIDENTS = ["TRUNCATE {{ render(vars.staging_table) }}", "INSERT INTO {{ render(vars.staging_table) }} DEFAULT VALUES"]


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_a_staging_table_that_is_not_the_file_is_refused(taxis, load, accident):
    """As after a crash of Kestra that made it copy twice."""
    load("2020", "12")
    mark = "      - id: publish\n"
    task = f"      - id: accident\n        type: io.kestra.plugin.jdbc.postgresql.Query\n        sql: {accident}\n"
    taxis.import_flow(FLOW, mark, task + mark, quick=True)
    execution = load("2020", "11")
    assert execution["state"]["current"] == "FAILED"
    assert "does not hold the" in taxis.errors(execution)
    assert taxis.counts(table="trips") == taxis.rows(DECEMBER)


def test_an_answer_that_got_lost_is_given_again(taxis, load):
    """The transaction was committed, and the task is done once more: by a retry, or after a crash of Kestra."""
    mark = "  - id: purge_files\n"
    again = "      - id: publish_again\n" + source(FLOW).partition("      - id: publish\n")[2].partition(mark)[0]
    taxis.import_flow(FLOW, mark, again + mark)
    execution = load("2020", "12")
    assert taxis.states(execution)["publish_again"] == execution["state"]["current"] == "SUCCESS"
    assert_as_before(taxis, taxis.rows(DECEMBER))


def test_a_kill_in_the_middle_leaves_nothing_behind(taxis, load):
    load("2020", "12")
    with taxis.nobody_may_write("yellow_trips"):
        execution = start(taxis, "11")
        taxis.await_waiting_merge()
        assert taxis.api.delete(f"/executions/{execution['id']}/kill").status_code == 202
        assert taxis.ended(execution)["state"]["current"] == "KILLED"
    assert_as_before(taxis, taxis.rows(DECEMBER))


def crash_in_the_middle(taxis: Taxis, moment: str, quick: bool = False) -> Execution:
    """Start a second load, and end Postgres without warning in the middle of its copy or of its transaction."""
    taxis.load("2020", "12", flow=FLOW)
    mark = "      - id: copy\n"
    taxis.import_flow(FLOW, mark, WAITING_COPY * (moment == "copy") + mark, quick=quick)
    if moment == "publish":
        with taxis.nobody_may_write("yellow_trips"):
            execution = start(taxis, "11")
            taxis.await_waiting_merge()
            taxis.crash("postgres")
        return execution
    with taxis.copy_waits():
        execution = start(taxis, "11")
        taxis.await_waiting_copy()
        taxis.crash("postgres")
    return execution


@pytest.mark.parametrize("moment", [pytest.param("copy", marks=pytest.mark.slow), "publish"])
def test_postgres_gone_in_the_middle(taxis, moment):
    """It is started again, and the task is done once more."""
    execution = crash_in_the_middle(taxis, moment)
    assert taxis.ended(execution)["state"]["current"] == "SUCCESS"
    assert_as_before(taxis, taxis.rows(DECEMBER, NOVEMBER))


@pytest.mark.parametrize("moment", [pytest.param("copy", marks=pytest.mark.slow), "publish"])
def test_a_restart_heals_a_load_that_postgres_left(taxis, moment):
    execution = crash_in_the_middle(taxis, moment, quick=True)
    assert taxis.ended(execution)["state"]["current"] == "FAILED"
    assert taxis.counts(table="trips") == taxis.rows(DECEMBER)
    assert restarted(taxis, execution)["outputs"]["rows_added"] == taxis.rows(NOVEMBER)[NOVEMBER]
    assert_as_before(taxis, taxis.rows(DECEMBER, NOVEMBER))


def test_kestra_gone_in_the_middle(taxis, load):
    """The engine takes the execution up again and does the interrupted task once more."""
    load("2020", "12")
    with taxis.nobody_may_write("yellow_trips"):
        execution = start(taxis, "11")
        taxis.await_waiting_merge()
        taxis.crash("kestra")
    assert taxis.ended(execution)["state"]["current"] == "SUCCESS"
    assert_as_before(taxis, taxis.rows(DECEMBER, NOVEMBER))

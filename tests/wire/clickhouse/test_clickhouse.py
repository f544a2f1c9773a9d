"""ClickHouse's own server at the wire: its clients, who gets in, the lessons' ways with it, and what outlives what."""

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import clickhouse_connect
import clickhouse_driver
import psutil
import pytest
from clickhouse_connect.driver import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from catalog.services.clickhouse import CLICKHOUSE
from tests.support import foreign_page
from tests.support.stack import own_stack
from tests.support.store_life import commanded, family, kill_everything, listening, start
from tests.support.waiting import eventually

ODD_PASSWORD = 'it\'s; "n€w" <&> $$:\\'
MEMORY_LIMIT_BYTES = 1_500_000_000
COLUMNS = (
    "timestamp DateTime64(3, 'UTC'), device_id LowCardinality(String), metric_name LowCardinality(String),"
    " metric_value Float64, batch_id String"
)
ENGINE = (
    "ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(timestamp) ORDER BY (metric_name, device_id, timestamp)"
    " TTL toDateTime(timestamp) + INTERVAL 10 YEAR"
)


def connect(environment: dict[str, str], **other: Any) -> Client:
    login = {"username": environment["CLICKHOUSE_USER"], "password": environment["CLICKHOUSE_PASSWORD"]}
    where = {"host": environment["CLICKHOUSE_HOST"], "port": int(environment[CLICKHOUSE.port_variable])}
    return clickhouse_connect.get_client(**(where | login | other))


def native(environment: dict[str, str], **other: Any) -> clickhouse_driver.Client:
    login = {"user": environment["CLICKHOUSE_USER"], "password": environment["CLICKHOUSE_PASSWORD"]}
    where = {"host": environment["CLICKHOUSE_HOST"], "port": int(environment["CLICKHOUSE_TCP_PORT"])}
    return clickhouse_driver.Client(**(where | login | other))


def rows(client: Client, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in client.query(sql).result_rows]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with own_stack(tmp_path_factory.mktemp("clickhouse"), "clickhouse") as environment:
        yield environment


@pytest.fixture
def client(server: dict[str, str]) -> Iterator[Client]:
    """A client, and an empty table `m` by month that keeps the last row of a key."""
    client = connect(server)
    client.command(f"CREATE TABLE m ({COLUMNS}) {ENGINE}")
    yield client
    for (name,) in client.query("SHOW TABLES").result_rows:
        client.command(f"DROP TABLE {name} SYNC")
    client.close()


def fill(client: Client, table: str, count: int, batch: str = "one") -> None:
    client.command(
        f"INSERT INTO {table} SELECT toDateTime64('2024-01-30', 3, 'UTC') + number, 'd' || toString(number % 5), 'x',"
        f" number, '{batch}' FROM numbers({count})"
    )


def test_curl_asks_for_its_health(server: dict[str, str]) -> None:
    url = f"http://127.0.0.1:{server[CLICKHOUSE.port_variable]}/ping"
    assert subprocess.run(["curl", "-s", "-f", url], capture_output=True, check=True, text=True).stdout == "Ok.\n"


def test_both_clients_see_the_same_rows(server: dict[str, str], client: Client) -> None:
    fill(client, "m", 1000)
    other = native(server, compression=False)
    assert other.execute("SELECT count(), sum(metric_value), currentUser() FROM m") == [(1000, 499500, "admin")]
    moment = other.execute("SELECT max(timestamp) FROM m")[0][0]
    assert client.query("SELECT max(timestamp) FROM m").first_row[0] == moment.replace(tzinfo=None)
    other.execute("INSERT INTO m VALUES", [(moment, "native", "x", 1.5, "two")])
    assert rows(client, "SELECT metric_value FROM m WHERE device_id = 'native'") == [(1.5,)]
    other.disconnect()


@pytest.mark.parametrize(
    "login", [("admin", "wrong"), ("admin", ""), ("default", ""), ("default", "x"), ("nobody", "")]
)
def test_who_is_refused(server: dict[str, str], login: tuple[str, str]) -> None:
    user, password = login
    with pytest.raises(ClickHouseError):
        connect(server, username=user, password=password)
    with pytest.raises(clickhouse_driver.errors.ServerException):
        native(server, user=user, password=password).execute("SELECT 1")
    url = f"http://127.0.0.1:{server[CLICKHOUSE.port_variable]}/?query=SELECT+1&max_sessions_for_user=9"
    answer = subprocess.run(["curl", "-s", "-u", f"{user}:{password}", url], capture_output=True, check=True, text=True)
    assert "DB::Exception" in answer.stdout


def test_only_this_machine_can_ask_and_files_are_private(tmp_path: Path) -> None:
    with commanded(tmp_path, CLICKHOUSE_PASSWORD=ODD_PASSWORD, CLICKHOUSE_USER="Someone") as command:
        environment = start(command, "clickhouse")
        with connect(environment) as client:
            assert client.command("SELECT currentUser()") == "Someone"
            with pytest.raises(ClickHouseError):
                client.command("SELECT * FROM nope")
        assert listening(command, "clickhouse") == {"127.0.0.1"}
        for name in ("config.xml", "users.xml"):
            file = command.home / "clickhouse" / name
            assert file.stat().st_mode & 0o777 == 0o600
            assert ODD_PASSWORD not in file.read_text()
        assert ODD_PASSWORD not in "".join(path.read_text() for path in (command.home / "logs").iterdir())
        assert "UNKNOWN_TABLE" in (command.home / "logs" / "clickhouse.log").read_text()


def test_the_user_that_the_server_needs_cannot_be_ours(tmp_path: Path) -> None:
    with commanded(tmp_path, CLICKHOUSE_USER="default") as command:
        up = command("up", "--only", "clickhouse")
        assert up.returncode != 0
        assert "CLICKHOUSE_USER is 'default'" in up.stderr + up.stdout


def test_the_last_row_of_a_key_stays(client: Client) -> None:
    for batch in ("one", "two", "two"):
        fill(client, "m", 5000, batch)
    assert rows(client, "SELECT count(), min(batch_id) FROM m FINAL") == [(5000, "two")]
    client.command("OPTIMIZE TABLE m FINAL")
    assert rows(client, "SELECT count(), min(batch_id) FROM m") == [(5000, "two")]


def test_a_staging_table_goes_in_by_its_partitions(client: Client) -> None:
    client.command("CREATE TABLE staging AS m")
    fill(client, "staging", 300_000)
    parts = [partition for (partition,) in rows(client, "SELECT DISTINCT toYYYYMM(timestamp) FROM staging ORDER BY 1")]
    assert parts == [202401, 202402]
    for partition in parts:
        client.command(f"ALTER TABLE m ATTACH PARTITION {partition} FROM staging")
    assert rows(client, "SELECT count(), sum(metric_value) FROM m") == [(300_000, 299_999 * 150_000)]
    client.command("ALTER TABLE m DROP PARTITION 202401")
    assert rows(client, "SELECT min(toYYYYMM(timestamp)) FROM m") == [(202402,)]


def test_old_rows_go_by_their_time_to_live(client: Client) -> None:
    client.command("INSERT INTO m VALUES (now() - INTERVAL 11 YEAR, 'old', 'x', 1, 'b'), (now(), 'new', 'x', 1, 'b')")
    client.command("OPTIMIZE TABLE m FINAL")
    assert rows(client, "SELECT device_id FROM m") == [("new",)]


def test_a_running_query_can_be_killed(server: dict[str, str], client: Client) -> None:
    problems: list[str] = []

    def run() -> None:
        with connect(server) as other:
            try:
                other.command("SELECT count() FROM system.numbers", settings={"query_id": "endless"})
            except ClickHouseError as error:
                problems.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    eventually(lambda: rows(client, "SELECT 1 FROM system.processes WHERE query_id = 'endless'") == [(1,)])
    client.command("KILL QUERY WHERE query_id = 'endless' SYNC")
    thread.join(20)
    assert "QUERY_WAS_CANCELLED" in problems[0]


def test_mutations(client: Client) -> None:
    fill(client, "m", 100)
    client.command("DELETE FROM m WHERE metric_value >= 10")
    client.command("ALTER TABLE m UPDATE batch_id = 'done' WHERE 1 SETTINGS mutations_sync = 1")
    assert rows(client, "SELECT count(), min(batch_id) FROM m") == [(10, "done")]


@pytest.mark.slow
def test_a_million_rows_stay_within_memory(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        client = connect(start(command, "clickhouse"))
        client.command(f"CREATE TABLE m ({COLUMNS}) {ENGINE}")
        [process] = [
            one for one in family(command, "clickhouse") if "embedded.services.clickhouse" in " ".join(one.cmdline())
        ]
        peak = _Peak(process)
        lines = "".join(
            f"2024-0{1 + n % 3}-01 00:00:{n % 60:02d}.{n % 1000:03d},d{n},x,{n}.5,b\n" for n in range(250_000)
        )
        for _ in range(4):
            client.raw_insert("m", insert_block=lines.encode(), fmt="CSV")
        assert rows(client, "SELECT count() FROM m") == [(1_000_000,)]
        client.command("OPTIMIZE TABLE m FINAL")
        assert rows(client, "SELECT count(), uniqExact(device_id) FROM m") == [(250_000, 250_000)]
        with pytest.raises(ClickHouseError, match="MEMORY_LIMIT_EXCEEDED"):
            client.command("SELECT length(groupArray(toString(number))) FROM numbers(100000000)")
        assert rows(client, "SELECT count() FROM m") == [(250_000,)]
        assert peak.stop() < MEMORY_LIMIT_BYTES
        client.close()


class _Peak:
    """Watches the resident memory of a process."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> int:
        """The most bytes there were."""
        self._done.set()
        self._thread.join()
        return self._bytes

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._bytes = max(self._bytes, self._process.memory_info().rss)


def test_rows_outlive_down_and_kill_and_reset_clears_them(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        client = connect(start(command, "clickhouse"))
        client.command(f"CREATE TABLE m ({COLUMNS}) {ENGINE}")
        fill(client, "m", 200_000)
        for end in (lambda: command("down"), lambda: kill_everything(command, "clickhouse")):
            end()
            begun = time.monotonic()
            client = connect(start(command, "clickhouse"))
            assert time.monotonic() - begun < 30
            assert rows(client, "SELECT count(), sum(metric_value) FROM m") == [(200_000, 199_999 * 100_000)]
        command("down")
        assert command("reset", "--yes").returncode == 0
        assert rows(connect(start(command, "clickhouse")), "SHOW TABLES") == []


def test_it_ends_with_its_supervisor(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        start(command, "clickhouse")
        server = family(command, "clickhouse")
        psutil.Process(command.supervisor()).kill()
        eventually(lambda: not any(process.is_running() for process in server))


def test_pages_of_other_sites_are_refused(server: dict[str, str]) -> None:
    foreign_page.assert_refused(f"http://localhost:{server[CLICKHOUSE.port_variable]}/ping")

"""TimescaleDB's functions at the wire, on a server that has the extension or what stands in for it."""

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from tests.support.stack import own_stack
from tests.support.store_life import commanded, kill_everything, listening, start

COLUMNS = (
    "timestamp timestamptz NOT NULL, device_id text NOT NULL, metric_name text NOT NULL, metric_value float8,"
    " PRIMARY KEY (timestamp, device_id, metric_name)"
)
DAILY = "by_range('timestamp', INTERVAL '1 day')"


def connect(environment: dict[str, str], **other: str) -> Connection:
    """A connection that commits each statement."""
    login = {
        "host": environment["TIMESCALE_HOST"],
        "port": environment["TIMESCALE_PORT"],
        "dbname": environment["TIMESCALE_DB"],
        "user": environment["TIMESCALE_USER"],
        "password": environment["TIMESCALE_PASSWORD"],
    }
    connection = psycopg2.connect(**(login | other))
    connection.autocommit = True
    return connection


class Database:
    """The database of a stack, asked one statement at a time."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.connection = connect(environment)

    def __call__(self, sql: str, *values: Any) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, sql: str, *values: Any) -> Any:
        """The only value of the only row."""
        [(value,)] = self(sql, *values)
        return value

    def refusal(self, sql: str) -> tuple[str, str]:
        """How the server refuses a statement: SQLSTATE and message."""
        with pytest.raises(psycopg2.Error) as refused:
            self(sql)
        return refused.value.pgcode, refused.value.diag.message_primary


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with own_stack(tmp_path_factory.mktemp("timescale"), "timescale") as environment:
        yield environment


@pytest.fixture
def db(server: dict[str, str]) -> Iterator[Database]:
    """The database, with an empty hypertable `m`, one chunk a day."""
    db = Database(server)
    db(f"CREATE TABLE m ({COLUMNS})")
    db(f"SELECT create_hypertable('m', {DAILY})")
    yield db
    tables = "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public'"
    for (name,) in db(tables):
        db(f"DROP TABLE {name} CASCADE")
    db.connection.close()


def fill(db: Database, table: str, day: str, rows: int, step: str = "1 minute") -> None:
    db(
        f"INSERT INTO {table} SELECT %s::timestamptz + n * %s::interval, 'd' || n %% 5, 'temperature', n"
        " FROM generate_series(0, %s) n",
        day,
        step,
        rows - 1,
    )


def ranges(db: Database, table: str = "m") -> list[str]:
    db(f"SELECT show_chunks('{table}')")
    return [
        f"{low:%m-%d %H}..{high:%m-%d %H}"
        for low, high in db(
            "SELECT range_start, range_end FROM timescaledb_information.chunks WHERE hypertable_name = %s ORDER BY 1",
            table,
        )
    ]


def test_a_password_is_needed_and_only_this_machine_can_ask(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        environment = start(command, "timescale")
        assert (environment["TIMESCALE_DB"], environment["TIMESCALE_USER"]) == ("kestra_data", "kestra_user")
        with contextlib.closing(connect(environment)):
            pass
        for wrong in ({"password": "wrong"}, {"user": "postgres"}):
            with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
                connect(environment, **wrong)
        assert listening(command, "timescale") == {"127.0.0.1"}


def test_rows_and_chunks_outlive_down_and_kill_and_reset_clears_them(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        db = Database(start(command, "timescale"))
        db(f"CREATE TABLE m ({COLUMNS})")
        db(f"SELECT create_hypertable('m', {DAILY})")
        fill(db, "m", "2024-01-01", 3000)
        before = ranges(db)
        fill(db, "m", "2024-02-01", 10)
        for end in (lambda: command("down"), lambda: kill_everything(command, "timescale")):
            end()
            db = Database(start(command, "timescale"))
            assert db.value("SELECT count(*) FROM m") == 3010
        assert ranges(db) == [*before, "02-01 00..02-02 00"]
        command("down")
        assert command("reset", "--yes").returncode == 0
        assert Database(start(command, "timescale")).value("SELECT to_regclass('m')") is None


@pytest.mark.slow
def test_two_servers_run_side_by_side(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        assert command("up", "--only", "timescale,postgres").returncode == 0
        assert set(command.status()["timescale"]["ports"].values()) != set(
            command.status()["postgres"]["ports"].values()
        )
        assert Database(command.environment()).value("SELECT current_database()") == "kestra_data"


def test_a_chunk_for_each_day(db: Database) -> None:
    assert ranges(db) == []
    fill(db, "m", "2024-01-01 23:59", 3)
    assert ranges(db) == ["01-01 00..01-02 00", "01-02 00..01-03 00"]
    assert [count for (count,) in db("SELECT count(*) FROM m GROUP BY tableoid ORDER BY tableoid::regclass::text")] == [
        1,
        2,
    ]
    plan = "\n".join(line for (line,) in db("EXPLAIN SELECT * FROM m WHERE timestamp < '2024-01-02'"))
    assert plan.count("Scan on") <= 2, plan


def test_one_row_of_a_key_whether_its_chunk_is_there_or_to_come(db: Database) -> None:
    fill(db, "m", "2024-01-01", 100)
    db("SELECT show_chunks('m')")
    upsert = (
        "INSERT INTO m SELECT timestamptz '2024-01-01' + n * interval '1 minute', 'd' || n % 5, 'temperature', -n"
        " FROM generate_series(50, 1500) n"
        " ON CONFLICT (timestamp, device_id, metric_name) DO UPDATE SET metric_value = excluded.metric_value"
    )
    for _ in range(2):
        db(upsert)
        db(upsert)
        assert db("SELECT count(*), sum(metric_value) FROM m") == [(1501, sum(range(50)) - sum(range(50, 1501)))]
        assert ranges(db) == ["01-01 00..01-02 00", "01-02 00..01-03 00"]
    code, message = db.refusal("INSERT INTO m VALUES ('2024-01-02', 'd0', 'temperature')")
    assert code == "23505"
    assert "chunk_pkey" in message


@pytest.mark.slow
def test_a_million_rows_settle_in_seconds(db: Database) -> None:
    fill(db, "m", "2024-03-01", 1_000_000, "0.6 seconds")
    begun = time.monotonic()
    assert len(ranges(db)) == 7
    assert time.monotonic() - begun < 15
    assert db("SELECT count(*), sum(metric_value) FROM m") == [(1_000_000, 499_999_500_000)]
    days = "SELECT count(DISTINCT timestamp::date) FROM m GROUP BY tableoid"
    assert set(db(days)) == {(1,)}


def test_calls_and_loads_at_once(db: Database) -> None:
    stop = threading.Event()

    def load(number: int) -> int:
        own = Database(db.environment)
        for part in range(20):
            own(
                "INSERT INTO m SELECT timestamptz '2024-01-01' + n * interval '17 minutes', %s, 'x', n"
                " FROM generate_series(%s, %s) n",
                f"loader {number}",
                part * 100,
                part * 100 + 99,
            )
        return 2000

    def settle() -> None:
        own = Database(db.environment)
        while not stop.is_set():
            own("SELECT show_chunks('m')")
            assert own.value("SELECT count(*) = count(DISTINCT (timestamp, device_id)) FROM m")

    with ThreadPoolExecutor() as pool:
        settlers = [pool.submit(settle) for _ in range(2)]
        loaded = sum(pool.map(load, range(3)))
        stop.set()
        for settler in settlers:
            settler.result()
    assert db.value("SELECT count(*) FROM m") == loaded
    assert len(ranges(db)) == 24


@pytest.mark.parametrize("migrate", [False, True])
def test_two_that_create_the_same_hypertable_both_succeed(db: Database, migrate: bool) -> None:
    for number in range(5):
        table = f"same_{number}"
        db(f"CREATE TABLE {table} ({COLUMNS})")
        if migrate:
            fill(db, table, "2024-01-01", 5000)
        barrier = threading.Barrier(4)

        def create(table: str = table, barrier: threading.Barrier = barrier) -> bool:
            own = Database(db.environment)
            barrier.wait()
            return own.value(
                f"SELECT created FROM create_hypertable('{table}', {DAILY}, if_not_exists => true,"
                f" migrate_data => {migrate})"
            )

        with ThreadPoolExecutor() as pool:
            created = [future.result() for future in [pool.submit(create) for _ in range(4)]]
        assert sorted(created) == [False, False, False, True]
        assert len(ranges(db, table)) == (4 if migrate else 0)


def test_a_table_keeps_what_it_has(db: Database) -> None:
    db(
        "CREATE TABLE kept (id serial, number int GENERATED ALWAYS AS IDENTITY, at timestamp NOT NULL DEFAULT now(),"
        ' "odd ""column" text DEFAULT \'x;\', twice int GENERATED ALWAYS AS (id * 2) STORED, gone int,'
        ' CONSTRAINT "the key" PRIMARY KEY (at, id), CONSTRAINT positive CHECK (id > 0));'
        "ALTER TABLE kept DROP COLUMN gone;"
        'CREATE INDEX "on it" ON kept ("odd ""column" DESC) WHERE id > 1;'
        "CREATE ROLE reader; GRANT SELECT ON kept TO reader; GRANT UPDATE (id) ON kept TO reader;"
        "COMMENT ON TABLE kept IS 'why';"
        "INSERT INTO kept (at) SELECT timestamp '2024-01-01' + n * interval '1 hour' FROM generate_series(1, 40) n"
    )
    try:
        [(number, schema, table, created)] = db(
            "SELECT * FROM create_hypertable('kept', 'at', migrate_data => true,"
            " chunk_time_interval => INTERVAL '1 day')"
        )
        assert (schema, table, created) == ("public", "kept", True)
        assert number > 0
        db("INSERT INTO kept (at) VALUES ('2024-01-05')")
        assert db('SELECT id, number, twice, "odd ""column" FROM kept ORDER BY id DESC LIMIT 2') == [
            (41, 41, 82, "x;"),
            (40, 40, 80, "x;"),
        ]
        assert ranges(db, "kept") == ["01-01 00..01-02 00", "01-02 00..01-03 00", "01-05 00..01-06 00"]
        assert {name for (name,) in db("SELECT indexname FROM pg_indexes WHERE tablename = 'kept'")} == {
            "the key",
            "on it",
        }
        assert db.refusal("INSERT INTO kept (id, at) VALUES (-1, '2024-01-01')")[0] == "23514"
        rights = "has_table_privilege('reader', 'kept', 'SELECT'), has_table_privilege('reader', 'kept', 'INSERT')"
        update = "has_column_privilege('reader', 'kept', 'id', 'UPDATE')"
        assert db(f"SELECT {rights}, {update}, obj_description('kept'::regclass)") == [(True, False, True, "why")]
    finally:
        db("DROP OWNED BY reader; DROP ROLE reader; DROP TABLE kept")
    assert db.value("SELECT to_regclass('kept_id_seq')") is None


def test_names_that_need_quotes(db: Database) -> None:
    table = '"o""dd; DROP TABLE m"."t\'a.ble"'
    db('CREATE SCHEMA "o""dd; DROP TABLE m"')
    try:
        db(f'CREATE TABLE {table} ("the ""time" date NOT NULL)')
        named = f"'{table.replace(chr(39), chr(39) * 2)}'"
        db(f"SELECT create_hypertable({named}, by_range('the \"time', INTERVAL '1 day'))")
        db(f"INSERT INTO {table} VALUES ('2024-01-01'), ('2024-01-02')")
        assert len(db(f"SELECT show_chunks({named})")) == 2
        assert len(db(f"SELECT drop_chunks({named}, DATE '2024-01-02')")) == 1
        assert db(f"SELECT * FROM {table}")[0][0].day == 2
    finally:
        db('DROP SCHEMA "o""dd; DROP TABLE m" CASCADE')


@pytest.mark.parametrize(
    ("call", "code", "message"),
    [
        ("create_hypertable('nope', by_range('timestamp'))", "42P01", 'relation "nope" does not exist'),
        ("create_hypertable('m', by_range('timestamp'))", "TS110", 'table "m" is already a hypertable'),
        ("create_hypertable('plain', by_range('nope'))", "42703", 'column "nope" does not exist'),
        ("create_hypertable('plain', by_range('name'))", "22023", 'invalid type text for dimension "name"'),
        ("create_hypertable('plain', by_range('at'))", "0A000", 'table "plain" is not empty'),
        ("create_hypertable('v', by_range('at'))", "42809", '"v" is not an ordinary table'),
        ("create_hypertable('plain', 'at', 'name', 4)", "0A000", "only partitions by time are supported here"),
        ("create_hypertable('plain', by_range('at', INTERVAL '0 days'))", "22023", "must be greater than 0"),
        ("create_hypertable('keyed', by_range('at'))", "TS103", 'cannot create a unique index without the column "at"'),
        ("create_hypertable('viewed', by_range('at'))", "0A000", "views or rules depend on it"),
        ("show_chunks('plain')", "TS001", 'table "plain" is not a hypertable'),
        ("show_chunks('m', older_than => 5)", "22023", "invalid time argument type integer"),
        ("show_chunks('m', older_than => 'soon')", "22007", "invalid input syntax"),
        ("drop_chunks('m')", "22023", "invalid time range for dropping chunks"),
        ("add_retention_policy('plain', INTERVAL '1 day')", "TS001", 'table "plain" is not a hypertable'),
        ("remove_retention_policy('m')", "42704", 'retention policy not found for hypertable "m"'),
        ("set_chunk_time_interval('m', INTERVAL '-1 day')", "22023", "must be greater than 0"),
    ],
)
def test_refusals(db: Database, call: str, code: str, message: str) -> None:
    db(
        "CREATE TABLE plain AS SELECT now() AS at, 'a' AS name;"
        "CREATE TABLE keyed (at timestamptz, id int PRIMARY KEY);"
        "CREATE TABLE viewed (at timestamptz); CREATE VIEW v AS SELECT * FROM viewed"
    )
    told_code, told = db.refusal(f"SELECT {call}")
    assert (told_code, message in told) == (code, True), told
    assert db("SELECT count(*) FROM plain") == [(1,)]


def test_an_interval_changes_for_chunks_to_come(db: Database) -> None:
    fill(db, "m", "2024-01-03", 1)
    db("SELECT set_chunk_time_interval('m', INTERVAL '7 days')")
    for day in ("2024-01-02", "2024-01-05", "2024-01-20"):
        fill(db, "m", day, 1)
    # Weeks begin with the epoch's weekday, and leave out the day that has its chunk.
    assert ranges(db) == ["12-28 00..01-03 00", "01-03 00..01-04 00", "01-04 00..01-11 00", "01-18 00..01-25 00"]


def test_infinite_times_stay(db: Database) -> None:
    db("INSERT INTO m VALUES ('infinity', 'd', 'x'), ('-infinity', 'd', 'x'), ('2024-01-01', 'd', 'x')")
    assert ranges(db) == ["01-01 00..01-02 00"] == ranges(db)
    assert db.value("SELECT count(*) FROM m") == 3


def test_chunks_by_age(db: Database) -> None:
    fill(db, "m", "2024-01-01", 5, "1 day")
    db("INSERT INTO m VALUES (now() - interval '1 hour', 'new', 'x')")
    shown = [name for (name,) in db("SELECT show_chunks('m')")]
    assert len(shown) == len(set(shown)) >= 6
    # A chunk is older than a time when all of it is.
    assert [row[0] for row in db("SELECT show_chunks('m', TIMESTAMPTZ '2024-01-03 12:00')")] == shown[:2]
    assert [row[0] for row in db("SELECT show_chunks('m', older_than => '2024-01-03')")] == shown[:2]
    assert [row[0] for row in db("SELECT show_chunks('m', older_than => INTERVAL '2 days')")] == shown[:5]
    between = "older_than => DATE '2024-01-05', newer_than => TIMESTAMPTZ '2024-01-02'"
    assert [row[0] for row in db(f"SELECT show_chunks('m', {between})")] == shown[1:4]
    assert [row[0] for row in db(f"SELECT drop_chunks('m', {between})")] == shown[1:4]
    assert [row[0] for row in db("SELECT drop_chunks('m', older_than => '2024-01-03', verbose => true)")] == shown[:1]
    assert any("dropping chunk" in notice for notice in db.connection.notices)
    assert db("SELECT metric_value FROM m WHERE timestamp < '2025-01-01'") == [(4.0,)]


def test_retention(db: Database) -> None:
    db("INSERT INTO m VALUES (now() - interval '40 days', 'old', 'x'), (now(), 'new', 'x')")
    job = db.value("SELECT add_retention_policy('m', drop_after => INTERVAL '30 days', if_not_exists => true)")
    assert job >= 1000
    again = "SELECT add_retention_policy('m', INTERVAL '{} days', if_not_exists => true)"
    assert db.value(again.format(30)) == -1
    assert db.value(again.format(60)) == -1
    assert [notice.split(":")[0] for notice in db.connection.notices[-2:]] == ["NOTICE", "WARNING"]
    assert db.refusal("SELECT add_retention_policy('m', INTERVAL '30 days')")[0] == "42710"
    query = "SELECT job_id, hypertable_name, config ->> 'drop_after' FROM timescaledb_information.jobs"
    assert db(query) == [(job, "m", "30 days")]
    assert db.value("SELECT count(*) FROM m") == 2
    db(f"CALL run_job({job})")
    assert db("SELECT device_id FROM m") == [("new",)]
    db("SELECT remove_retention_policy('m')")
    assert db(query) == []


def test_what_views_tell(db: Database) -> None:
    fill(db, "m", "2024-01-01", 2, "1 day")
    db("SELECT show_chunks('m')")
    names = "hypertable_schema, hypertable_name, owner, num_dimensions, num_chunks, primary_dimension"
    assert db(f"SELECT {names} FROM timescaledb_information.hypertables") == [
        ("public", "m", "kestra_user", 1, 2, "timestamp")
    ]
    chunks = db("SELECT chunk_schema || '.' || chunk_name FROM timescaledb_information.chunks ORDER BY range_start")
    assert chunks == db("SELECT show_chunks('m')::text")
    db("DROP TABLE m")
    assert db("SELECT * FROM timescaledb_information.hypertables") == []


# https://www.tigerdata.com/docs/api/latest/hyperfunctions/time_bucket/ tells the origins: 3 January 2000 for widths
# below a month, 1 January 2000 for months. The values around changes of the clocks are those of
# test/expected/timestamp.out in github.com/timescale/timescaledb.
@pytest.mark.parametrize(
    ("call", "bucket"),
    [
        ("INTERVAL '5 minutes', TIMESTAMP '1970-01-01 01:04:59.999999'", "1970-01-01 01:00:00"),
        ("INTERVAL '1 hour', TIMESTAMPTZ '2024-01-01 12:34:56+00'", "2024-01-01 12:00:00+00"),
        ("INTERVAL '1 week', TIMESTAMPTZ '2000-01-02 23:59+00'", "1999-12-27 00:00:00+00"),
        ("INTERVAL '1 week', TIMESTAMPTZ '2000-01-03 00:00+00'", "2000-01-03 00:00:00+00"),
        ("INTERVAL '2 day', TIMESTAMP '2011-01-01 01:01:01'", "2011-01-01 00:00:00"),
        ("INTERVAL '1 month', TIMESTAMPTZ '2024-02-29 23:00+00'", "2024-02-01 00:00:00+00"),
        ("INTERVAL '3 month', DATE '1990-06-03'", "1990-04-01"),
        ("INTERVAL '3 month', DATE '1990-06-03', DATE '2000-02-01'", "1990-05-01"),
        ("INTERVAL '1 year', TIMESTAMP '1999-12-31 23:59'", "1999-01-01 00:00:00"),
        ("INTERVAL '2 days', DATE '2012-01-02', INTERVAL '1 day'", "2012-01-01"),
        ("INTERVAL '1 week', TIMESTAMP '2018-01-01', TIMESTAMP '2017-12-31'", "2017-12-31 00:00:00"),
        ("INTERVAL '5 minutes', TIMESTAMP '2024-01-01 00:02', INTERVAL '-2.5 minutes'", "2023-12-31 23:57:30"),
        ("INTERVAL '5 minutes', TIMESTAMPTZ '2024-01-01 00:03+00', \"offset\" => INTERVAL '-2.5 minutes'",
         "2024-01-01 00:02:30+00"),
        ("INTERVAL '1 day', TIMESTAMPTZ '2024-07-02 01:00+00', 'America/New_York'", "2024-07-01 04:00:00+00"),
        ("INTERVAL '1 month', TIMESTAMPTZ '2024-01-31 23:30+00', timezone => 'Europe/Berlin'",
         "2024-01-31 23:00:00+00"),
        ("'1 hour', '2021-03-26 01:30:00+03', timezone := 'Asia/Amman', \"offset\" := '-15 minutes'",
         "2021-03-25 21:45:00+00"),
        ("'1 hour', '2025-10-26 02:30:00+01', timezone := 'Europe/Berlin', \"offset\" := '15 minutes'",
         "2025-10-26 01:15:00+00"),
        ("'1 hour', '2025-10-26 01:00:00+00', timezone := 'Europe/Berlin', \"offset\" := '15 minutes'",
         "2025-10-26 00:15:00+00"),
        ("'30 minutes', '2021-03-26 01:30:00+03', timezone := 'Asia/Amman', \"offset\" := '1 hour'",
         "2021-03-25 22:30:00+00"),
        ("'1 hour', '2024-11-03 01:30:00-04'::timestamptz, 'America/New_York', '2000-01-01 00:00 America/New_York'",
         "2024-11-03 05:00:00+00"),
        ("INTERVAL '1 day', TIMESTAMPTZ 'infinity'", "infinity"),
        ("INTERVAL '1 day', NULL::timestamptz", None),
    ],
)  # fmt: skip
def test_time_bucket(db: Database, call: str, bucket: str | None) -> None:
    assert db.value(f"SELECT time_bucket({call})::text") == bucket


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("INTERVAL '1 month 1 minute', TIMESTAMP '2011-01-02'", "month intervals cannot have day or time component"),
        ("INTERVAL '25 hours', DATE '2012-01-01'", "interval must be a multiple of a day"),
        ("INTERVAL '0 days', TIMESTAMP '2011-01-02'", "must be greater than zero"),
    ],
)
def test_time_bucket_refuses(db: Database, call: str, message: str) -> None:
    assert message in db.refusal(f"SELECT time_bucket({call})")[1]


def test_first_and_last(db: Database) -> None:
    db(
        "INSERT INTO m VALUES ('2024-01-01 02:00', 'b', 'x', 2), ('2024-01-01 01:00', 'a', 'x', 1.1),"
        " ('2024-01-01 03:00', 'c', 'x', NULL)"
    )
    assert db(
        "SELECT first(metric_value, timestamp), last(device_id, timestamp), last(metric_value, timestamp) FROM m"
    ) == [(1.1, "c", None)]
    assert db("SELECT first(device_id, timestamp::timestamp) FROM m WHERE false") == [(None,)]

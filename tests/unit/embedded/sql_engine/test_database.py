"""A database reaches its own folders and nothing else, and a statement its share of memory and disk."""

import resource
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from embedded.services.aws.athena.trino.failures import to_trino_error
from embedded.services.gcp.bigquery.errors import error_proto
from embedded.services.gcp.bigquery.results import Results, encode_page
from embedded.services.gcp.bigquery.store import Store
from embedded.shared.memory import limit_memory
from embedded.sql_engine.database import INTERNAL, Sandbox, connect, to_sql_error
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.jobs import Jobs, Run, limit_file
from embedded.sql_engine.types import STRING, text

SECRET = "a secret of this machine\n"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that no statement may read."""
    path = tmp_path / "outside" / "secret.csv"
    path.parent.mkdir()
    path.write_text(SECRET)
    return path


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A file in the database's folder."""
    path = tmp_path / "inside" / "own.csv"
    path.parent.mkdir()
    path.write_text("own\n")
    return path


@pytest.fixture
def database(tmp_path: Path, inside: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect(None, Sandbox(tmp_path / "spill", [inside.parent], memory="200MB", spilled="100MB"))
    yield connection
    connection.close()


READS = ["SELECT content FROM read_text({})", "SELECT * FROM read_csv({})", "FROM {}", "SELECT file FROM glob({})"]


@pytest.mark.parametrize("sql", READS)
def test_files_of_other_folders_cannot_be_read(
    database: duckdb.DuckDBPyConnection, inside: Path, outside: Path, sql: str
) -> None:
    link = inside.parent / "link.csv"
    link.symlink_to(outside)
    around = inside.parent / ".." / "outside" / "secret.csv"
    for path in (outside, link, around):
        if "glob" in sql and path is link:
            continue  # tells the name of the link, which is in its own folder
        with pytest.raises(duckdb.PermissionException):
            database.execute(sql.format(text(str(path)))).fetchall()
    assert len(database.execute(sql.format(text(str(inside)))).fetchall()) <= 1


@pytest.mark.parametrize("sql", ["COPY (SELECT 1) TO {}", "ATTACH {}", "EXPORT DATABASE {}"])
def test_files_of_other_folders_cannot_be_written(
    database: duckdb.DuckDBPyConnection, inside: Path, outside: Path, sql: str
) -> None:
    with pytest.raises(duckdb.Error):
        database.execute(sql.format(text(str(outside))))
    assert outside.read_text() == SECRET
    database.execute(f"COPY (SELECT 1) TO {text(str(inside))}")


def test_files_are_written_by_the_statement_s_own_threads(database: duckdb.DuckDBPyConnection) -> None:
    """Others can keep a statement that fails from its end."""
    assert database.execute("SELECT current_setting('async_threads')").fetchone() == (0,)


@pytest.mark.parametrize(
    "sql", ["INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true", "RESET memory_limit"]
)
def test_the_walls_cannot_be_moved(database: duckdb.DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        database.execute(sql)


def test_a_name_is_never_a_variable_of_this_process(database: duckdb.DuckDBPyConnection) -> None:
    secret = duckdb.sql("SELECT 1 AS a")
    assert secret.fetchall() == [(1,)]
    with pytest.raises(duckdb.CatalogException):
        database.execute("SELECT * FROM secret")


def test_a_folder_may_be_reached_by_a_link(tmp_path: Path, inside: Path) -> None:
    link = tmp_path / "it's a link"
    link.symlink_to(inside.parent)
    with connect(None, Sandbox(tmp_path / "spill", [link])) as connection:
        for folder in (link, inside.parent):
            path = text(str(folder / "own.csv"))
            assert connection.execute(f"SELECT content FROM read_text({path})").fetchall() == [("own\n",)]


def test_bigquery_s_file_opens_again_inside_its_walls(tmp_path: Path, outside: Path) -> None:
    for _ in range(2):
        store = Store(tmp_path / "it's home", "project")
        with store.write(store.database.cursor()) as catalogue:
            catalogue.add_dataset(f"d{len(catalogue.datasets())}", {"id": "x"})
        with pytest.raises(duckdb.PermissionException):
            store.database.cursor().execute(f"SELECT * FROM read_text({text(str(outside))})")
        store.close()


def test_an_error_tells_no_path(database: duckdb.DuckDBPyConnection, inside: Path, outside: Path) -> None:
    def failure(sql: str) -> SqlError:
        with pytest.raises(duckdb.Error) as caught:
            database.execute(sql)
        return to_sql_error(caught.value)

    refused = failure(f"SELECT * FROM read_text({text(str(outside))})")
    assert (refused.reason, refused.message) == (Reason.INTERNAL, INTERNAL)
    scratch = inside.parent / "tmpabcd_123" / "object.parquet"
    scratch.parent.mkdir()
    scratch.write_text("no Parquet at all")
    broken = failure(f"SELECT * FROM read_parquet({text(str(scratch))})")
    assert "object.parquet" in broken.message
    assert str(inside.parent) not in broken.message


def test_what_needs_too_much_memory_is_refused_in_the_vendors_words(database: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.OutOfMemoryException) as caught:
        database.execute("SELECT list(md5(range::VARCHAR)) FROM range(10_000_000)").fetchall()
    error = to_sql_error(caught.value)
    assert error_proto(error)["reason"] == "resourcesExceeded"
    assert error_proto(error)["message"].startswith("Resources exceeded during query execution")
    assert to_trino_error(error).message == "Query exhausted resources at this scale factor"
    assert database.execute("SELECT 1").fetchall() == [(1,)]


def test_a_text_function_meets_the_wall_of_the_process(database: duckdb.DuckDBPyConnection) -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    limit_memory(3 << 30)
    try:
        with pytest.raises(duckdb.OutOfMemoryException):
            database.execute("SELECT length(repeat('x', 4_000_000_000))")
        assert database.execute("SELECT 1").fetchall() == [(1,)]
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def test_a_result_that_is_too_large_is_stopped_and_removed(database: duckdb.DuckDBPyConnection, inside: Path) -> None:
    results = Results(inside.parent / "results", most_bytes=1 << 20)
    endless = "SELECT md5(a.range::VARCHAR) FROM range(1_000_000) AS a, range(1_000_000) AS b"
    with pytest.raises(SqlError) as caught:
        results.keep("job", endless, [("a", STRING)], database)
    assert error_proto(caught.value)["reason"] == "responseTooLarge"
    assert list((inside.parent / "results").iterdir()) == []
    assert results.keep("job", "SELECT 'a'", [("a", STRING)], database) == 1


def test_a_limit_leaves_other_failures_as_they_are(database: duckdb.DuckDBPyConnection, inside: Path) -> None:
    with pytest.raises(duckdb.ConversionException), limit_file(database, inside, 1 << 20):
        database.execute("SELECT CAST('a' AS INTEGER)").fetchall()
    assert not inside.exists()


def test_a_page_ends_with_its_bytes(database: duckdb.DuckDBPyConnection, inside: Path) -> None:
    results = Results(inside.parent / "results")
    count = results.keep("job", "SELECT repeat('x', 1 << 20) FROM range(30)", [("a", STRING)], database)
    rows = results.rows("job", [("a", STRING)], count)
    assert rows is not None
    sizes = []
    while sum(sizes) < count:
        sizes.append(len(encode_page(rows, sum(sizes), 1000, database, False)))
    assert sizes == [11, 11, 8]


def test_a_job_without_memory_says_so(database: duckdb.DuckDBPyConnection) -> None:
    def work(run: Run) -> None:
        raise MemoryError

    jobs = Jobs(database, 1)
    job = jobs.submit(work)
    assert job.wait(10)
    assert job.error is not None
    assert job.error.reason is Reason.RESOURCES
    jobs.close()

"""A new database begins as a copy of the one with the engine's tables."""

from pathlib import Path

from embedded.services.kestra.database import Database


def test_a_new_database_is_a_copy_and_one_that_is_there_stays(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"tables")
    database = Database(tmp_path / "database", empty=empty)
    database.prepare()
    assert database.file.read_bytes() == b"tables"
    assert [path.name for path in database.file.parent.iterdir()] == [database.file.name]
    database.file.write_bytes(b"tables and rows")
    (tmp_path / "database" / "closed").touch()
    database.prepare()
    assert database.file.read_bytes() == b"tables and rows"


def test_without_the_tables_the_engine_makes_them(tmp_path: Path) -> None:
    database = Database(tmp_path / "database", empty=tmp_path / "nothing")
    database.prepare()
    assert not database.file.exists()

"""The empty database that the set-up makes is what an engine would make itself, and its absence harms nothing."""

import re
from pathlib import Path

import pytest

from embedded.cli import setup
from embedded.services.kestra import empty_database
from embedded.services.kestra.launch import class_path
from embedded.shared.paths import cache_folder
from tests.wire.kestra_engine.guarded import Guarded

CACHED = ("artifacts", "task-types")
"""What an engine needs to start; the empty database is beside it."""
OWN = r"SYSTEM_SEQUENCE_\w+|RESTART WITH \d+"
"""What differs from one database to the next: names that H2 draws, and how far a sequence has come."""


@pytest.mark.slow
def test_it_has_the_tables_that_a_start_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert empty_database.database_file(class_path()).exists(), "run make setup"
    copied = tables(tmp_path / "copied")
    cache = tmp_path / "cache"
    cache.mkdir()
    for name in CACHED:
        (cache / name).symlink_to(cache_folder() / name)
    monkeypatch.setenv("EMBEDDED_CACHE", str(cache))
    assert not empty_database.database_file(class_path()).exists()
    assert tables(tmp_path / "made") == copied


def tables(folder: Path) -> list[str]:
    """The statements that make what is in the database of an engine that has just started."""
    folder.mkdir()
    engine = Guarded(folder)
    engine.start()
    try:
        engine.sql(f"SCRIPT NODATA NOPASSWORDS NOSETTINGS TO '{folder / 'tables.sql'}'")
    finally:
        engine.stop()
    statements = sorted(re.sub(OWN, "", line) for line in (folder / "tables.sql").read_text().splitlines())
    assert any("EXECUTIONS" in statement for statement in statements)
    return statements


def test_a_set_up_that_fails_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path))
    monkeypatch.setattr(empty_database, "PROGRAM", "embedded.services.kestra.nothing_of_the_kind")
    monkeypatch.setattr(setup, "class_path", lambda: [tmp_path / "some.jar"])
    setup.make_tables()
    assert "nothing_of_the_kind" in capsys.readouterr().err
    assert [path.suffix for path in (tmp_path / "empty-databases").iterdir()] == [".lock"]

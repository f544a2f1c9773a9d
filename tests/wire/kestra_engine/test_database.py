"""A database whose process was killed in a transaction is whole again when the engine opens it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stack import ROOT
from tests.wire.kestra_engine.crashed_database import COMPACT_PERCENT, ROWS, WORDS

NOT_ANALYZED = 50
"""The selectivity that H2 takes for a column of which it knows nothing."""
KEPT_MEGABYTES = 10
"""H2 caches pages of 8 MB."""
EACH = " ".join([str(ROWS // len(WORDS))] * len(WORDS))


def play(part: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.crashed_database", part, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_killed_database_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"  # a quote in the path must not end the SQL
    folder.mkdir()
    assert play("crash", folder).returncode == -9
    opened = play("open", folder)
    assert opened.stdout.strip() == EACH, opened.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["closed", "kestra.mv.db"]
    assert play("open", folder).stdout.strip() == EACH


def test_h2_alone_does_not_mend_it(tmp_path: Path) -> None:
    """The reason for the repair. When this fails, H2 has mended itself and `Database.open` can go."""
    assert play("crash", tmp_path).returncode == -9
    assert "JdbcSQLDataException" in play("look", tmp_path).stderr


@pytest.mark.parametrize("part", [pytest.param("commit", marks=pytest.mark.slow), "flush"])
@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_what_was_committed_survives_kills(tmp_path: Path, part: str, kills: int) -> None:
    """H2 may use freed space of the file at once (RETENTION_TIME): what it still needs must not be in it.

    The same while writes are held back (`flush`), for what was written before it was told of; no row is missing.
    """
    command = [sys.executable, "-m", "tests.wire.kestra_engine.crashed_database", part, str(tmp_path)]
    committed = -1
    for kill in range(kills):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            _, rows, last = process.stdout.readline().split()
            assert committed <= int(last) == int(rows) - 1
            for _ in range(20 + 61 * kill % 400):
                committed = int(process.stdout.readline())
            process.kill()
            printed = process.stdout.read().split("\n")[:-1]  # a last line may be cut
            committed = int(printed[-1]) if printed else committed


def test_sparse_parts_are_written_anew_and_no_commit_reads_for_statistics(tmp_path: Path) -> None:
    thinned = play("thin", tmp_path)
    assert thinned.returncode == 0, thinned.stderr
    before, after, selectivity = map(int, thinned.stdout.split())
    assert before < COMPACT_PERCENT <= after
    assert selectivity == NOT_ANALYZED


def test_no_rows_are_kept_of_a_search(tmp_path: Path) -> None:
    """Four statements read 10 MB each."""
    searched = play("search", tmp_path)
    assert searched.returncode == 0, searched.stderr
    assert int(searched.stdout) < KEPT_MEGABYTES

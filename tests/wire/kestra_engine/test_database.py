"""A database whose process was killed in a transaction is whole again when the engine opens it."""

import subprocess
import sys
from pathlib import Path

from tests.support.stack import ROOT
from tests.wire.kestra_engine.crashed_database import ROWS, WORDS

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

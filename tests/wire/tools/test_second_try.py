"""A test that failed is tried again alone, in a pytest process of its own."""

from pathlib import Path

import pytest

from tools import test_suites


def test_a_failed_test_is_run_again_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = tmp_path / "once"
    (tmp_path / "test_one.py").write_text(
        "from pathlib import Path\n"
        f"RUNS = Path({str(once)!r})\n"
        "def test_steady() -> None:\n"
        "    with RUNS.open('a') as runs: runs.write('steady ')\n"
        "def test_unsteady() -> None:\n"
        "    with RUNS.open('a') as runs: runs.write('unsteady ')\n"
        "    assert RUNS.read_text().count('unsteady') > 1\n"
    )
    monkeypatch.setitem(test_suites.SUITES, "one", (str(tmp_path / "test_one.py"),))
    runner = test_suites.SuiteRunner([], tmp_path / "caches")
    first = runner.run("one")
    assert [name.partition("::")[2] for name in first.failed] == ["test_unsteady"]
    second = runner.run_again(first)
    assert (first.code, second.code, second.failed) == (1, 0, ())
    assert once.read_text() == "steady unsteady unsteady "

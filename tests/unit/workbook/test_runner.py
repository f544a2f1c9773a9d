"""Running lessons headless: which parameters they get, and what is printed."""

import argparse
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbook import runner
from workbook.homework import BYTES_A_ROW, PUBLIC_ROWS, ROWS_A_SECOND
from workbook.lesson_files import NOTEBOOKS
from workbook.runner import CELL_SECONDS, LessonRun, cell_seconds, check_names, parameters_of, run_lesson

CELL = """year = "2020"  # a text
pages = 3
keep = [1, 2]
clean_up = False  # True: the last cells remove what the lesson made"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A lesson with parameters of several kinds."""
    path = tmp_path / "04_taxi.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = new_code_cell(CELL, metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    return path


def test_a_parameter_is_of_the_kind_that_the_lesson_has(notebook: Path) -> None:
    options = {"year": "02", "pages": "4", "keep": "[5]", "clean_up": "true", "other": "x"}
    assert parameters_of(notebook, options) == {"year": "02", "pages": 4, "keep": [5], "clean_up": True}


def test_a_misspelt_parameter_is_refused_with_the_nearest(
    notebook: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("workbook.lesson_files.NOTEBOOKS", tmp_path)
    with pytest.raises(SystemExit) as refused:
        check_names([notebook], ["year", "yaer"])
    assert str(refused.value) == (
        "There is no parameter 'yaer' in 04_taxi. Did you mean 'year'? There are: clean_up, keep, pages, year"
    )


def test_a_notebook_says_how_long_its_cells_may_take(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts = []
    monkeypatch.setattr(runner, "lesson_name", lambda path: path.stem)
    monkeypatch.setattr(
        "papermill.execute_notebook", lambda *_, execution_timeout, **__: timeouts.append(execution_timeout)
    )
    run_lesson(notebook, notebook.parent / "runs", {})
    content = nbformat.read(notebook, as_version=4)
    content.metadata.workbook = {"cell_seconds": 7200}
    nbformat.write(content, notebook)
    run_lesson(notebook, notebook.parent / "runs", {})
    assert timeouts == [CELL_SECONDS, 7200]


def test_a_year_of_public_files_has_the_time_of_a_slow_network() -> None:
    seconds_at_half_a_megabyte = PUBLIC_ROWS * (1 / ROWS_A_SECOND + BYTES_A_ROW / 500_000)
    assert cell_seconds(NOTEBOOKS / "homework" / "2026.ipynb") > 2 * seconds_at_half_a_megabyte


def test_each_result_is_printed_when_its_lesson_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def run_lesson(notebook: Path, folder: Path, options: dict[str, str]) -> LessonRun:
        seen.append(capsys.readouterr().out)
        assert options == {"clean_up": "true", "taxi": "green"}
        return LessonRun(notebook.stem, 12.34, folder, "" if "00" in notebook.stem else "cell 3: KeyError: x")

    monkeypatch.setattr(runner, "run_lesson", run_lesson)
    chosen = argparse.Namespace(to=str(tmp_path), lesson=["00", "05"], parameter=[["taxi", "green"]])
    assert runner.run(chosen) == 1
    assert [line.split() for line in seen] == [
        ["00_tour"],
        ["12.3", "s", "passed", "05_scheduling_and_backfills"],
    ]
    ending = capsys.readouterr().out
    assert ending.startswith("  12.3 s  failed\ncell 3: KeyError: x\n\nlesson")
    assert "1 of 2" in ending

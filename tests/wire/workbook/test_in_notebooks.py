"""How things show in a kernel: with nobody looking (papermill, nbval), and in JupyterLab."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.support.fake_kestra import FakeKestra, recorded, sse
from tools.notebook_hygiene import OPENING
from workbook.project import ROOT

RAW = recorded("hello.execution")
SETUP = """
from workbook.kestra import KestraClient
kestra = KestraClient({url!r}, "admin@kestra.io", "Admin1234")
"""


def _notebook(*cells: str) -> Any:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def _run(*cells: str, **environment: str) -> Any:
    notebook = _notebook(*cells)
    quiet = {key: value for key, value in os.environ.items() if key not in ("JPY_SESSION_NAME", "VSCODE_PID")}
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(ROOT)}})
    client.execute(env={**quiet, **environment})
    return notebook


@pytest.fixture
def ready(fake: FakeKestra) -> str:
    fake.flow({"namespace": "zoomcamp", "id": "hello", "inputs": []})
    fake.on("POST", "/executions/zoomcamp/hello", RAW)
    fake.on("GET", f"/executions/{RAW['id']}/follow", lambda request: sse(("progress", RAW), ("end", RAW)))
    return SETUP.format(url=fake.url)


@pytest.mark.parametrize("watched", [{}, {"JPY_SESSION_NAME": "/notebooks/x.ipynb"}])
def test_an_execution_leaves_one_small_output(ready: str, watched: dict[str, str]) -> None:
    notebook = _run(ready, "run = kestra.execute('zoomcamp/hello')", **watched)
    [output] = notebook.cells[1].outputs
    assert output.output_type == "display_data"
    assert output.data["text/plain"].startswith("hello  SUCCESS  4 task runs\nin ")
    assert "✓ SUCCESS" in output.data["text/html"]


def test_an_error_shows_as_its_message_alone_and_still_fails(ready: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.ipynb", tmp_path / "out.ipynb"
    nbformat.write(_notebook(ready, "kestra.flow('zoomcamp/nope')", "print('never')"), source)
    with pytest.raises(papermill.PapermillExecutionError, match="no flow 'nope'"):
        papermill.execute_notebook(source, target, cwd=str(ROOT), progress_bar=False)
    done = [cell for cell in nbformat.read(target, 4).cells if cell.source.startswith(("kestra.flow", "print"))]
    [error] = done[0].outputs
    assert error.ename == "NotFound"
    assert error.traceback == [f"NotFound: {error.evalue}"]
    assert "Import it first" in error.evalue
    assert done[1].outputs == []


def test_other_errors_keep_their_trace(ready: str) -> None:
    with pytest.raises(CellExecutionError, match="line 1"):
        _run(ready, "1 / 0")


def test_a_guess_waits_for_the_next_cell(ready: str) -> None:
    texts = (
        "import workbook\nfrom workbook.learning import texts\n"
        "asked = texts.Prediction('99.a', 'abc', 'b', 'It is refused.')\n"
        "texts.all_texts = lambda: {'99': texts.LessonTexts('99', '', {'99.a': asked}, {})}"
    )
    cells = ("workbook.predict('99.a', 'c')", "print('next')", "print('later')", "workbook.predict('99.a', ...)")
    guess, following, later, blank = _run(ready, texts, *cells).cells[2:]
    assert "Run the next cell" in guess.outputs[0].data["text/plain"]
    assert [output.get("text") for output in following.outputs] == ["next\n", None]
    assert "you predicted c, and it was b: It is refused." in following.outputs[1].data["text/plain"]
    assert [output.text for output in later.outputs] == ["later\n"]
    assert blank.outputs == []


def test_pictures_verdicts_and_yaml_show_themselves(ready: str) -> None:
    notebook = _run(
        ready,
        "import workbook; workbook.bars(['a'], [1])",
        "workbook.yaml('id: x\\nnamespace: y\\n')",
        "workbook.exercises.Verdict('1.1', 'right', 'Good.')",
    )
    kinds = [set(cell.outputs[0].data) for cell in notebook.cells[1:]]
    assert kinds == [{"text/html", "text/plain"}] * 3


@pytest.mark.parametrize(
    ("in_root", "told"),
    [(True, f"Choose the kernel of the project's own environment, {ROOT / '.venv'}"), (False, OPENING)],
)
def test_another_python_is_told_which_one_a_notebook_needs(tmp_path: Path, in_root: bool, told: str) -> None:
    """Where the kernel works in the project's root, `workbook` itself tells it; elsewhere there is only the line."""
    lesson = nbformat.read(ROOT / "notebooks" / "01_hello_world.ipynb", as_version=4)
    cell = tmp_path / "cell.py"
    cell.write_text(next(one.source for one in lesson.cells if OPENING in one.source))
    bare = [sys._base_executable, "-S", str(cell)]
    folders = {"PYTHONPATH": str(ROOT)} if in_root else {}
    run = subprocess.run(bare, cwd=tmp_path, env=folders, capture_output=True, text=True)
    assert run.returncode == 1
    assert told in run.stderr

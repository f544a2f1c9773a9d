"""What a notebook beside the lessons may hold in one cell: a few lines of code, and a flow as a text."""

from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.notebook_hygiene import MAX_CELL_LINES, MAX_FLOW_LINES, OPENING, problems
from tools.refresh_notebooks import strip

FLOW = 'flow = lab.kestra.import_flow("""\n{}""")'
CODE = "x = 1\n"


def problems_with(
    tmp_path: Path, folder: str, source: str, text: str = "", outputs: Sequence = (), tags: Sequence[str] = ()
) -> list[str]:
    """The problems with the cell and the text above it, in a notebook of this folder that has no others."""
    first = new_code_cell("a = 1", metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell("# Title"), first, new_code_cell(OPENING)]
    kept = {"tags": list(tags)} if tags else {}
    notebook = new_notebook(
        cells=[*cells, new_markdown_cell(text), new_code_cell(source, outputs=list(outputs), metadata=kept)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    path = tmp_path / folder / "some.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook, path)
    return [problem for problem in problems(path) if "exercises" not in problem]


@pytest.mark.parametrize(
    ("folder", "source", "problem"),
    [
        ("concepts", CODE * MAX_CELL_LINES, ""),
        ("concepts", CODE * (MAX_CELL_LINES + 1), "lines of code"),
        ("concepts", CODE * (MAX_CELL_LINES - 1) + FLOW.format("a: 1\n" * (MAX_FLOW_LINES - 1)), ""),
        ("concepts", FLOW.format("a: 1\n" * MAX_FLOW_LINES), "lines of flows"),
        ("lessons", FLOW.format("a: 1\n" * MAX_CELL_LINES), "lines of code"),
    ],
)
def test_a_flow_counts_apart_beside_the_lessons(tmp_path: Path, folder: str, source: str, problem: str) -> None:
    problems_found = problems_with(tmp_path, folder, source)
    assert [text for text in problems_found if not problem or problem not in text] == []
    assert bool(problems_found) == bool(problem)


@pytest.mark.parametrize(
    ("text", "names_it"), [("With `clean_up = True` above, this deletes the flow.", True), ("This deletes.", False)]
)
def test_the_text_above_the_clean_up_names_its_switch(tmp_path: Path, text: str, names_it: bool) -> None:
    found = problems_with(tmp_path, "lessons", "if clean_up:\n    lab.kestra.delete_flow(flow)", text)
    assert [problem for problem in found if "switch" not in problem] == []
    assert (found == []) == names_it


@pytest.mark.parametrize(
    ("html", "plain", "problem"),
    [
        ("<b>3</b>", "3", ""),
        ("<b>3</b>", "", "no text that a reader"),
        ("<b>3</b>", "<Table object at 0x7f>", "no text that a reader"),
        ("<b>3</b>", "<IPython.core.display.HTML object>", "no text that a reader"),
        ('<img alt="Bars" style="" src="data:image/svg+xml;base64,PHN2Zz4=">', "Bars", ""),
        ('<img alt="" src="data:image/svg+xml;base64,PHN2Zz4=">', "Bars", "has no text"),
        ('<img alt="Bars" src="bars.svg">', "Bars", "not every page shows"),
        ("<b>3</b><script>1</script>", "3", "a program"),
    ],
)
def test_each_output_can_be_read_on_every_page(tmp_path: Path, html: str, plain: str, problem: str) -> None:
    output = new_output("display_data", {"text/html": html, "text/plain": plain})
    found = problems_with(tmp_path, "lessons", "x", outputs=[output])
    assert len(found) == bool(problem)
    assert problem in "".join(found)


@pytest.mark.parametrize(
    ("tags", "output", "is_right"),
    [
        (["addresses", "nbval-ignore-output"], "", True),
        (["addresses", "nbval-ignore-output"], "http://127.0.0.1:8080", False),
        (["addresses"], "", False),
        ([], "three", True),
    ],
)
def test_addresses_of_a_machine_are_not_kept(tmp_path: Path, tags: list[str], output: str, is_right: bool) -> None:
    outputs = [new_output("stream", name="stdout", text=output)] if output else []
    found = problems_with(tmp_path, "lessons", "print(run.url)", outputs=outputs, tags=tags)
    assert ["addresses" in problem for problem in found] == ([] if is_right else [True])


def test_a_refresh_keeps_no_addresses_and_no_warnings() -> None:
    printed, warned = (new_output("stream", name=name, text="http://127.0.0.1:8080") for name in ("stdout", "stderr"))
    cells = [
        new_code_cell("run.url", outputs=[printed], metadata={"tags": ["addresses"]}),
        new_code_cell("print(1)", outputs=[printed, warned], metadata={"tags": ["some"], "trusted": True}),
    ]
    notebook = new_notebook(cells=cells, metadata={"widgets": {}})
    strip(notebook)
    assert [cell.outputs for cell in notebook.cells] == [[], [printed]]
    assert notebook.cells[1].metadata == {"tags": ["some"]}
    assert "widgets" not in notebook.metadata


def test_an_output_that_needs_a_widget_is_named(tmp_path: Path) -> None:
    view = "application/vnd.jupyter.widget-view+json"
    output = new_output("display_data", {view: {"model_id": "a"}, "text/plain": "a bar"})
    assert view in "".join(problems_with(tmp_path, "lessons", "x", outputs=[output]))


def test_a_notebook_that_breaks_the_format_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title")]), path)
    path.write_text(path.read_text().replace('"id":', '"number": 1, "id":'))
    assert any("no valid notebook" in problem for problem in problems(path))


def test_the_import_says_which_python_a_notebook_needs(tmp_path: Path) -> None:
    path = tmp_path / "some.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("import workbook")]), path)
    assert any(OPENING in problem for problem in problems(path))

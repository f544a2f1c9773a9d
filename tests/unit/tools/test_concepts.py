"""docs/concepts.md is what the notebooks run, and a tag alone is not enough to be in it."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.concepts import DOCUMENT, Place, all_places, document, places

FLOW = 'flow = lab.kestra.import_flow("""\nid: again\nretry: {type: constant, maxAttempts: 3}\n""")'


def found(*code: str, tag: str = "concept-retry") -> list[Place]:
    """The places of a notebook whose last code cell has the tag."""
    cells = [new_code_cell(source) for source in code]
    cells[-1].metadata["tags"] = [tag, "nbval-ignore-output"]
    return places(
        "some.ipynb", new_notebook(cells=[new_markdown_cell("# Title"), new_markdown_cell("## Again"), *cells])
    )


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(all_places()), "run `python -m tools.concepts`"


def test_each_tag_is_earned() -> None:
    assert [place for place in all_places() if place.faults] == []


def test_a_run_with_an_assertion_counts() -> None:
    assert found(FLOW, "assert flow") == [Place("some.ipynb", "Again", "retry", ())]
    assert "| `retry` | [some](../notebooks/concepts/some.ipynb), *Again* |" in document(found(FLOW, "assert flow"))


@pytest.mark.parametrize(
    ("code", "tag", "fault"),
    [
        ((FLOW, "print('assert')"), "concept-retry", "asserts nothing"),
        (("lab.kestra.execute('a/b')", "assert True"), "concept-retry", "nothing like"),
        (('text = "retry: {}"', "assert text"), "concept-retry", "does not call the engine"),
        ((FLOW, "assert flow"), "concept-retries", "no concept"),
    ],
)
def test_a_tag_alone_does_not(code: tuple[str, ...], tag: str, fault: str) -> None:
    [place] = found(*code, tag=tag)
    assert fault in " ".join(place.faults)
    assert "again" not in document([place]).lower()


def test_what_another_section_does_is_not_counted() -> None:
    cells = [new_code_cell(FLOW), new_markdown_cell("## Else"), new_code_cell("assert lab.kestra.version")]
    cells[-1].metadata["tags"] = ["concept-retry"]
    [place] = places("some.ipynb", new_notebook(cells=cells))
    assert (place.section, len(place.faults)) == ("Else", 1)

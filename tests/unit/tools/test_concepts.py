"""docs/concepts.md is what the notebooks run, and a tag alone is not enough to be in it."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.concepts import CONCEPTS, DOCUMENT, TaggedCell, all_tagged_cells, document, tagged_cells

COURSE = {
    *("id", "namespace", "tasks", "inputs", "outputs", "variables", "triggers", "labels", "pluginDefaults", "errors"),
    *("finally", "retry", "sla", "concurrency", "description", "disabled", "revision", "checks"),
}
FLOW = 'flow = lab.kestra.import_flow("""\nid: again\nretry: {type: constant, maxAttempts: 3}\n""")'


def tagged_in_section(*code: str, tag: str = "concept-retry") -> list[TaggedCell]:
    """The tagged cells of a notebook whose last code cell has the tag."""
    cells = [new_code_cell(source) for source in code]
    cells[-1].metadata["tags"] = [tag, "nbval-ignore-output"]
    return tagged_cells(
        "some.ipynb", new_notebook(cells=[new_markdown_cell("# Title"), new_markdown_cell("## Again"), *cells])
    )


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(all_tagged_cells()), "run `python -m tools.concepts`"


def test_each_tag_is_earned() -> None:
    assert [tagged for tagged in all_tagged_cells() if tagged.faults] == []


def test_a_run_with_an_assertion_counts() -> None:
    assert tagged_in_section(FLOW, "assert flow") == [TaggedCell("some.ipynb", "Again", "retry", ())]
    assert "| `retry` | [some](../notebooks/concepts/some.ipynb): *Again* |" in document(
        tagged_in_section(FLOW, "assert flow")
    )


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
    [tagged] = tagged_in_section(*code, tag=tag)
    assert fault in " ".join(tagged.faults)
    assert "again" not in document([tagged]).lower()


def test_what_another_section_does_is_not_counted() -> None:
    cells = [new_code_cell(FLOW), new_markdown_cell("## Else"), new_code_cell("assert lab.kestra.version")]
    cells[-1].metadata["tags"] = ["concept-retry"]
    [tagged] = tagged_cells("some.ipynb", new_notebook(cells=cells))
    assert (tagged.section, len(tagged.faults)) == ("Else", 1)


def test_a_smaller_heading_is_inside_of_a_section() -> None:
    cells = [
        new_markdown_cell("## Again"),
        new_code_cell(FLOW),
        new_markdown_cell("### More"),
        new_code_cell("assert flow"),
    ]
    cells[-1].metadata["tags"] = ["concept-retry"]
    assert tagged_cells("some.ipynb", new_notebook(cells=cells)) == [TaggedCell("some.ipynb", "More", "retry", ())]


@pytest.mark.parametrize("group", CONCEPTS)
def test_every_concept_is_run_and_asserted(group: str) -> None:
    seen = {tagged.concept for tagged in all_tagged_cells() if not tagged.faults}
    assert [concept.name for concept in CONCEPTS[group] if concept.name not in seen] == []


def test_every_property_of_a_flow_is_a_concept() -> None:
    """Those that the course lists, in the singular that the engine knows."""
    assert {concept.name for concept in CONCEPTS["Flow properties"]} >= COURSE

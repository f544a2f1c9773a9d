"""The line that a message of the engine is about."""

import pytest

from console.yaml_lines import line_of
from workbook.kestra.models import Problem

FLOW = """id: hello
namespace: company.team
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: hi
  - id: second
    type: io.kestra.plugin.core.flow.If
    then:
      - id: inner
        type: io.kestra.plugin.core.log.Log
        mesage: hi
"""
CHAIN = """Unrecognized field "mesage" (class io.kestra.plugin.core.log.Log), not marked as ignorable
(through reference chain: io.kestra.core.models.flows.Flow["tasks"]->java.util.ArrayList[1]
->io.kestra.plugin.core.flow.If["then"]->java.util.ArrayList[0]->io.kestra.plugin.core.log.Log["mesage"])"""


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("must not be null", "tasks[0].message"), 6),
        (Problem("must not be null", "tasks[1].then[0].type"), 11),
        (Problem("must not be null", "tasks[1].condition"), 7),
        (Problem("must not be empty", "tasks"), 3),
        (Problem(CHAIN), 12),
        (Problem('Unrecognized field "mesage" (class io.kestra.plugin.core.log.Log)'), 12),
        (Problem("Invalid type: io.kestra.plugin.core.flow.If"), 8),
        (Problem("Something is wrong"), None),
        (Problem("must not be null", "triggers[0]"), None),
    ],
    ids=str,
)
def test_a_problem_has_its_line(problem: Problem, line: int | None) -> None:
    assert line_of(problem, FLOW) == line


@pytest.mark.parametrize(("source", "line"), [("id: a\n b: c\n", 2), ("id: [a\n", 2), ("", None), ("a\nb: {", 2)])
def test_text_that_is_no_yaml_has_the_line_of_its_mistake(source: str, line: int | None) -> None:
    assert line_of(Problem("Illegal Flow source"), source) == line

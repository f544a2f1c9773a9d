"""Parts of a flow's text, by name."""

import pytest

from workbook.errors import NotFound
from workbook.kestra.source import part

SOURCE = """id: x
inputs:
  - id: day # of the week
    type: STRING

tasks:
  - id: group
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      # says hello
      - id: hello
        message: |
          Hello

          # not a comment

      # says goodbye
      - id: goodbye
        message: Goodbye
    errors:
      - {id: failed, message: No}

triggers:
  - id: daily
    cron: "0 9 * * *"
"""


def test_a_task_with_all_its_lines_and_no_other() -> None:
    assert part(SOURCE, "hello") == (
        "      - id: hello\n        message: |\n          Hello\n\n          # not a comment"
    )
    assert part(SOURCE, "failed") == "      - {id: failed, message: No}"
    assert part(SOURCE, "group").endswith("message: No}")


def test_a_property_and_an_input() -> None:
    assert part(SOURCE, "triggers") == 'triggers:\n  - id: daily\n    cron: "0 9 * * *"'
    assert part(SOURCE, "day") == "  - id: day # of the week\n    type: STRING"


def test_several_follow_one_another() -> None:
    assert part(SOURCE, "goodbye", "failed") == (
        "      - id: goodbye\n        message: Goodbye\n\n      - {id: failed, message: No}"
    )


def test_a_part_that_is_not_there() -> None:
    with pytest.raises(NotFound, match=r"no task, trigger or property 'bye'\. It has: id, inputs, day, tasks, group"):
        part(SOURCE, "bye")

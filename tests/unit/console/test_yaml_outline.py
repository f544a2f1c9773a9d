"""Where a cursor is in a flow's text that is being written."""

import pytest

from console.yaml_outline import CursorPlace, place_of

FLOW = """id: hello
namespace: company.team
inputs:
- id: name
  type: STRING
tasks:
  # a comment
  - id: first
    type: io.kestra.plugin.scripts.python.Script
    script: |
      type: io.kestra.plugin.not.This

      print("id: none")
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
  - {id: inline, type: io.kestra.plugin.core.log.Log, message: "a, {b}"}
  - id: second
    type: io.kestra.plugin.core.flow.If
    then:
      - id: inner
        type: "io.kestra.plugin.core.debug.Return"
        format: x
"""


def at_mark(text: str) -> CursorPlace:
    """The place of the mark `‸`, which is taken out of the text."""
    before, after = text.split("‸")
    lines = before.split("\n")
    return place_of(before + after, len(lines), len(lines[-1]))


def way(place: CursorPlace) -> list[str]:
    """The keys that lead to a place; `-` for an entry of a list."""
    return ["-" if node.key is None else node.key for node in place.mapping.way[1:]]


@pytest.mark.parametrize(
    ("line", "type_name"),
    [
        (1, ""),
        (5, ""),
        (6, ""),
        (7, ""),
        (8, "scripts.python.Script"),
        (11, "scripts.python.Script"),
        (13, "scripts.python.Script"),
        (14, "scripts.python.Script"),
        (15, "core.runner.Process"),
        (16, "core.log.Log"),
        (19, "core.flow.If"),
        (20, "core.debug.Return"),
        (22, "core.debug.Return"),
        (23, ""),
    ],
)
def test_a_line_belongs_to_a_type(line: int, type_name: str) -> None:
    assert place_of(FLOW, line, 0).type_name.removeprefix("io.kestra.plugin.") == type_name


@pytest.mark.parametrize(
    ("text", "keys", "key", "prefix"),
    [
        ("na‸", [], None, "na"),
        ("id: a\n‸\ntasks:\n", [], None, ""),
        ("tasks:\n  - ‸", ["tasks", "-"], None, ""),
        ("tasks:\n- id: a\n  ty‸", ["tasks", "-"], None, "ty"),
        ("tasks:\n  - id: a\n    type: io.k‸\n    message: b", ["tasks", "-"], "type", "io.k"),
        ("tasks:\n  - id: a\n    mess‸: b", ["tasks", "-"], None, "mess"),
        ("tasks:\n  - type: ‸", ["tasks", "-"], "type", ""),
        ("tasks:\n  - type:‸", ["tasks", "-"], None, None),
        ("tasks:\n  - id: a\n    retry:\n      ‸", ["tasks", "-", "retry"], None, ""),
        ("tasks:\n  - id: a\n    retry:\n    ‸", ["tasks", "-"], None, ""),
        ("tasks:\n  - {id: a, type: io.k‸}", ["tasks", "-"], "type", "io.k"),
        ("tasks:\n  - {id: a, ‸}", ["tasks", "-"], None, ""),
        ('tasks:\n  - {id: a, message: "b, {c‸', ["tasks", "-"], None, None),
        ("tasks:\n  - id: a\n    retry: {ty‸", ["tasks", "-", "retry"], None, "ty"),
        ("tasks:\n  - script: |\n      ty‸", ["tasks", "-"], None, None),
        ("tasks:\n  - script: |\n      a\n    ‸", ["tasks", "-"], None, ""),
        ("tasks:\n  - script: |\n      a\n      ‸\n      b", ["tasks", "-"], None, None),
        ("tasks:\n  - id: a  # ty‸", ["tasks", "-"], "id", None),
        ("tasks:\n  # ty‸", ["tasks"], None, None),
        ("tasks:\n  - message: two words‸", ["tasks", "-"], "message", None),
        ("‸", [], None, ""),
    ],
)
def test_a_cursor_has_its_place(text: str, keys: list[str], key: str | None, prefix: str | None) -> None:
    place = at_mark(text)
    assert (way(place), place.key, place.prefix) == (keys, key, prefix)


def test_what_stands_below_the_cursor_belongs_to_the_mapping_too() -> None:
    place = at_mark("tasks:\n  - id: a\n    ‸\n    type: io.kestra.plugin.core.log.Log\n  - id: b\n")
    assert [child.key for child in place.mapping.children] == ["id", "type"]
    assert place.type_name == "io.kestra.plugin.core.log.Log"

"""Flows rewritten for Kestra 2.0: what is changed, what is left, and what stays as it was written."""

import textwrap
from pathlib import Path

import pytest

from flowtests.kestra2.placeholders import replace_type
from workbook.kestra2.upgrade import upgrade
from workbook.kestra2.yaml_text import read

OLD_FLOWS = Path(__file__).parents[2] / "wire/flowtests/kestra2/flows"
CORE = "io.kestra.plugin.core"
LOOP = f"""
tasks:
  - id: outer
    type: {CORE}.flow.ForEach
    values: ["a", "b"]
    tasks:
      - id: first
        type: {CORE}.debug.Return
        format: x
      - id: branch
        type: {CORE}.flow.If
        condition: "{{{{ true }}}}"
        then:
          - id: deep
            type: {CORE}.debug.Return
            format: "DEEP"
      - id: inner
        type: {CORE}.flow.ForEach
        values: [1]
        tasks:
          - id: low
            type: {CORE}.debug.Return
            format: "LOW"
  - id: after
    type: {CORE}.debug.Return
    format: "AFTER"
"""


def in_loops(place: str, expression: str) -> str:
    """What becomes of an expression at a place in the loops."""
    text = upgrade(LOOP.replace(place, f"{{{{ {expression} }}}}")).text
    task = {"DEEP": "deep", "LOW": "low", "AFTER": "after"}[place]
    lines = text[text.index(f"id: {task}\n") :].splitlines()
    return lines[2].strip().removeprefix('format: "{{ ').removesuffix(' }}"')


@pytest.mark.parametrize(
    ("place", "old", "new"),
    [
        ("DEEP", "parent.taskrun.value", "item.value"),
        ("DEEP", "parents[0].taskrun.value", "item.value"),
        ("DEEP", "outputs.first[parent.taskrun.value].value", "outputs.first.value"),
        ("DEEP", "currentEachOutput(outputs.first).value", "outputs.first.value"),
        ("DEEP", "'taskrun.value' ~ parent.taskrun.value", "'taskrun.value' ~ item.value"),
        ("LOW", "taskrun.value ~ taskrun.iteration", "item.value ~ item.index"),
        ("LOW", "parent.taskrun.value", "item.parent.value"),
        ("LOW", "outputs.first[parent.taskrun.value].value", "outputs.first.value"),
        ("AFTER", "outputs.first['b'].value", "outputs.outer.outputs[1].outputs.first_value"),
        ("AFTER", "outputs.first.a.value", "outputs.outer.outputs[0].outputs.first_value"),
    ],
)
def test_expression_in_loop(place: str, old: str, new: str) -> None:
    assert in_loops(place, old) == new


@pytest.mark.parametrize(
    ("place", "expression"),
    [
        ("DEEP", "taskrun.value"),  # 1.3 has none in a task inside of an If
        ("DEEP", "outputs.first['b'].value"),  # another round
        ("LOW", "parents[1].taskrun.value"),  # there are two loops
        ("AFTER", "outputs.first['c'].value"),  # no such round
        ("AFTER", "outputs.first | keys"),
        ("AFTER", "outputs.deep['a'].value"),  # a branch may not run
    ],
)
def test_expression_that_is_left(place: str, expression: str) -> None:
    left = upgrade(LOOP.replace(place, f"{{{{ {expression} }}}}")).findings.left
    lines = LOOP.replace(place, f"{{{{ {expression} }}}}").splitlines()
    assert in_loops(place, expression) == expression
    assert [lines[finding.line - 1].strip() for finding in left] == [f'format: "{{{{ {expression} }}}}"']


@pytest.mark.parametrize(
    ("conditions", "when"),
    [
        ("[{type: C.Weekend}]", "isWeekend(trigger.date)"),
        ("[{type: C.DayWeek, dayOfWeek: MONDAY}]", "dayOfWeek(trigger.date) == 'MONDAY'"),
        ("[{type: C.Weekend, date: '{{ now() }}'}]", "isWeekend(now())"),
        (
            "[{type: C.Not, conditions: [{type: C.Weekend}, {type: C.PublicHoliday, country: FR}]}]",
            "not (isWeekend(trigger.date) or isPublicHoliday(trigger.date, 'FR'))",
        ),
        (
            "[{type: C.Or, conditions: [{type: C.Weekend}, {type: C.Expression, expression: '{{ a == 1 }}'}]}]",
            "(isWeekend(trigger.date) or (a == 1))",
        ),
        (
            "[{type: C.DayWeekInMonth, dayOfWeek: MONDAY, dayInMonth: LAST}, {type: C.Weekend}]",
            "isDayWeekInMonth(trigger.date, 'MONDAY', 'LAST') and isWeekend(trigger.date)",
        ),
        (
            "[{type: C.DateTimeBetween, after: 2026-01-01T00:00:00Z}]",
            "(trigger.date | timestamp) > ('2026-01-01T00:00:00Z' | timestamp)",
        ),
    ],
)
def test_conditions_of_dates(conditions: str, when: str) -> None:
    conditions = conditions.replace("C.", f"{CORE}.condition.")
    flow = f"triggers:\n  - type: {CORE}.trigger.Schedule\n    conditions: {conditions}\n"
    assert upgrade(flow).text == f'triggers:\n  - type: {CORE}.trigger.Schedule\n    when: "{{{{ {when} }}}}"\n'


@pytest.mark.parametrize(
    "conditions",
    [
        "[{type: C.TimeBetween, after: '08:00:00Z'}]",
        "[{type: C.PublicHoliday}]",
        "[{type: C.DayWeek, dayOfWeek: '{{ vars.day }}'}]",
        "[{type: C.Expression, expression: '{{ outputs.number }}'}]",
        "[{type: some.other.Condition}]",
    ],
)
def test_condition_that_is_left(conditions: str) -> None:
    conditions = conditions.replace("C.", f"{CORE}.condition.")
    flow = f"triggers:\n  - type: {CORE}.trigger.Schedule\n    conditions: {conditions}\n"
    done = upgrade(flow)
    assert done.text == flow
    assert [finding.line for finding in done.findings.left] == [3]


@pytest.mark.parametrize(
    ("default", "task", "result"),
    [
        ("a: 1", "b: 2", {"a": 1, "b": 2}),
        ("b: 1", "b: 2", {"b": 2}),
        ("m: {x: 1, y: 1}", "m: {y: 2}", {"m": {"x": 1, "y": 2}}),
        ("a: 1, l: [1]", "l: [2]", None),  # 1.3 joins the lists
    ],
)
def test_plugin_defaults(default: str, task: str, result: dict[str, object] | None) -> None:
    tasks = f"tasks:\n  - {{type: x.T, {task}}}\n  - {{type: y.T}}\n"
    flow = f"pluginDefaults:\n  - type: x.\n    values: {{{default}}}\n{tasks}"
    changed = read(upgrade(flow).text)
    if result is None:
        assert upgrade(flow).text == flow
        assert [finding.line for finding in upgrade(flow).findings.left] == [1]
    else:
        assert changed == {"tasks": [{"type": "x.T", **result}, {"type": "y.T"}]}


def test_default_that_a_type_does_not_have() -> None:
    flow = "pluginDefaults:\n  - type: x\n    values: {a: 1, b: 2}\ntasks:\n  - type: x.T\n"
    assert read(upgrade(flow, frozenset({("x.T", "b")})).text) == {"tasks": [{"type": "x.T", "a": 1}]}


def test_only_changed_lines_differ() -> None:
    flow = textwrap.dedent(
        f"""\
        id:   spaced      # kept
        # the defaults
        pluginDefaults:   # gone with its line
          # about the format
          - type: {CORE}.debug
            values: {{format: hi}}
        # the tasks
        tasks:
        - id: one   # a list without indentation
          type: {CORE}.debug.Return

        - {{id: two,   type: {CORE}.log.Log,  message: [ a,b ]}}
        inputs:
            - id: far      # a list with much of it
              type: ENUM
              values: [ x ]
        """
    )
    expected = textwrap.dedent(
        f"""\
        id:   spaced      # kept
        # the defaults
          # about the format
        # the tasks
        tasks:
        - id: one   # a list without indentation
          type: {CORE}.debug.Return
          format: hi

        - {{id: two,   type: {CORE}.log.Log,  message: [ a,b ]}}
        inputs:
            - id: far      # a list with much of it
              type: SELECT
              values: [ x ]
        """
    )
    assert upgrade(flow).text == expected


@pytest.mark.parametrize("file", sorted(OLD_FLOWS.glob("*.yaml")), ids=lambda file: file.stem)
def test_comments_stay_and_a_second_upgrade_changes_nothing(file: Path) -> None:
    text = file.read_text()
    once = upgrade(text).text
    assert upgrade(once).text == once
    comments = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert all(comment in once for comment in comments)


def test_placeholders_keep_the_rest() -> None:
    flow = """
tasks:
  - {id: one, type: x.Absent, runIf: "{{ true }}", url: u, taskRunner: {type: x.Runner}}
  - {id: two, type: y.Here, taskRunner: {type: x.Runner}}
triggers:
  - {id: three, type: x.Absent}
"""
    replaced = read(replace_type(replace_type(flow, "x.Absent"), "x.Runner"))
    assert replaced["tasks"][0] == {"id": "one", "runIf": "{{ true }}", "type": f"{CORE}.debug.Return"}
    assert replaced["tasks"][1]["taskRunner"] == {"type": f"{CORE}.runner.Process"}
    assert replaced["triggers"][0] == {"id": "three", "type": f"{CORE}.trigger.Schedule", "cron": "@daily"}

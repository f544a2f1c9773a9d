"""Conditions of triggers, which are one expression in Kestra 2.0: `when`, and `dependsOn` of Flow triggers.

The functions that take the place of the conditions' classes read a date as those did (`DateUtils.parseLocalDate`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from workbook.kestra2.findings import Findings, NotSure
from workbook.kestra2.names import canonical
from workbook.kestra2.yaml_text import line_of, rename

FLOW_TRIGGER = "io.kestra.plugin.core.trigger.Flow"
CONDITION = "io.kestra.plugin.core.condition."
LISTS = ("conditions", "scheduleConditions")
ONE_EXPRESSION = re.compile(r"\s*\{\{((?:(?!\}\}|\{\{).)*)\}\}\s*", re.DOTALL)
TRUE_OR_FALSE = re.compile(r"==|!=|<|>|\bnot\b|\band\b|\bor\b|\bis\b|\bcontains\b|^\s*(true|false)\s*$")
WINDOWS = {
    "DURATION_WINDOW": {"window": "every", "windowAdvance": "offset"},
    "SLIDING_WINDOW": {"window": "lookback"},
    "DAILY_TIME_DEADLINE": {"deadline": "deadline"},
    "DAILY_TIME_WINDOW": {"startTime": "from", "endTime": "to"},
}


def convert(root: CommentedMap, findings: Findings) -> None:
    """Replace the conditions of a flow's triggers.

    Parameters:
        root: the flow, which is changed.
        findings: gets what was done.
    """
    for trigger in root.get("triggers") or ():
        if isinstance(trigger, CommentedMap):
            of_flow = canonical(str(trigger.get("type"))) == FLOW_TRIGGER
            keys = [*LISTS, "preconditions"] if of_flow else LISTS
            for key in [key for key in keys if key in trigger]:
                _convert_block(trigger, key, _depends_on if of_flow else _when, findings)


def _convert_block(
    trigger: CommentedMap, key: str, convert_: Callable[[CommentedMap, str], str], findings: Findings
) -> None:
    where = line_of(trigger, key)
    try:
        findings.change(where, f"{key} are gone in 2.0: {convert_(trigger, key)}")
    except NotSure as reason:
        instead = "dependsOn" if convert_ is _depends_on else "when"
        findings.leave(where, f"{key} are gone in 2.0: write `{instead}`. They stay, since {reason}")


def _when(trigger: CommentedMap, key: str) -> str:
    if "when" in trigger or sum(name in trigger for name in LISTS) > 1:
        raise NotSure("the trigger has several of them")
    if not trigger[key]:
        del trigger[key]
        return "the list was empty"
    expression = f"{{{{ {_all(trigger[key])} }}}}"
    rename(trigger, key, "when")
    trigger["when"] = DoubleQuotedScalarString(expression)
    return f"when: {expression}"


def _all(conditions: Any) -> str:
    parts = [_expression(condition) for condition in conditions]
    return parts[0] if len(parts) == 1 else " and ".join(_bracketed(part) for part in parts)


def _expression(condition: Any) -> str:
    """A condition as an expression.

    Raises:
        NotSure: there is none that means the same.
    """
    if not isinstance(condition, CommentedMap):
        raise NotSure("a condition is no map")
    name = canonical(str(condition.get("type"))).removeprefix(CONDITION)
    if name not in _EXPRESSIONS:
        raise NotSure(f"the condition {name} of line {line_of(condition)} has no expression that surely means the same")
    return _EXPRESSIONS[name](condition)


def _day_week(condition: CommentedMap) -> str:
    return f"dayOfWeek({_date(condition)}) == {_quoted(condition, 'dayOfWeek')}"


def _day_week_in_month(condition: CommentedMap) -> str:
    parts = _quoted(condition, "dayOfWeek"), _quoted(condition, "dayInMonth")
    return f"isDayWeekInMonth({', '.join([_date(condition), *parts])})"


def _public_holiday(condition: CommentedMap) -> str:
    if "country" not in condition:
        raise NotSure(f"the PublicHoliday of line {line_of(condition)} names no country, and 2.0 wants one")
    further = [_quoted(condition, "subDivision")] if "subDivision" in condition else []
    return f"isPublicHoliday({', '.join([_date(condition), _quoted(condition, 'country'), *further])})"


def _date_time_between(condition: CommentedMap) -> str:
    signs = {"after": ">", "before": "<"}
    wanted = [key for key in signs if key in condition]
    if not wanted:
        raise NotSure(f"the DateTimeBetween of line {line_of(condition)} has neither after nor before")
    date = f"({_date(condition)} | timestamp)"
    return " and ".join(f"{date} {signs[key]} ({_quoted(condition, key)} | timestamp)" for key in wanted)


def _not(condition: CommentedMap) -> str:
    parts = [_expression(inner) for inner in condition["conditions"]]
    return f"not ({' or '.join(_bracketed(part) if len(parts) > 1 else part for part in parts)})"


def _or(condition: CommentedMap) -> str:
    parts = [_bracketed(_expression(inner)) for inner in condition["conditions"]]
    return f"({' or '.join(parts)})"


def _own(condition: CommentedMap) -> str:
    match = ONE_EXPRESSION.fullmatch(str(condition.get("expression")))
    if not match or not TRUE_OR_FALSE.search(match[1]):
        raise NotSure(f"the expression of line {line_of(condition)} is not plainly true or false")
    return match[1].strip()


_EXPRESSIONS: dict[str, Callable[[CommentedMap], str]] = {
    "DateTimeBetween": _date_time_between,
    "DayWeek": _day_week,
    "DayWeekInMonth": _day_week_in_month,
    "Weekend": lambda condition: f"isWeekend({_date(condition)})",
    "PublicHoliday": _public_holiday,
    "Not": _not,
    "Or": _or,
    "Expression": _own,
}


def _bracketed(expression: str) -> str:
    return f"({expression})" if re.search(r" (and|or|==|!=|<|>|<=|>=|is|contains|not) ", expression) else expression


def _date(condition: CommentedMap) -> str:
    match = ONE_EXPRESSION.fullmatch(str(condition.get("date", "{{ trigger.date }}")))
    if not match:
        raise NotSure(f"the date of line {line_of(condition)} is no expression")
    return match[1].strip()


def _quoted(condition: CommentedMap, key: str) -> str:
    value = condition.get(key)
    if not isinstance(value, str) or "{{" in value or "'" in value:
        raise NotSure(f"`{key}` of line {line_of(condition)} is no plain text")
    return f"'{value}'"


def _depends_on(trigger: CommentedMap, key: str) -> str:
    if "dependsOn" in trigger or sum(name in trigger for name in (*LISTS, "preconditions")) > 1:
        raise NotSure("the trigger has several of them")
    if key == "preconditions":
        entries, window = _of_preconditions(trigger[key])
    else:
        entries, window = [_of_conditions(trigger[key])], CommentedMap()
    rename(trigger, key, "dependsOn")
    trigger["dependsOn"] = CommentedSeq(entries)
    if window:
        trigger.insert(list(trigger).index("dependsOn") + 1, "window", window)
    return "dependsOn names the flows" + (", window the time" if window else "")


def _of_conditions(conditions: Any) -> CommentedMap:
    entry = CommentedMap()
    for condition in conditions:
        name = canonical(str(condition.get("type"))).removeprefix(CONDITION)
        values = {key: value for key, value in condition.items() if key != "type"}
        wanted = {
            "ExecutionFlow": {"namespace": "namespace", "flowId": "flowId"},
            "ExecutionNamespace": {"namespace": "namespace"},
            "ExecutionStatus": {"in": "states"},
            "ExecutionLabels": {"labels": "labels"},
        }.get(name)
        if wanted is None or values.keys() - wanted or any(new in entry for new in wanted.values()):
            raise NotSure(f"the condition {name} of line {line_of(condition)} has no place in one entry of dependsOn")
        for old, new in wanted.items():
            entry[new] = _fixed(values[old], condition)
    return entry


def _fixed(value: Any, node: Any) -> Any:
    if "{{" in str(value) or not isinstance(value, str | CommentedSeq | CommentedMap):
        raise NotSure(f"a value of line {line_of(node)} is no fixed one")
    return value


def _of_preconditions(block: CommentedMap) -> tuple[list[Any], CommentedMap]:
    if "where" in block:
        raise NotSure(f"the filters of line {line_of(block, 'where')} read what `when` of dependsOn may name otherwise")
    if block.get("resetOnSuccess", True) is not True:
        raise NotSure(f"2.0 has nothing like resetOnSuccess: false of line {line_of(block, 'resetOnSuccess')}")
    if further := block.keys() - {"id", "flows", "timeWindow", "resetOnSuccess"}:
        raise NotSure(f"{', '.join(sorted(further))} of line {line_of(block)} has no known place in 2.0")
    return list(block.get("flows") or ()), _window(block.get("timeWindow") or CommentedMap())


def _window(old: CommentedMap) -> CommentedMap:
    names = WINDOWS.get(str(old.get("type", "DURATION_WINDOW")))
    if names is None or old.keys() - names - {"type"}:
        raise NotSure(f"the timeWindow of line {line_of(old)} has parts that 2.0 may read otherwise")
    if any(re.search(r"[+Z-]", str(old[key])) for key in old if key in ("deadline", "startTime", "endTime")):
        raise NotSure(f"the times of line {line_of(old)} have an offset, and those of `window` have none")
    return CommentedMap({new: old[name] for name, new in names.items() if name in old})

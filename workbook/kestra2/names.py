"""Names that Kestra 2.0 has no more, and has another one for: types, properties, functions."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml.comments import CommentedMap

from workbook.kestra2.expressions import change_code, change_expressions, change_scalars
from workbook.kestra2.findings import Findings
from workbook.kestra2.yaml_text import line_of, maps, rename

_FLOWS = ["AllowFailure", "Dag", "EachParallel", "EachSequential", "ForEachItem", "If", "Parallel", "Pause"]
_FLOWS += ["Sequential", "Subflow", "Switch", "Template", "WorkingDirectory"]
_STORAGES = ["Concat", "DeduplicateItems", "Delete", "FilterItems", "LocalFiles", "Reverse", "Size", "Split"]
_CONDITIONS = ["DateTimeBetween", "DayWeek", "DayWeekInMonth", "ExecutionFlow", "ExecutionLabels", "ExecutionNamespace"]
_CONDITIONS += ["ExecutionOutputs", "ExecutionStatus", "Expression", "HasRetryAttempt", "Not", "Or", "PublicHoliday"]
_CONDITIONS += ["TimeBetween", "Weekend"]
_OLD, _NEW = "io.kestra.core.", "io.kestra.plugin.core."

ALIASES = {
    **{f"{_OLD}tasks.flows.{name}": f"{_NEW}flow.{name}" for name in _FLOWS},
    f"{_OLD}tasks.flows.Flow": f"{_NEW}flow.Subflow",
    f"{_OLD}tasks.flows.Worker": f"{_NEW}flow.WorkingDirectory",
    **{f"{_OLD}tasks.storages.{name}": f"{_NEW}storage.{name}" for name in _STORAGES},
    f"{_OLD}tasks.storages.PurgeExecution": f"{_NEW}storage.PurgeCurrentExecutionFiles",
    f"{_NEW}storage.PurgeExecution": f"{_NEW}storage.PurgeCurrentExecutionFiles",
    f"{_OLD}tasks.storages.Purge": f"{_NEW}execution.PurgeExecutions",
    f"{_NEW}storage.Purge": f"{_NEW}execution.PurgeExecutions",
    **{f"{_OLD}tasks.log.{name}": f"{_NEW}log.{name}" for name in ("Fetch", "Log")},
    **{f"{_OLD}tasks.debugs.{name}": f"{_NEW}debug.{name}" for name in ("Echo", "Return")},
    f"{_OLD}tasks.templating.TemplatedTask": f"{_NEW}templating.TemplatedTask",
    f"{_OLD}tasks.trigger.Toggle": f"{_NEW}trigger.Toggle",
    **{f"{_OLD}tasks.states.{name}": f"{_NEW}state.{name}" for name in ("Delete", "Get", "Set")},
    f"{_OLD}tasks.executions.Counts": f"{_NEW}execution.Count",
    **{f"{_OLD}tasks.executions.{name}": f"{_NEW}execution.{name}" for name in ("Fail", "Labels")},
    **{f"{_OLD}models.triggers.types.{name}": f"{_NEW}trigger.{name}" for name in ("Flow", "Schedule", "Webhook")},
    **{f"{_OLD}models.conditions.types.{name}Condition": f"{_NEW}condition.{name}" for name in _CONDITIONS},
    f"{_OLD}models.conditions.types.VariableCondition": f"{_NEW}condition.Expression",
    **{f"{_NEW}condition.{name}Condition": f"{_NEW}condition.{name}" for name in _CONDITIONS},
}
"""Names that 1.3 takes beside a type's own one, as its classes' annotations have them, and 2.0 does not."""

GONE = {
    f"{_NEW}execution.Count": "plugin-kestra has a task for it",
    f"{_NEW}execution.Resume": "plugin-kestra has a task for it",
    f"{_NEW}trigger.Toggle": "plugin-kestra has a task for it",
    f"{_NEW}log.Fetch": "plugin-kestra has a task for it",
    f"{_NEW}flow.Template": "call a Subflow",
    f"{_NEW}storage.LocalFiles": "a WorkingDirectory has inputFiles and outputFiles",
    **{f"{_NEW}state.{name}": "use the key-value store" for name in ("Delete", "Get", "Set")},
}
"""Types that 2.0 has no more, with what takes their place."""

INPUTS = {"BOOLEAN": "BOOL", "ENUM": "SELECT"}
LEFT = {
    "listeners": "use afterExecution, or a flow with a Flow trigger",
    "workerGroup": "workerSelector takes tags; which ones, the server's administrator knows",
    "backfill": "start backfills from the trigger's page or by the API",
}
"""Properties that 2.0 has no more, with what takes their place."""


def canonical(type_: str) -> str:
    """A type's own name."""
    return ALIASES.get(type_, type_)


def convert(root: CommentedMap, findings: Findings) -> None:
    """Rename what has another name, and tell of what has none.

    Parameters:
        root: the flow, which is changed.
        findings: gets what was done.
    """
    for node in maps(root):
        _convert_type(node, findings)
        _convert_retry(node, findings)
        for key in LEFT.keys() & node.keys():
            if node is root or "type" in node:
                findings.leave(line_of(node, key), f"{key} is gone in 2.0: {LEFT[key]}")
    for entry in [*_listed(root, "inputs"), *_listed(root, "outputs")]:
        _convert_value(entry, findings)
    for entry in _listed(root, "inputs"):
        if "name" in entry and "id" not in entry:
            findings.change(line_of(entry, "name"), "the name of an input is its id in 2.0")
            rename(entry, "name", "id")
    _convert_functions(root, findings)


def _convert_type(node: CommentedMap, findings: Findings) -> None:
    type_ = node.get("type")
    if not isinstance(type_, str):
        return
    own = canonical(type_)
    if own != type_:
        findings.change(line_of(node, "type"), f"2.0 knows {type_} by its own name alone, {own}")
        node["type"] = type(type_)(own)
    if own == f"{_NEW}debug.Echo":
        findings.change(line_of(node, "type"), "Echo is gone in 2.0: a Log writes the same")
        node["type"] = type(type_)(f"{_NEW}log.Log")
        if "format" in node:
            rename(node, "format", "message")
    if own in GONE:
        findings.leave(line_of(node, "type"), f"{own} is gone in 2.0: {GONE[own]}")


def _convert_retry(node: CommentedMap, findings: Findings) -> None:
    retry = node.get("retry")
    if isinstance(retry, CommentedMap) and "maxAttempt" in retry:
        findings.change(line_of(retry, "maxAttempt"), "maxAttempt of a retry is maxAttempts in 2.0")
        rename(retry, "maxAttempt", "maxAttempts")


def _convert_value(entry: CommentedMap, findings: Findings) -> None:
    for key in ("type", "itemType"):
        old = entry.get(key)
        if old in INPUTS:
            findings.change(line_of(entry, key), f"the type {old} is {INPUTS[old]} in 2.0")
            entry[key] = type(old)(INPUTS[old])


def _convert_functions(root: CommentedMap, findings: Findings) -> None:
    def change(text: str, line: int) -> str:
        changed = change_expressions(text, lambda expression: change_code(expression, _functions))
        if changed != text:
            findings.change(line, "the function json() is fromJson() in 2.0, the filter json is toJson")
        return changed

    change_scalars(root, change)


def _functions(code: str) -> str:
    code = re.sub(r"(?<![\w.|])(?<!\|\s)json\(", "fromJson(", code)
    return re.sub(r"\|(\s*)json\b(?!\s*\()", r"|\1toJson", code)


def _listed(root: CommentedMap, key: str) -> list[Any]:
    value = root.get(key)
    return [entry for entry in value if isinstance(entry, CommentedMap)] if isinstance(value, list) else []

"""`pluginDefaults` (and its older name `taskDefaults`), which Kestra 2.0 has no more: each task gets its values.

As 1.3 does it (`PluginDefaultService`): a default is for the types that begin with its `type`, maps are merged deeply,
and what the task says itself stays. With `ref`, it is for the tasks that name it by `pluginDefaultsRef` alone.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.tokens import CommentToken

from workbook.kestra2.findings import Findings, NotSure
from workbook.kestra2.yaml_text import line_of, maps

BLOCKS = ("pluginDefaults", "taskDefaults")
REFERENCE = "pluginDefaultsRef"


Unknown = frozenset[tuple[str, str]]
"""Types with a property each that they do not have."""


def expand(root: CommentedMap, findings: Findings, unknown: Unknown = frozenset()) -> None:
    """Write the defaults of a flow into its tasks, and remove them.

    Parameters:
        root: the flow, which is changed; not where one of its defaults has no sure meaning.
        findings: gets what was done.
        unknown: properties that a type does not have, and does not get: 1.3 ignores such defaults.
    """
    present = [name for name in BLOCKS if name in root]
    if not present:
        return
    where = line_of(root, present[0])
    trial = copy.deepcopy(root)
    notes: list[tuple[int, str]] = []
    try:
        if len(present) > 1:
            raise NotSure("both are there, and 1.3 reads the first alone")
        _expand(trial, trial.pop(present[0]), notes, unknown)
    except NotSure as reason:
        findings.leave(where, f"{present[0]} is gone in 2.0: write its values into the tasks. It stays, since {reason}")
        return
    if not notes:
        findings.change(where, f"{present[0]} is gone in 2.0, and nothing in the flow used it: removed")
    else:
        findings.change(where, f"{present[0]} is gone in 2.0: its values stand in the tasks now")
    for line, message in notes:
        findings.change(line, message)
    root.clear()
    root.update(trial)
    root.ca.items.update(trial.ca.items)


def _expand(root: CommentedMap, defaults: Any, notes: list[tuple[int, str]], unknown: Unknown) -> None:
    entries = list(defaults or ())
    for entry in entries:
        if not isinstance(entry, CommentedMap) or not isinstance(entry.get("type"), str):
            raise NotSure("an entry has no type")
        if entry.get("forced"):
            raise NotSure(f"the default of line {line_of(entry)} is `forced`")
    for node in list(maps(root)):
        for entry in _matching(node, entries):
            absent = [key for key in entry.get("values") or () if (node["type"], key) in unknown]
            if added := _fill(node, entry.get("values") or {}, absent, after="type"):
                ignored = f" ({', '.join(absent)} it does not have)" if absent else ""
                name = node.get("id", node["type"])
                notes.append(
                    (line_of(node), f"{name} gets {', '.join(added)} from the default of {entry['type']}{ignored}")
                )
                _expand_new(node, added, [other for other in entries if other is not entry])


def _expand_new(node: CommentedMap, added: list[str], entries: list[Any]) -> None:
    """Defaults of what a default has brought, such as those of a task runner."""
    for key in added:
        for inner in maps(node[key]):
            for entry in _matching(inner, entries):
                _fill(inner, entry.get("values") or {})


def _matching(node: CommentedMap, entries: list[Any]) -> list[Any]:
    type_ = node.get("type")
    if not isinstance(type_, str):
        return []
    if REFERENCE in node:
        named = [entry for entry in entries if entry.get("ref") == node[REFERENCE]]
        if not named or not type_.startswith(named[0]["type"]):
            raise NotSure(f"line {line_of(node, REFERENCE)} names a default that there is not")
        del node[REFERENCE]
        return named[:1]
    matching = [entry for entry in entries if "ref" not in entry and type_.startswith(entry["type"])]
    keys = [set(entry.get("values") or ()) for entry in matching if entry.get("values")]
    types = {entry["type"] for entry in matching}
    if len(types) > 1 and sum(map(len, keys)) > len(set().union(*keys)):
        raise NotSure(f"several defaults give {type_} the same property, and 1.3 does not promise which one counts")
    return matching


def _fill(node: CommentedMap, values: Any, absent: Sequence[str] = (), after: str = "") -> list[str]:
    """Give a map the values that it lacks; returns the keys that it gets.

    Parameters:
        node: the map.
        values: the values.
        absent: keys that it does not get.
        after: the key after which they stand; else at the end.
    """
    added: list[str] = []
    for key, value in values.items():
        if key in absent:
            continue
        if node.get(key) is None:
            node.pop(key, None)
            place = list(node).index(after) + 1 + len(added) if after in node else len(node)
            node.insert(place, key, _own(value), comment=_comment_beside(values, key))
            added.append(str(key))
        elif isinstance(node[key], CommentedMap) and isinstance(value, CommentedMap):
            if _fill(node[key], value):
                added.append(str(key))
        elif isinstance(node[key], CommentedSeq) and isinstance(value, CommentedSeq):
            raise NotSure(f"1.3 joins the lists `{key}` of the default and of line {line_of(node, key)}")
    if added and after in node and list(node)[-1] == added[-1]:
        _move_tail(node, after, added[-1])
    return added


def _move_tail(node: CommentedMap, old: str, new: str) -> None:
    """Move what stands below a key, such as an empty line, below the last of the keys that were inserted after it."""
    tokens = node.ca.items.get(old)
    beside, _, below = tokens[2].value.partition("\n") if tokens and tokens[2] else ("", "", "")
    if not below or isinstance(node[new], CommentedMap | CommentedSeq):
        return
    column = tokens[2].start_mark
    del node.ca.items[old]
    if beside:
        node.ca.items[old] = [None, None, CommentToken(f"{beside}\n", column, None), None]
    inserted = node.ca.items.get(new)
    first = inserted[2].value.rstrip("\n") if inserted else ""
    node.ca.items[new] = [None, None, CommentToken(f"{first}\n{below}", column, None), None]


def _own(value: Any) -> Any:
    """A copy without anchor, for the same values may be written several times, and without what stood below it."""
    fresh = copy.deepcopy(value)
    for node in maps(fresh):
        node.yaml_set_anchor(None, always_dump=False)
        for key in list(node.ca.items):
            text = _comment_beside(node, key)
            del node.ca.items[key]
            if text:
                node.yaml_add_eol_comment(text, key)
    return fresh


def _comment_beside(node: CommentedMap, key: str) -> str | None:
    """The comment on the line of a key, without its sign."""
    tokens = [token for token in node.ca.items.get(key) or () if isinstance(token, CommentToken)]
    lines = tokens[0].value.splitlines() if tokens else []
    return lines[0].strip().removeprefix("#").strip() or None if lines else None

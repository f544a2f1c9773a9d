"""Python values as the form fields of a new execution."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from workbook.kestra.durations import iso_duration
from workbook.kestra.errors import ApiError, InputInvalid
from workbook.kestra.models import Flow, Json

REJECTED = (400, 422)
_HEADINGS = re.compile(r"Invalid entity:|errors:|```")

Field = tuple[str, tuple[str | None, Any]]


def check(flow: Flow, inputs: Mapping[str, Any]) -> None:
    """Refuse inputs that the flow does not declare, which the engine would ignore, and numbers that should be texts.

    Raises:
        InputInvalid: naming the nearest input that exists, or the text to pass.
    """
    _check_names(f"Flow {flow.id!r}", [declared["id"] for declared in flow.inputs], inputs)
    for declared in flow.inputs:
        number = inputs.get(declared["id"])
        choices = declared.get("values") or []
        if isinstance(number, int) and str(number) not in choices and f"{number:02}" in choices:
            name, text = declared["id"], f"{number:02}"
            raise InputInvalid(
                f"Input {name!r} of flow {flow.id!r} is the number {number}, but its values are texts: pass {text!r}.\n"
                f"papermill makes a number of `-p {name} {text}`; `-r {name} {text}` passes the text."
            )


def check_resume_names(flow: Flow, paused: Collection[str], inputs: Mapping[str, Any]) -> None:
    """Refuse inputs that the tasks which pause an execution do not ask for.

    Parameters:
        flow: the execution's flow.
        paused: ids of the tasks that pause it.
        inputs: what would be given.

    Raises:
        InputInvalid: naming the nearest input that exists.
    """
    asked = [declared["id"] for task in _tasks(flow.raw) if task["id"] in paused for declared in task["onResume"]]
    _check_names(f"The pause of {flow.id!r}", asked, inputs)


def _tasks(part: Any) -> Iterator[Json]:
    """The tasks with inputs on resume in a part of a flow, at any depth."""
    if isinstance(part, dict):
        if part.get("onResume"):
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _tasks(inner)


def _check_names(whose: str, names: Sequence[str], inputs: Mapping[str, Any]) -> None:
    for name in inputs:
        if name in names or name.partition(".")[0] in names:
            continue
        near = difflib.get_close_matches(name, names, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        has = f"Its inputs: {', '.join(names)}." if names else "It takes none."
        raise InputInvalid(f"{whose} has no input {name!r}.{hint} {has}")


def given_again(flow: Flow, values: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """What to give for another execution with the inputs of one that ran, some of them changed.

    An execution shows its inputs as the engine read them: seconds for a duration, groups for ids with dots.

    Parameters:
        flow: declares the inputs.
        values: the inputs that the execution shows.
        changed: inputs by their ids, in place of the shown ones.

    Raises:
        InputInvalid: a secret is among those to keep; no server tells its value.
    """
    kept: dict[str, Any] = {}
    for name, declared in _leaves(flow.inputs):
        value = _shown(values, name)
        if name in changed or value is None:
            continue
        if declared["type"] == "SECRET":
            raise InputInvalid(
                f"Input {name!r} is a secret: Kestra shows it encrypted, so its value cannot be taken from the "
                f"execution. Give it again: inputs={{{name!r}: ..., ...}}"
            )
        kept[name] = _as_given(value, declared["type"], declared.get("itemType"))
    return {**kept, **changed}


def _leaves(inputs: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """The declared inputs by their ids; those of a form carry its id before theirs."""
    for declared in inputs:
        if declared["type"] == "FORM":
            yield from ((f"{declared['id']}.{inner['id']}", inner) for inner in declared["inputs"])
        else:
            yield declared["id"], declared


def _shown(values: Mapping[str, Any], name: str) -> Any:
    """The value of an input in an execution, where dots in its id are groups; None if it has none."""
    found: Any = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _as_given(value: Any, kind: str, item_kind: str | None = None) -> Any:
    """A value that an execution shows, as `text` and then the engine read it."""
    if kind == "DURATION" and isinstance(value, int | float):
        return timedelta(seconds=value)
    if kind in ("JSON", "YAML"):
        return json.dumps(value)
    if kind == "ARRAY":
        return [text(_as_given(item, item_kind)) if item_kind == "DURATION" else item for item in value]
    return value


@contextmanager
def form(inputs: Mapping[str, Any]) -> Iterator[list[Field] | None]:
    """The multipart fields of these inputs, files opened for as long as the context lasts.

    Raises:
        InputInvalid: a file does not exist.
    """
    with ExitStack() as stack:
        fields: list[Field] = []
        for name, value in inputs.items():
            if isinstance(value, Path):
                if not value.is_file():
                    raise InputInvalid(f"Input {name!r}: there is no file {value}.")
                fields.append((name, (value.name, stack.enter_context(value.open("rb")))))
            elif value is not None:
                fields.append((name, (None, text(value))))
        yield fields or None


def text(value: Any) -> str:
    """A value as Kestra reads it from a form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.astimezone()
        return aware.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return iso_duration(value)
    if isinstance(value, list | tuple | dict):
        return json.dumps(value)
    return str(value)


def explain_rejection(error: ApiError, flow_id: str) -> Exception:
    """`InputInvalid` with the engine's reasons if it rejects the inputs of a flow; any other error as it is."""
    if error.status not in REJECTED:
        return error
    reasons = [f"  - {_one_line(reason)}" for reason in error.details or [error.reason]]
    return InputInvalid("\n".join([f"Kestra refuses the inputs of {flow_id!r}:", *reasons]))


def _one_line(reason: str) -> str:
    """The engine's reason without its headings and fences."""
    return " ".join(_HEADINGS.sub(" ", reason).split())

"""Python values as the form fields of a new execution."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from workbook.kestra.durations import iso_duration
from workbook.kestra.errors import ApiError, InputInvalid
from workbook.kestra.models import Flow

REJECTED = (400, 422)
_HEADINGS = re.compile(r"Invalid entity:|errors:|```")

Field = tuple[str, tuple[str | None, Any]]


def check(flow: Flow, inputs: Mapping[str, Any]) -> None:
    """Refuse inputs that the flow does not declare, which the engine would ignore, and numbers that should be texts.

    Raises:
        InputInvalid: naming the nearest input that exists, or the text to pass.
    """
    _check_names(flow, inputs)
    for declared in flow.inputs:
        number = inputs.get(declared["id"])
        choices = declared.get("values") or []
        if isinstance(number, int) and str(number) not in choices and f"{number:02}" in choices:
            name, text = declared["id"], f"{number:02}"
            raise InputInvalid(
                f"Input {name!r} of flow {flow.id!r} is the number {number}, but its values are texts: pass {text!r}.\n"
                f"papermill makes a number of `-p {name} {text}`; `-r {name} {text}` passes the text."
            )


def _check_names(flow: Flow, inputs: Mapping[str, Any]) -> None:
    names = [declared["id"] for declared in flow.inputs]
    for name in inputs:
        if name in names or name.partition(".")[0] in names:
            continue
        near = difflib.get_close_matches(name, names, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        has = f"Its inputs: {', '.join(names)}." if names else "It takes none."
        raise InputInvalid(f"Flow {flow.id!r} has no input {name!r}.{hint} {has}")


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

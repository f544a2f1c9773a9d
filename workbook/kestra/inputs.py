"""Python values as the form fields of a new execution."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from workbook.errors import InputInvalid
from workbook.kestra.models import Flow

Field = tuple[str, tuple[str | None, Any]]


def check_names(flow: Flow, inputs: Mapping[str, Any]) -> None:
    """Refuse inputs that the flow does not declare; the engine would ignore them without a word.

    Raises:
        InputInvalid: naming the nearest input that exists.
    """
    names = [one["id"] for one in flow.inputs]
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
        return f"PT{value.total_seconds():g}S"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value)
    return str(value)

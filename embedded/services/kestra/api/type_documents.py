"""What this project's task types do with their properties, and what they put out; the engine finds no texts in them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_suffix(".yaml")
TITLE = "title"
GENERIC = "values"
"""The one output that the engine sees in a type whose body is written in Python."""
OWN_OF_THE_ENGINE = "io.kestra.plugin.core."


def titles(name: str) -> dict[str, str]:
    """What each property of a type does, by its name; properties that no type of this project has are not in it.

    Parameters:
        name: the full name of the type.
    """
    return _document()["properties"] | _document()["types"].get(name, {}).get("properties", {})


def outputs(name: str) -> dict[str, str]:
    """What each output of a type is, by its name, if it is not what all types mean by it.

    Parameters:
        name: the full name of the type.
    """
    found: dict[str, str] = _document()["types"].get(name, {}).get("outputs", {})
    return found


def describe(properties: Any, put_out: Any, name: str, to_java: Callable[[dict[str, Any]], Any]) -> None:
    """Give titles to the properties of a type that have none, and name its outputs.

    Parameters:
        properties: the schema of the properties, as the engine generates it; it is changed.
        put_out: the schema of the outputs, likewise.
        name: the full name of the type.
        to_java: makes a Java map of a dictionary.
    """
    if name.startswith(OWN_OF_THE_ENGINE):
        return
    _add(properties, titles(name))
    if put_out is None:
        return
    own = outputs(name)
    if GENERIC in (put_out.get("properties") or {}):  # a type whose body is written in Python
        put_out.put("properties", to_java({output: {TITLE: title} for output, title in own.items()}))
    _add(put_out, _document()["outputs"] | own)


def _add(schema: Any, known: dict[str, str]) -> None:
    described = schema.get("properties") or {}
    for name, title in known.items():
        if (one := described.get(name)) is not None:
            one.putIfAbsent(TITLE, title)


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return document

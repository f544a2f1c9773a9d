"""The types that flows can name, and what the server's documentation says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.kestra.api import quoted
from workbook.kestra.client import KestraClient

KINDS = {"tasks": "Tasks", "triggers": "Triggers", "conditions": "Conditions", "taskRunners": "Task runners"}
"""The kinds of types that a flow can name, as the API and as the page call them."""


@dataclass(frozen=True)
class TypeEntry:
    """A type.

    Attributes:
        kind: one of `KINDS`.
        title: what it does, if the list says so.
    """

    name: str
    kind: str
    title: str

    @property
    def group(self) -> str:
        """Its name without the last part."""
        return self.name.rpartition(".")[0]

    @property
    def short(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]


@dataclass(frozen=True)
class Property:
    """A property or an output of a type.

    Attributes:
        values: what it can be.
        text: what it does.
    """

    name: str
    values: str
    default: str
    text: str
    required: bool


@dataclass(frozen=True)
class Example:
    """A part of a flow."""

    title: str
    code: str


@dataclass(frozen=True)
class Document:
    """The documentation of a type."""

    title: str
    description: str
    properties: Sequence[Property]
    outputs: Sequence[Property]
    examples: Sequence[Example]
    definitions: Mapping[str, Sequence[Property]]
    """The properties of the objects that its properties hold, by their names."""


def types(kestra: KestraClient) -> list[TypeEntry]:
    """All types, by group and name."""
    found = {
        entry["cls"]: TypeEntry(entry["cls"], kind, entry.get("title") or "")
        for plugin in kestra.http.json("GET", "/plugins")
        for kind in KINDS
        for entry in plugin.get(kind) or []
        if not entry.get("deprecated")
    }
    return sorted(found.values(), key=lambda entry: (entry.group, entry.short))


def document(kestra: KestraClient, type_name: str) -> Document:
    """The documentation of a type.

    Raises:
        ApiError: the server has no such type.
    """
    schema = kestra.http.json("GET", f"/plugins/{quoted(type_name)}")["schema"]
    own, outputs = schema.get("properties") or {}, schema.get("outputs") or {}
    return Document(
        title=own.get("title") or "",
        description=own.get("description") or "",
        properties=_properties(own),
        outputs=_properties(outputs),
        examples=[Example(entry.get("title") or "", entry["code"]) for entry in _examples(own)],
        definitions={
            name.rpartition(".")[2]: described
            for name, definition in sorted((schema.get("definitions") or {}).items())
            if (described := _properties(definition))
        },
    )


def _examples(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in schema.get("$examples") or []:
        if isinstance(entry, dict) and entry.get("code"):
            yield entry


def _properties(schema: Mapping[str, Any]) -> list[Property]:
    """The properties of an object, those first that must be set."""
    required = set(schema.get("required") or [])
    entries = (
        Property(
            name=name,
            values=values_of(described),
            default=_default(described),
            text="\n".join(text for text in (described.get("title"), described.get("description")) if text),
            required=name in required or bool(described.get("$required")),
        )
        for name, described in (schema.get("properties") or {}).items()
        if name not in ("id", "type") and isinstance(described, dict)
    )
    return sorted(entries, key=lambda entry: (not entry.required, entry.name))


def values_of(described: Mapping[str, Any]) -> str:
    """What a property can be, in words."""
    forms = [form for form in described.get("anyOf") or [described] if form.get("type") or form.get("$ref")]
    return " or ".join(dict.fromkeys(_form(form) for form in forms)) or "any"


def _form(form: Mapping[str, Any]) -> str:
    if names := form.get("enum"):
        return ", ".join(str(name) for name in names)
    if reference := form.get("$ref"):
        return str(reference).rpartition(".")[2].rpartition("/")[2]
    kind = str(form["type"])
    items = form.get("items")
    if kind == "array" and isinstance(items, dict) and (items.get("type") or items.get("$ref")):
        return f"list of {_form(items)}"
    return str(form.get("format") or kind)


def _default(described: Mapping[str, Any]) -> str:
    default = described.get("default")
    return "" if default is None else str(default)

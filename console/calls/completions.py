"""What can stand at a place of a flow's text, from the schemas of the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.calls import plugins
from console.calls.kept import kept_json
from console.yaml_outline import CursorPlace, Node
from workbook.errors import WorkbookError
from workbook.kestra.api import quoted
from workbook.kestra.client import KestraClient

Form = Mapping[str, Any]
"""A JSON schema."""
MAX_DEPTH = 12
"""References that are followed, one in another."""
_ABSTRACT = "io.kestra.core.models."
"""How the names of those begin that schemas name where any task, trigger or condition can stand."""
_KINDS = {"triggers": "triggers", "conditions": "conditions", "taskRunner": "taskRunners"}
"""Below which keys types of which kind stand; tasks below all others."""


@dataclass(frozen=True)
class Option:
    """Something that can be written.

    Attributes:
        label: the text.
        detail: what it is, in a word or two.
        info: what it does.
        opens: whether something stands below it, in lines of its own.
    """

    label: str
    detail: str = ""
    info: str = ""
    opens: bool = False


def options(kestra: KestraClient, place: CursorPlace) -> list[Option]:
    """What can be written at a place, by its name; nothing if the server does not say.

    Parameters:
        kestra: the server.
        place: of the cursor.

    Raises:
        WorkbookError: the server does not answer.
    """
    if place.prefix is None:
        return []
    schemas = _Schemas(kestra)
    forms = schemas.forms_of(place.mapping)
    if place.key is None:
        return _properties(schemas, forms, place)
    values = [value for value in schemas.values(forms, place.key) if not value.startswith(_ABSTRACT)]
    if place.key == "type" and not values:
        return _types(kestra, place)
    return [Option(value) for value in dict.fromkeys(values)]


def _properties(schemas: _Schemas, forms: Sequence[Form], place: CursorPlace) -> list[Option]:
    there = {child.key for child in place.mapping.children} - {place.prefix}
    found: dict[str, Option] = {}
    for form in forms:
        required = set(form.get("required") or [])
        for name, described in (form.get("properties") or {}).items():
            if name in there or not isinstance(described, dict) or described.get("$deprecated"):
                continue
            is_required = name in required or bool(described.get("$required"))
            opens = all(inner.get("type") in ("array", "object") for inner in schemas.resolved(described))
            values = plugins.values_of(described)
            text = described.get("title") or described.get("description") or ""
            found.setdefault(name, Option(name, f"required, {values}" if is_required else values, text, opens))
    return sorted(found.values(), key=lambda option: (not option.detail.startswith("required"), option.label))


def _types(kestra: KestraClient, place: CursorPlace) -> list[Option]:
    kind = next((_KINDS[node.key] for node in reversed(place.mapping.way) if node.key in _KINDS), "tasks")
    return [Option(entry.name, "", entry.title) for entry in plugins.types(kestra) if entry.kind == kind]


class _Schemas:
    """The schemas of a flow and of the types that are on the way to a place."""

    def __init__(self, kestra: KestraClient) -> None:
        self._kestra = kestra
        self._flow: Form = kept_json(kestra, "/plugins/properties/flow")
        self._definitions: dict[str, Form] = dict(self._flow.get("$defs") or {})

    def forms_of(self, mapping: Node) -> list[Form]:
        """The schemas of a mapping."""
        forms = [self._flow]
        for node in mapping.way[1:]:
            forms = self._narrow(node, list(self._below(forms, node.key)))
        return forms

    def resolved(self, form: Form, depth: int = 0) -> Iterator[Form]:
        """The alternatives that a schema stands for."""
        alternatives = form.get("anyOf") or form.get("oneOf") or []
        reference = str(form.get("$ref") or "").rpartition("/")[2]
        if depth > MAX_DEPTH:
            return
        if reference:
            yield from self.resolved(self._definitions.get(reference, {}), depth + 1)
        for alternative in alternatives:
            yield from self.resolved(alternative, depth + 1)
        if not reference and not alternatives:
            yield form

    def values(self, forms: Sequence[Form], key: str) -> Iterator[str]:
        """The values of a property that has few."""
        for form in forms:
            for value in self.resolved((form.get("properties") or {}).get(key) or {}):
                yield from (str(name) for name in value.get("enum") or [])
                if "const" in value:
                    yield str(value["const"])
                if value.get("type") == "boolean":
                    yield from ("true", "false")

    def _below(self, forms: Sequence[Form], key: str | None) -> Iterator[Form]:
        for form in forms:
            further = form.get("additionalProperties")
            below = form.get("items") if key is None else (form.get("properties") or {}).get(key, further)
            if isinstance(below, dict):
                yield from self.resolved(below)

    def _narrow(self, node: Node, forms: list[Form]) -> list[Form]:
        """The schemas that fit the type that a mapping names."""
        name = node.value_of("type")
        if not name:
            return forms
        fitting = [form for form in forms if name in self.values([form], "type")]
        if fitting or not node.type_name:
            return fitting or forms
        return [*self._of_type(name), *forms]

    def _of_type(self, name: str) -> list[Form]:
        try:
            schema = kept_json(self._kestra, f"/plugins/{quoted(name)}", {"all": "true"})["schema"]
        except WorkbookError:
            return []  # a name that is not written to its end, or that the server does not have
        self._definitions |= schema.get("definitions") or {}
        return [schema["properties"]]

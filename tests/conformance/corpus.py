"""Kestra's own flows, which its tests run: they are in the artifact `io.kestra:core:tests` of Maven Central."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml

from embedded.shared.downloads import fetch

LOCK = Path(__file__).with_name("corpus.lock")
FOLDERS = ("flows/valids", "flows/invalids", "flows/tests", "sanity-checks")
SERVICES = "META-INF/services/io.kestra.core.models.Plugin"
SECOND_NAMES = {"io.kestra.core.runners.test.task.Alias", "io.kestra.core.runners.test.trigger.Alias"}
TYPE = re.compile(r"^\s*-?\s*type:\s*[\"']?(io\.kestra\.[\w.$]+)", re.MULTILINE)
FILE_CONTENT = "\n".join(f"line {number}" for number in range(1, 7)) + "\n"
"""Of each FILE input."""
VALUES = {
    "STRING": "text",
    "INT": 42,
    "FLOAT": 42.5,
    "BOOLEAN": "true",
    "BOOL": "true",
    "DATETIME": "2019-10-06T18:27:49Z",
    "DATE": "2019-10-06",
    "TIME": "18:27:49",
    "DURATION": "PT5M6S",
    "JSON": '{"a": "b"}',
    "YAML": "a: b",
    "URI": "https://example.com",
    "EMAIL": "someone@example.com",
    "SECRET": "secret",
    "ARRAY": "[1, 2]",
    "FILE": FILE_CONTENT,
}
"""The value that a required input without a default gets, by its type."""


@dataclass(frozen=True)
class CorpusFlow:
    """One of Kestra's own flows.

    Attributes:
        name: folder and name of its file, such as `flows/valids/if.yaml`.
        source: the file's text.
    """

    name: str
    source: str

    @property
    def types(self) -> set[str]:
        """The types of its tasks, triggers and conditions."""
        return set(TYPE.findall(self.source))

    @property
    def flow_id(self) -> str:
        """Id of the flow."""
        return str(self._fields["id"])

    @property
    def namespace(self) -> str:
        """Namespace of the flow."""
        return str(self._fields["namespace"])

    def inputs(self) -> dict[str, Any]:
        """Values of the inputs that an execution needs."""
        return {
            _id(entry): _value(entry)
            for entry in self._fields.get("inputs") or []
            if entry.get("required", True) and "defaults" not in entry and "prefill" not in entry
        }

    def files(self) -> set[str]:
        """The inputs that are files."""
        return {_id(entry) for entry in self._fields.get("inputs") or [] if entry["type"] == "FILE"}

    @property
    def _fields(self) -> dict[str, Any]:
        fields = yaml.load(self.source, yaml.BaseLoader)
        for entry in fields.get("inputs") or []:
            if "required" in entry:
                entry["required"] = entry["required"] == "true"
        return dict(fields)


def _id(entry: dict[str, Any]) -> str:
    return str(entry.get("id") or entry["name"])


def _value(entry: dict[str, Any]) -> Any:
    choices = entry.get("values")
    if isinstance(choices, list):
        return str([choices[0]]).replace("'", '"') if entry["type"] == "MULTISELECT" else choices[0]
    return VALUES.get(entry["type"], "text")


def jar() -> Path:
    """The artifact. Fetches it if missing; raises ArtifactError when it cannot."""
    return fetch(LOCK, "corpus")[0]


@cache
def flows() -> tuple[CorpusFlow, ...]:
    """All flows, in the order of their names."""
    with ZipFile(jar()) as archive:
        return tuple(CorpusFlow(name, archive.read(name).decode()) for name in sorted(_names(archive)))


def _names(archive: ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        folder, _, file = name.rpartition("/")
        if folder in FOLDERS and file.endswith((".yaml", ".yml")):
            yield name


@cache
def test_types() -> frozenset[str]:
    """The types that the artifact itself has, and their second names: they exist for Kestra's tests only."""
    with ZipFile(jar()) as archive:
        return frozenset(archive.read(SERVICES).decode().split()) | SECOND_NAMES

"""What the editor proposes at a place, from schemas in the server's form."""

from types import SimpleNamespace
from typing import Any

import pytest

from console.calls import kept
from console.calls.completions import options
from tests.unit.console.test_yaml_outline import at_mark
from workbook.kestra.errors import ApiError

TASK = "io.kestra.core.models.tasks.Task"
LOG, RUNNER = "io.kestra.plugin.core.log.Log", "io.kestra.plugin.core.runner.Process"
SCRIPT, SLEEP = "io.kestra.plugin.scripts.shell.Script", "io.kestra.plugin.core.flow.Sleep"
COMMON = {"id": {"type": "string"}, "description": {"type": "string"}, "old": {"type": "string", "$deprecated": True}}
CONSTANT = {"type": "object", "properties": {"type": {"const": "constant"}, "interval": {"type": "string"}}}
RANDOM = {"type": "object", "properties": {"type": {"const": "random"}, "minInterval": {"type": "string"}}}
ANSWERS = {
    "/plugins/properties/flow": {
        "properties": {
            "id": {"type": "string"},
            "tasks": {"type": "array", "items": {"$ref": f"#/$defs/{TASK}"}},
            "inputs": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/S"}, {"$ref": "#/$defs/I"}]}},
            "triggers": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
        },
        "required": ["id", "tasks"],
        "$defs": {
            TASK: {"type": "object", "properties": {**COMMON, "type": {"const": TASK}}, "required": ["id", "type"]},
            "S": {"type": "object", "properties": {"type": {"const": "SELECT"}, "values": {"type": "array"}}},
            "I": {"type": "object", "properties": {"type": {"const": "INT"}, "max": {"type": "integer"}}},
        },
    },
    "/plugins": [
        {
            "tasks": [{"cls": LOG, "title": "Emit log entries."}, {"cls": SLEEP}, {"cls": "a.Old", "deprecated": True}],
            "triggers": [{"cls": "io.kestra.plugin.core.trigger.Schedule"}],
        }
    ],
    f"/plugins/{LOG}": {
        "schema": {
            "properties": {
                "properties": {
                    "level": {"type": "string", "enum": ["WARN", "INFO"]},
                    "message": {"anyOf": [{"type": "string"}, {"type": "array"}], "title": "The message."},
                    "logToFile": {"type": "boolean"},
                    "retry": {"anyOf": [{"$ref": "#/$defs/C"}, {"$ref": "#/$defs/R"}]},
                },
                "required": ["message"],
            },
            "definitions": {"C": CONSTANT, "R": RANDOM},
        }
    },
}


def ask(method: str, path: str, params: Any = None) -> Any:
    """What the server answers."""
    if path not in ANSWERS:
        raise ApiError(404, "there is no such type")
    return ANSWERS[path]


class Server:
    """A client of such a server, which keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.http = SimpleNamespace(json=self._ask)

    def _ask(self, method: str, path: str, params: Any = None) -> Any:
        self.asked.append(path)
        return ask(method, path, params)


def labels(text: str) -> list[str]:
    """The names of what is proposed at the mark."""
    return [option.label for option in options(Server(), at_mark(text))]


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("‸", ["id", "tasks", "inputs", "triggers"]),
        ("id: a\nin‸", ["tasks", "inputs", "triggers"]),
        ("tasks:\n  - ‸", ["id", "type", "description"]),
        ("tasks:\n  - id: a\n    type: io.k‸", [SLEEP, LOG]),
        ("tasks:\n  - id: a\n    then:\n      - type: ‸", [SLEEP, LOG]),
        ("triggers:\n  - id: a\n    type: ‸", ["io.kestra.plugin.core.trigger.Schedule"]),
        (f"tasks:\n  - type: {LOG}\n    id: a\n    m‸", ["message", "description", "level", "logToFile", "retry"]),
        (f"tasks:\n  - type: {LOG}\n    level: ‸", ["WARN", "INFO"]),
        (f"tasks:\n  - type: {LOG}\n    logToFile: t‸", ["true", "false"]),
        (f"tasks:\n  - type: {LOG}\n    retry:\n      ‸", ["interval", "minInterval", "type"]),
        (f"tasks:\n  - type: {LOG}\n    retry:\n      type: random\n      ‸", ["minInterval"]),
        (f"tasks:\n  - type: {LOG}\n    retry:\n      type: ‸", ["constant", "random"]),
        (f"tasks:\n  - {{id: a, type: {LOG}, level: ‸}}", ["WARN", "INFO"]),
        ("tasks:\n  - type: not.This\n    ‸", ["id", "description"]),
        ("inputs:\n  - type: ‸", ["SELECT", "INT"]),
        ("inputs:\n  - type: SELECT\n    ‸", ["values"]),
        (f"tasks:\n  - type: {LOG}\n    message: Hello‸", []),
        ("tasks:\n  - script: |\n      ty‸", []),
    ],
)
def test_a_place_has_its_proposals(text: str, proposed: list[str]) -> None:
    assert labels(text) == proposed


def test_a_proposal_says_what_it_is_and_what_it_does() -> None:
    found = options(Server(), at_mark(f"tasks:\n  - type: {LOG}\n    mess‸"))
    assert (found[1].label, found[1].detail, found[1].info) == ("message", "required, string or array", "The message.")
    assert not found[1].opens


def test_schemas_are_asked_for_once_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    server, place = Server(), at_mark(f"tasks:\n  - type: {LOG}\n    level: ‸")
    first = options(server, place)
    assert options(server, place) == first
    assert server.asked == ["/plugins/properties/flow", f"/plugins/{LOG}"]
    monkeypatch.setattr(kept, "SECONDS", 0.0)
    assert options(server, place) == first
    assert len(server.asked) == 4
    assert options(Server(), place) == first


def test_a_name_that_the_server_does_not_have_is_asked_for_again() -> None:
    server, place = Server(), at_mark("tasks:\n  - type: not.This\n    ‸")
    assert options(server, place) == options(server, place)
    assert server.asked.count("/plugins/not.This") == 2

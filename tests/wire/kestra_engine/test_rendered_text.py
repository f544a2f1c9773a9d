"""What an expression renders has an end; up to there it is what the engine's own classes render."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.stack import ROOT
from tests.wire.kestra_engine.rendered_text import ORIGINAL

LIMIT = 12
TWELVE = "{% for a in range(1, 3) %}{% for b in range(1, 4) %}x{% endfor %}{% endfor %}"
TOO_LONG = ["{{ 123456789012 }}{{ 3 }}", "{{ '123456' }}{{ true }}{{ 1.25 }}", f"{TWELVE}y"]
JSON_TOO_LONG = ["{{ map }}", "{{ 1234567890123 }}"]
"""What is written at once; a value that keeps its type is no text, and has no limit."""
SHORT = [
    *[TWELVE, "{{ 1 }}", "{{ 123456789012 }}", "{{ 1.5 }} {{ true }}", "{{ true }}", "{{ 'a' }}{{ none }}", "", "text"],
    *["{{ none }}", "{{ number }}", "{{ number }}{{ none }}{{ number }}", "{{ list }}", "{{ none }}{{ list }}"],
]
JOINED = ["a {{ list }}", "{{ list }}{{ number }}", "{{ list }}{{ list }}", "{{ number }}{{ 'a' }}{{ list }}"]
TYPED = {
    "{{ 1 }}": "1",
    "{{ true }}": "True",
    "{{ list }}": "[1, 2]",
    "{{ map }}": "{key=value}",
    "{{ 1 }}{{ 2 }}": "12",
}
KINDS = ["Long", "Boolean", "ArrayList", "LinkedHashMap", "String"]
SAME = [*SHORT, *JOINED]
EXPRESSIONS = {
    "JsonWriter": [*SAME, *TOO_LONG, *JSON_TOO_LONG],
    "TypedObjectWriter": [*SAME, *TOO_LONG, *TYPED],
}
"""By the class that takes what is rendered."""
WRITERS = list(EXPRESSIONS)
Rendered = dict[str, dict[str, list[str]]]
"""By the class, and by the expression: the class of the value and its text, or of the error and its message."""


def rendered(limit: Any) -> Rendered:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.rendered_text", str(limit)]
    asked = json.dumps(EXPRESSIONS)
    done = subprocess.run(command, cwd=ROOT, input=asked, capture_output=True, text=True, check=True)
    results = json.loads(done.stdout.splitlines()[-1])
    return {name: dict(zip(EXPRESSIONS[name], texts, strict=True)) for name, texts in results.items()}


@pytest.fixture(scope="module")
def ours() -> Rendered:
    return rendered(LIMIT)


@pytest.fixture(scope="module")
def original() -> Rendered:
    return rendered(ORIGINAL)


@pytest.mark.parametrize("writer", WRITERS)
def test_up_to_the_limit_it_is_what_the_engine_renders(ours: Rendered, original: Rendered, writer: str) -> None:
    assert [ours[writer][text] for text in SAME] == [original[writer][text] for text in SAME]
    assert ours[writer][TWELVE] == ["java.lang.String", "x" * LIMIT]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_longer_text_is_an_error_with_the_limit(ours: Rendered, writer: str) -> None:
    for text in [*TOO_LONG, *(JSON_TOO_LONG if writer == "JsonWriter" else [])]:
        kind, message = ours[writer][text]
        assert kind == "io.pebbletemplates.pebble.error.PebbleException"
        assert f"longer than {LIMIT} characters, the most of an expression" in message


def test_values_keep_their_types(ours: Rendered) -> None:
    results = [ours["TypedObjectWriter"][text] for text in TYPED]
    assert [text for _, text in results] == list(TYPED.values())
    assert [kind.rpartition(".")[2] for kind, _ in results] == KINDS

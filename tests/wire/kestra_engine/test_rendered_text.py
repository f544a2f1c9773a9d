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
WRITERS = ["JsonWriter", "TypedObjectWriter"]


def rendered(writer: str, limit: Any, *expressions: str) -> list[list[str]]:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.rendered_text", writer, str(limit), *expressions]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("writer", WRITERS)
def test_up_to_the_limit_it_is_what_the_engine_renders(writer: str) -> None:
    ours = rendered(writer, LIMIT, *SHORT, *JOINED)
    assert ours == rendered(writer, ORIGINAL, *SHORT, *JOINED)
    assert ours[0] == ["java.lang.String", "x" * LIMIT]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_longer_text_is_an_error_with_the_limit(writer: str) -> None:
    expressions = [*TOO_LONG, *(JSON_TOO_LONG if writer == "JsonWriter" else [])]
    for kind, message in rendered(writer, LIMIT, *expressions):
        assert kind == "io.pebbletemplates.pebble.error.PebbleException"
        assert f"longer than {LIMIT} characters, the most of an expression" in message


def test_values_keep_their_types() -> None:
    ours = rendered("TypedObjectWriter", LIMIT, "{{ 1 }}", "{{ true }}", "{{ list }}", "{{ map }}", "{{ 1 }}{{ 2 }}")
    assert [text for _, text in ours] == ["1", "True", "[1, 2]", "{key=value}", "12"]
    assert [kind.rpartition(".")[2] for kind, _ in ours] == ["Long", "Boolean", "ArrayList", "LinkedHashMap", "String"]

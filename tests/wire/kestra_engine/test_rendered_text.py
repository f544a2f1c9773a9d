"""What an expression renders has an end."""

import subprocess
import sys

from tests.support.stack import ROOT

LIMIT = 12
LOOPS = "{% for a in range(1, 3) %}{% for b in range(1, 4) %}x{% endfor %}{% endfor %}"
RENDERED = {
    LOOPS: "x" * LIMIT,
    LOOPS + "y": None,
    "{{ [1, 2, 3, 4] }}": "[1,2,3,4]",
    "{{ {'key': 'value'} }}": None,
    "{{ 123456789012 }}": "123456789012",
    "{{ 1234567890123 }}": None,
    "{{ 1.5 }} {{ true }}": "1.5 true",
}
"""What expressions render; None where the text is too long."""


def test_a_text_is_rendered_up_to_the_limit() -> None:
    command = [sys.executable, "-m", "tests.wire.kestra_engine.rendered_text", str(LIMIT), *RENDERED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()[-len(RENDERED) :]
    for line, rendered in zip(lines, RENDERED.values(), strict=True):
        if rendered is None:
            assert f"longer than {LIMIT} characters, the most of an expression" in line
        else:
            assert line == rendered

"""The table of steps in docs/console.md names tests that there are."""

import ast
import re

import pytest

from tests.support.stack import ROOT

FOLDER = ROOT / "tests" / "browser" / "console"
NAMED = re.findall(r"`(test_\w+\.py)::(test_\w+)` \|$", (ROOT / "docs" / "console.md").read_text(), re.MULTILINE)


def test_the_table_is_there() -> None:
    assert len(NAMED) >= 20


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_a_named_test_exists(file: str, name: str) -> None:
    module = ast.parse((FOLDER / file).read_text())
    assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}

"""The Python that stands inside flows is held to the same rules as the Python beside them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.stack import ROOT

FLOWS = sorted([*(ROOT / "flows").glob("*.y*ml"), *(ROOT / "examples" / "flows").glob("*.y*ml")])
RULES = "E,F,W,I,UP,B,C4,C90,SIM,RET,RUF"
TYPE = "io.kestra.plugin.scripts.python.Script"


def scripts(node: Any) -> Iterator[tuple[str, str]]:
    """Name and text of each script anywhere in a flow."""
    if isinstance(node, dict):
        if node.get("type") == TYPE and "script" in node:
            yield node["id"], node["script"]
        for name, text in (node.get("inputFiles") or {}).items() if isinstance(node.get("inputFiles"), dict) else ():
            if name.endswith(".py") and "\n" in text:
                yield name.removesuffix(".py"), text
        for value in node.values():
            yield from scripts(value)
    elif isinstance(node, list):
        for value in node:
            yield from scripts(value)


FOUND = [(path.stem, name, text) for path in FLOWS for name, text in scripts(yaml.safe_load(path.read_text()))]


def test_there_are_scripts() -> None:
    assert {"s3-csv-ingestion", "04_postgres_taxi"} <= {flow for flow, _, _ in FOUND}


@pytest.mark.parametrize(("flow", "name", "text"), FOUND, ids=[f"{flow}-{name}" for flow, name, _ in FOUND])
def test_script_is_clean(flow: str, name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.py"
    file.write_text(text)
    options = ["--isolated", "--line-length", "120", "--target-version", "py311", "--select", RULES]
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", *options, str(file)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr

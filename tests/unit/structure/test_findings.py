"""The scripts in `findings/` are pinned, explained and listed. They are run by hand, as they need a network."""

import os
import re
from pathlib import Path

import pytest

from tests.support.stack import ROOT

SCRIPTS = sorted((ROOT / "findings").glob("*.sh"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_finding_is_pinned_and_explained(path: Path) -> None:
    text = path.read_text()
    assert os.access(path, os.X_OK)
    assert "# Seen with: " in text
    packages = re.findall(r'pip" install --quiet --disable-pip-version-check (.+)', text)[0].split()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", package) for package in packages)
    assert not re.search(r"index-url|find-links|/root/|embedded|workbook", text)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_python_of_a_finding_compiles(path: Path) -> None:
    for block in re.findall(r"python - <<'END'\n(.*?)^END$", path.read_text(), re.DOTALL | re.MULTILINE):
        compile(block, str(path), "exec")


def test_every_finding_is_listed() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(\1\.sh\) \|", (ROOT / "findings" / "README.md").read_text(), re.MULTILINE)
    assert listed == [path.stem for path in SCRIPTS]

"""The documents name files that exist."""

import re
from pathlib import Path

import pytest

from tests.support.stack import ROOT

FOLDERS = ("docs", "findings", "docs/decisions")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).glob("*.md"))])
DECISIONS = ROOT / "docs" / "decisions"
SOURCES = "bench|catalog|docker|docs|embedded|examples|findings|flows|flowtests|notebooks|projects|tests|tools|workbook"
PATH = re.compile(rf"`((?:{SOURCES})/[\w./-]*)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)", document.read_text())
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_paths_in_the_text_exist(document: Path) -> None:
    paths = [path for path in PATH.findall(document.read_text()) if not re.search(r"N[NA]", path)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_decisions_are_numbered_complete_and_listed() -> None:
    records = sorted(DECISIONS.glob("0*.md"))
    listed = re.findall(r"^(\d+)\. \[.+\]\((.+)\)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)
    assert listed == [(str(number), path.name) for number, path in enumerate(records, start=1)]
    for path in records:
        headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
        assert headings[0].startswith(f"{int(path.name[:4])}. ")
        assert headings[1:] == ["Context", "Decision", "Consequences"]

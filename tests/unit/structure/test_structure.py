"""Rules about the tree itself."""

import re
from pathlib import Path

import pytest
import yaml

from embedded.services.kestra.artifacts import LOCK
from embedded.shared.downloads import read_lock
from tests.support.stack import ROOT

FLOWS = sorted((ROOT / "flows").glob("*.y*ml"))
EXAMPLES = sorted((ROOT / "examples" / "flows").glob("*.y*ml"))


@pytest.mark.parametrize("path", [*FLOWS, *EXAMPLES], ids=lambda path: path.stem)
def test_flow_files_are_named_as_their_id(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["id"] == path.stem


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_flows_know_neither_host_nor_password_and_pin_their_images(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"localhost|127\.0\.0\.1|pgdatabase|password:\s*root", text)
    images = re.findall(r"containerImage:\s*(\S+)", text)
    assert all(re.search(r":\d+\.\d+", image) for image in images)


def test_requirements_are_pinned_each_with_its_reason() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r"))]
        assert lines
        assert [line for line in lines if not re.fullmatch(r"[\w.\[\]-]+==[\w.]+ +# .+", line)] == []


def test_the_lock_is_of_the_project_file() -> None:
    pom = (ROOT / "embedded" / "services" / "kestra" / "engine.pom.xml").read_text()
    entry = r"<groupId>([\w.]+)</groupId>\s*<artifactId>([\w-]+)</artifactId>\s*<version>([\d.]+)</version>\s*</dep"
    wanted = re.findall(entry, pom)
    locked = {artifact.coordinate for artifact in read_lock(LOCK)}
    assert wanted
    assert {f"{group}:{name}:jar:{version}" for group, name, version in wanted} <= locked

"""What `make setup` installs is what the requirements say, to the last hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.stack import ROOT

MAIN = ROOT / "requirements.lock"
DEV = ROOT / "requirements-dev.lock"
CLOUDS = ROOT / "docker" / "clouds" / "requirements.lock"
PYTHONS = ("3.11.7", "3.12.1", "3.13.0")


def read_requirements(path: Path) -> dict[str, Requirement]:
    """The direct requirements of a file, by name."""
    lines = [line.partition(" #")[0] for line in path.read_text().splitlines()]
    wanted = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]
    return {canonicalize_name(requirement.name): requirement for requirement in wanted}


def read_lock(path: Path) -> list[tuple[Requirement, tuple[str, ...]]]:
    """Each locked requirement with its hashes."""
    text = re.sub(r"(?m)^ *#.*\n", "", path.read_text()).replace("\\\n", "")
    return [
        (Requirement(line.partition(" --hash")[0].strip()), tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", line)))
        for line in text.splitlines()
    ]


@pytest.mark.parametrize("lock", [MAIN, DEV, CLOUDS], ids=lambda path: str(path.relative_to(ROOT)))
def test_every_locked_package_has_one_version_and_hashes(lock: Path) -> None:
    packages = read_lock(lock)
    assert packages
    for requirement, hashes in packages:
        assert re.fullmatch(r"==[\w.+]+", str(requirement.specifier))
        assert hashes
    for python in PYTHONS:
        names = [package.name for package, _ in packages if matches(package, python)]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("lock", [MAIN, DEV, CLOUDS], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_names_no_index(lock: Path) -> None:
    assert not re.search(r"://|(?m:^ *-(?!-hash=))", lock.read_text())


@pytest.mark.parametrize(("lock", "files"), [(MAIN, ["requirements"]), (DEV, ["requirements", "requirements-dev"])])
def test_a_lock_is_of_its_requirements(lock: Path, files: list[str]) -> None:
    """After a change of the requirements: make lock."""
    versions = {(canonicalize_name(package.name), str(package.specifier)) for package, _ in read_lock(lock)}
    for name in files:
        direct = read_requirements(ROOT / f"{name}.txt")
        assert {(package, str(wanted.specifier)) for package, wanted in direct.items()} <= versions
        assert direct_packages(lock, f"{name}.txt") == direct.keys()


def test_the_image_of_the_clouds_is_of_its_packages() -> None:
    names = set((CLOUDS.parent / "packages.txt").read_text().split())
    assert direct_packages(CLOUDS, "docker/clouds/packages.txt") == {canonicalize_name(name) for name in names}


@pytest.mark.parametrize(("part", "whole"), [(MAIN, DEV), (CLOUDS, MAIN)], ids=["development", "clouds"])
def test_locks_agree(part: Path, whole: Path) -> None:
    hashes = {(package.name, str(package.specifier)): hashes for package, hashes in read_lock(whole)}
    for package, expected in read_lock(part):
        assert hashes[package.name, str(package.specifier)] == expected


def test_the_package_depends_on_the_requirements_file_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["dependencies"]
    assert project["tool"]["setuptools"]["dynamic"]["dependencies"] == {"file": ["requirements.txt"]}


def matches(requirement: Requirement, python: str) -> bool:
    """Whether a requirement holds on Linux with this Python."""
    environment = {"python_full_version": python, "python_version": python.rpartition(".")[0], "sys_platform": "linux"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def direct_packages(lock: Path, source: str) -> set[str]:
    """The packages that a lock has because a file names them, by the comments that uv writes."""
    blocks = re.split(r"(?m)^(?=[\w.-]+(?:\[[\w,-]+\])?==)", lock.read_text())
    named = [block for block in blocks if re.search(rf"(?m)^ *#(?: via)? +-r {re.escape(source)}$", block)]
    return {canonicalize_name(block.partition("==")[0].partition("[")[0]) for block in named}

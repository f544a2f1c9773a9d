"""The workflows, the dev container and Binder ask for what is there."""

import json
import re
from itertools import chain
from typing import Any

import pytest
import yaml

from tests.support.compose import lessons
from tests.support.stack import ROOT
from tools.newest import loosened

WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.yml")}
JOBS = {f"{file}-{name}": job for file, whole in WORKFLOWS.items() for name, job in whole["jobs"].items()}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_every_step_is_known_and_limited_in_time(job: dict[str, Any]) -> None:
    assert job["timeout-minutes"] <= 90
    for step in job["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])
        elif step["run"].startswith("make "):
            assert step["run"].split()[1] in TARGETS
        else:
            assert step["run"].startswith("docker compose ")


def test_all_lessons_run_on_the_docker_stack_with_the_settings_that_learners_are_given() -> None:
    job = JOBS["weekly.yml-docker"]
    assert job["env"] == lessons()
    steps = [step.get("run", "").partition(" #")[0] for step in job["steps"]]
    start = steps.index("docker compose up --detach --wait --quiet-pull")
    assert steps.index("make setup") < start < steps.index("make lessons")


def test_the_tests_run_on_both_systems_and_every_supported_python() -> None:
    job = JOBS["tests.yml-embedded"]
    assert {name.split("-")[0] for name in job["strategy"]["matrix"]["os"]} == {"ubuntu", "macos"}
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert "make test" in [step.get("run") for step in job["steps"]]


def test_caches_are_known_by_files_that_exist() -> None:
    keys = re.findall(r"hashFiles\(([^)]*)\)", (ROOT / ".github" / "workflows" / "tests.yml").read_text())
    patterns = list(chain.from_iterable(re.findall(r"'([^']+)'", key) for key in keys))
    assert patterns
    assert all(any(ROOT.glob(pattern)) for pattern in patterns)
    locks = {path.relative_to(ROOT) for path in ROOT.glob("embedded/**/*.lock")}
    assert locks <= {path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern)}


def test_containers_set_up_the_embedded_stack() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["postCreateCommand"].removeprefix("make ") in TARGETS
    assert (ROOT / ".binder" / "requirements.txt").resolve() == ROOT / "requirements.lock"
    steps = (ROOT / ".binder" / "postBuild").read_text()
    assert "--no-deps --no-build-isolation --editable ." in steps
    assert "python -m embedded.cli.setup" in steps


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pandas==3.1.1               # results", "pandas>=3.1.1,<4               # results"),
        ("moto[s3]==5.2.5", "moto[s3]>=5.2.5,<6"),
        ("chdb-core==26.9.0  # private", "chdb-core==26.9.0  # private"),
        ("# a comment", "# a comment"),
    ],
)
def test_pins_are_loosened_within_their_major_version(line: str, expected: str) -> None:
    assert loosened(line) == expected

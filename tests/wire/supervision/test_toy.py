"""A new service needs its folder and its entry in the catalog, and nothing else."""

import json
from collections.abc import Iterator

import pytest

from tests.wire.supervision.toy import ADDED, ToyProject

SEEN_BY_KESTRA = """
import json
from pathlib import Path
from embedded.registry import load_service
from embedded.service import Context
from embedded.shared.settings import Settings

settings, kestra = Settings.load(), load_service("kestra")
services = [load_service(name) for name in kestra.requires]
ports = {name: 7000 for service in (kestra, *services) for name in service.wanted_ports(settings)}
bare = Context(settings, Path("home"), Path("log"), ports)
required = {name: value for service in services for name, value in service.environment(bare).items()}
environment = kestra.command(Context(settings, Path("home"), Path("log"), ports, required)).env
print(json.dumps({name: value for name, value in environment.items() if "TOY" in name}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToyProject]:
    project = ToyProject(tmp_path_factory.mktemp("toy"))
    yield project
    project.run("-m", "embedded", "down")


def test_it_starts_and_stops_as_the_others_do(project: ToyProject) -> None:
    up = project.run("-m", "embedded", "up", "--only", "toy")
    assert up.returncode == 0, up.stderr
    environment = dict(line.split("=", 1) for line in project.run("-m", "embedded", "env").stdout.splitlines())
    assert environment["TOY_URL"] == f"http://127.0.0.1:{environment['TOY_PORT']}"
    assert f"toy           {environment['TOY_URL']}" in up.stdout
    [toy] = [
        service
        for service in json.loads(project.run("-m", "embedded", "status", "--json").stdout)["services"]
        if service["name"] == "toy"
    ]
    assert (toy["state"], toy["ports"]) == ("ready", {"TOY_PORT": int(environment["TOY_PORT"])})
    seen = project.run("-c", "import workbook; lab = workbook.open('toy'); lab.stop('toy')")
    assert seen.stdout == "Stack: toy is up\ntoy is stopped\n", seen.stderr
    assert project.run("-m", "embedded", "down").returncode == 0
    assert project.changed() == ADDED.keys()


def test_flows_see_it(project: ToyProject) -> None:
    seen = project.run("-c", SEEN_BY_KESTRA)
    assert json.loads(seen.stdout) == {"ENV_TOY_URL": "http://127.0.0.1:7000", "SECRET_TOY_PASSWORD": "dG95MTIz"}


def test_a_name_that_is_not_in_the_catalog_is_refused(project: ToyProject) -> None:
    refused = project.run("-m", "embedded", "up", "--only", "top")
    assert refused.returncode == 2
    assert "is not some of kestra" in refused.stderr

"""Sample passwords are refused as soon as a port is bound beyond this machine."""

import os
import subprocess

import pytest

from tests.support.compose import Stack
from tests.support.stack import ROOT

SAMPLES = {
    name: value
    for stack in ("docker-compose.yml", "docker/compose.distributed.yml")
    for name, value in Stack(stack).environment("guard").items()
    if name != "BIND_ADDRESS"
}


def guard(address: str, **values: str) -> subprocess.CompletedProcess[str]:
    """Run the guard as its container does."""
    environment = {"PATH": os.environ["PATH"], "BIND_ADDRESS": address, **values}
    script = str(ROOT / "docker" / "guard.sh")
    return subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)


def test_on_this_machine_alone_samples_will_do() -> None:
    assert guard("127.0.0.1", **SAMPLES).returncode == 0


@pytest.mark.parametrize("name", SAMPLES)
def test_beyond_it_each_sample_is_refused_by_its_name(name: str) -> None:
    own = dict.fromkeys(SAMPLES, "of-my-own-4711")
    assert guard("0.0.0.0", **own).returncode == 0
    refused = guard("0.0.0.0", **{**own, name: SAMPLES[name]})
    assert refused.returncode == 1
    assert name in refused.stderr
    assert SAMPLES[name] not in refused.stderr.replace(name, "")


@pytest.mark.parametrize("file", ["docker-compose.yml", "docker/compose.distributed.yml"])
def test_nothing_that_binds_a_port_starts_without_it(file: str) -> None:
    stack = Stack(file)
    for name, service in stack.services.items():
        if "ports" in service:
            assert "guard" in needed(stack, name)


def needed(stack: Stack, name: str) -> set[str]:
    """All services that one waits for, directly or not."""
    direct = set(stack.services[name].get("depends_on", {}))
    return direct.union(*(needed(stack, other) for other in direct))

"""Environments of the programs that tasks run, without an engine."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embedded.services.kestra import environments, tool_environments

TQDM = """tqdm==4.70.1 \\
    --hash=sha256:c293e525e6fef9c20e8728fd4612df02a0aa31bb5fe91ecd93e123b1b7bffa73 \\
    --hash=sha256:cefd0eca11b2a37a3aee776544d4f4ae913f02688135b5556b8788dfa474afc4
"""
PIN = re.compile(r"^([\w-]+)==([\w.]+)", re.MULTILINE)


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of locks, with one of a program called `tqdm`, and an empty cache."""
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(tool_environments, "LOCKS", tmp_path)
    (tmp_path / "tqdm.lock").write_text(TQDM)
    return tmp_path


def version(folder: Path) -> str:
    return subprocess.run([folder / "tqdm", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def test_a_program_is_built_once_and_used_without_network(locks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(3) as pool:
        (folder,) = set(pool.map(lambda _: tool_environments.commands("tqdm"), range(3)))
    assert version(folder) == "4.70.1"
    monkeypatch.setattr(environments, "uv", lambda *_: pytest.fail("it was built again"))
    assert tool_environments.commands("tqdm") == folder


def test_a_build_that_was_cut_short_is_made_anew(locks: Path) -> None:
    folder = tool_environments.commands("tqdm")
    (folder.parent / "complete").unlink()
    (folder / "tqdm").write_text("half")
    assert version(tool_environments.commands("tqdm")) == "4.70.1"


def test_a_package_that_is_not_the_locked_one_is_refused(locks: Path) -> None:
    (locks / "tqdm.lock").write_text(re.sub(r"sha256:\w", "sha256:0", TQDM))
    with pytest.raises(environments.EnvironmentProblem, match=r"(?s)command `tqdm`.*make setup.*Hash mismatch"):
        tool_environments.commands("tqdm")
    assert not list((locks / "cache" / "environments").glob("tqdm-*/complete"))


@pytest.mark.parametrize("program", tool_environments.TOOLS)
def test_the_lock_is_of_the_requirements(program: str) -> None:
    wanted = PIN.findall((tool_environments.LOCKS / f"{program}.in").read_text())
    lock = (tool_environments.LOCKS / f"{program}.lock").read_text()
    assert wanted
    assert set(wanted) <= set(PIN.findall(lock))
    assert lock.count("--hash=sha256:") > len(PIN.findall(lock))


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [("", "https://{}.ap-southeast-2.amazonaws.com"), ("http://127.0.0.1:4566", "http://127.0.0.1:4566")],
)
def test_without_an_address_the_clients_aim_at_aws_itself(endpoint: str, host: str) -> None:
    """The flows pass on an empty AWS_ENDPOINT_URL on the cloud stack. Nothing is called here."""
    wanted = ("athena", "glue", "s3", "batch")
    ask = f"import boto3; print([boto3.client(name).meta.endpoint_url for name in {wanted}])"
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "ap-southeast-2"}
    environment = {"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": endpoint, **keys}
    python = tool_environments.commands("dbt") / "python"
    told = subprocess.run([python, "-c", ask], env=environment, capture_output=True, text=True, check=True).stdout
    assert told.strip() == str([host.format(name) for name in wanted])

"""The own tests of Kestra's Python SDK, unchanged, against the API here."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from pathlib import Path

import pytest
import testApis  # type: ignore[import-untyped]  # a package of the SDK's wheel

from tests.conformance.left_out import OF_ENTERPRISE, SDK

AREAS = ("blueprints", "dashboards", "executions", "files", "flows", "kv", "logs", "namespaces", "triggers")
FURTHER = ("test_basic_sdk_usage_example.py", "test_phase4_filters_pagination_tenant.py", "test_queryfilters.py")
FILES = (*(f"test_{area}_api.py" for area in AREAS), *FURTHER)
"""What is of the open-source edition."""
OUR_CONFTEST = Path(__file__).with_name("sdk_conftest.py")
SECONDS = 600


@pytest.fixture(scope="session")
def outcomes(environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How each test ended: `passed`, `skipped`, or the message of its failure."""
    folder = tmp_path_factory.mktemp("sdk")
    official = Path(str(testApis.__file__)).parent
    shutil.copytree(official, folder, dirs_exist_ok=True)
    (folder / "__init__.py").unlink()
    shutil.copy(official / "conftest.py", folder / "official_conftest.py")
    shutil.copy(OUR_CONFTEST, folder / "conftest.py")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:nbval",
        "-p",
        "no:cacheprovider",
        "--junitxml=result.xml",
    ]
    subprocess.run(
        [*command, "--rootdir=.", *FILES],
        cwd=folder,
        env={**os.environ, **environment},
        timeout=SECONDS,
        check=False,
        capture_output=True,
    )
    cases = ElementTree.parse(folder / "result.xml").iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": _outcome(case) for case in cases}


def _outcome(case: ElementTree.Element) -> str:
    for kind in ("failure", "error"):
        if (found := case.find(kind)) is not None:
            return str(found.get("message"))
    return "passed" if case.find("skipped") is None else "skipped"


def test_what_is_open_source_passes(outcomes: dict[str, str]) -> None:
    failed = {name: said for name, said in outcomes.items() if said not in ("passed", "skipped")}
    enterprise = {name for name, said in failed.items() if "(501)" in said and OF_ENTERPRISE in said}
    assert {name: said for name, said in failed.items() if name not in enterprise | SDK.keys()} == {}
    assert {name.partition(".")[0] for name in enterprise} == {"test_blueprints_api", "test_namespaces_api"}


def test_what_is_left_out_fails(outcomes: dict[str, str]) -> None:
    assert [name for name in SDK if outcomes[name] in ("passed", "skipped")] == []


def test_few_are_not_run(outcomes: dict[str, str]) -> None:
    """The SDK skips some itself, most of them for what version 2.0 does."""
    ended = list(outcomes.values())
    assert (ended.count("passed"), ended.count("skipped"), len(ended)) == (293, 15, 347)

"""Environments of Python scripts, without an engine."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embedded.services.kestra import environments

SMALL = "tqdm==4.70.1"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a clean interpreter, which takes seconds to make."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDDED_CACHE", str(tmp_path_factory.mktemp("interpreter")))
        return environments.interpreter().parent.parent


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean: Path) -> Path:
    """A cache of the test's own, with the interpreter."""
    monkeypatch.setenv("EMBEDDED_CACHE", str(tmp_path))
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / clean.name).symlink_to(clean)
    return tmp_path


def test_two_at_once_install_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = environments.interpreter()
    installed = []
    real = environments._install

    def counted(wanted: list[str], python: Path, folder: Path) -> None:
        installed.append(wanted)
        real(wanted, python, folder)

    monkeypatch.setattr(environments, "_install", counted)
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: environments.packages([SMALL], python), range(4)))
    assert len(folders) == 1
    assert installed == [[SMALL]]
    assert (folders.pop() / "tqdm" / "__init__.py").exists()


def test_an_install_that_fails_leaves_nothing_behind(cache: Path) -> None:
    python = environments.interpreter()
    with pytest.raises(environments.EnvironmentProblem, match=r"tqdm==0\.0\.0\.1.*make setup"):
        environments.packages(["tqdm==0.0.0.1"], python)
    assert not [path for path in (cache / "environments").glob("*") if path.is_dir() and "packages" in path.name]
    assert not list((cache / "environments").glob("install-*"))


def test_offline(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = environments.interpreter()
    folder = environments.packages([SMALL], python)
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert environments.packages([f" {SMALL}"], python) == folder
    with pytest.raises(environments.EnvironmentProblem, match="not installed yet"):
        environments.packages(["sortedcontainers==2.4.0"], python)


def test_the_interpreter_is_clean(cache: Path) -> None:
    python = environments.interpreter()
    listing = "import sys, importlib.util; print(sys.prefix, importlib.util.find_spec('jpype'))"
    told = subprocess.run([python, "-c", listing], capture_output=True, text=True, check=True).stdout.split()
    assert told == [str(python.parent.parent), "None"]


def test_dependency_lists_of_flows(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("""
id: a
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    tasks:
      - {id: s, type: io.kestra.plugin.scripts.python.Script, dependencies: [pandas, kestra]}
      - {id: t, type: io.kestra.plugin.scripts.shell.Commands, dependencies: [nonsense]}
errors:
  - {id: e, type: io.kestra.plugin.scripts.python.Commands, dependencies: [requests]}
""")
    (tmp_path / "b.yml").write_text("""
id: b
tasks:
  - {id: s, type: io.kestra.plugin.scripts.python.Script, dependencies: [pandas, kestra]}
  - {id: u, type: io.kestra.plugin.scripts.python.Script, dependencies: "{{ inputs.packages }}"}
""")
    assert environments.dependency_lists(tmp_path) == [["pandas", "kestra"], ["requests"]]


def test_prewarm_from_the_command_line(cache: Path, tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "a.yaml").write_text(
        f"tasks: [{{type: io.kestra.plugin.scripts.python.Script, dependencies: ['{SMALL}']}}]"
    )
    command = [sys.executable, "-m", "embedded.services.kestra.environments", "prewarm", str(flows)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list((cache / "environments").glob("packages-*/tqdm"))

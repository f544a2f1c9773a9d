"""The folder with the flows to test: its flows, its tests, its configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from flowtests.documents import Document, InvalidYaml, display_path, read
from flowtests.errors import FlowTestError, Problem, near
from flowtests.flows import FlowFile
from flowtests.suites import Suite

CONFIGURATION = "flowtests.yaml"
SUFFIXES = (".yaml", ".yml")
SKIPPED = (".*", "node_modules", "venv", "build", "dist", "CVS", "_darcs", "*.egg")
"""Folders that pytest does not look into either."""
SECONDS = 60


@dataclass(frozen=True)
class Configuration:
    """What `flowtests.yaml` says; every part may be left out.

    Attributes:
        services: services of the stack that the tests need besides Kestra.
        envs: what flows see as `{{ envs.name }}`.
        secrets: what flows get by `{{ secret('NAME') }}`; values for tests, never real ones.
        kv: what each namespace's key-value store holds before a test.
        namespaceFiles: the folder of each namespace's files.
        absentTypes: task types that the engine lacks, such as `io.kestra.plugin.slack.*`; such a task fails unless a
            test has a fixture for it.
        seconds: how long an execution may take, unless its test says otherwise.
    """

    services: list[str] = field(default_factory=list)
    envs: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Any] = field(default_factory=dict)
    kv: dict[str, dict[str, Any]] = field(default_factory=dict)
    namespaceFiles: dict[str, str] = field(default_factory=dict)
    absentTypes: list[str] = field(default_factory=list)
    seconds: int = SECONDS


@dataclass
class Folder:
    """A folder of flows and their tests, read once.

    Attributes:
        root: where the configuration lies, or the folder itself.
        broken: what is wrong with files that cannot be read, by file.
        ignored: YAML files that are neither flows nor tests of flows.
    """

    root: Path
    configuration: Configuration
    flows: dict[Path, list[FlowFile]] = field(default_factory=dict)
    suites: dict[Path, list[Suite]] = field(default_factory=dict)
    broken: dict[Path, Problem] = field(default_factory=dict)
    ignored: list[Path] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path) -> Folder:
        """Read the folder that a path belongs to.

        Raises:
            FlowTestError: there is no such path, or its configuration is wrong.
        """
        if not path.exists():
            raise FlowTestError(f"There is no {path}. Name the folder of your flows, or one file in it.")
        root = _root(path)
        folder = cls(root, _configuration(root / CONFIGURATION))
        for file in _files(root):
            folder._add(file)
        for suite in folder.all_suites():
            suite.check_against(folder.flow(suite.namespace, suite.flow_id), folder.all_flows())
        return folder

    def flow(self, namespace: str, id_: str) -> FlowFile | None:
        """A flow by its name."""
        matches = (flow for flow in self.all_flows() if (flow.namespace, flow.id) == (namespace, id_))
        return next(matches, None)

    def all_flows(self) -> list[FlowFile]:
        """The flows of all files."""
        return [flow for flows in self.flows.values() for flow in flows]

    def all_suites(self) -> list[Suite]:
        """The tests of all files."""
        return [suite for suites in self.suites.values() for suite in suites]

    def twins(self, flow: FlowFile) -> list[FlowFile]:
        """Other flows of the same namespace and id."""
        return [other for other in self.all_flows() if other is not flow and other.name == flow.name]

    def _add(self, file: Path) -> None:
        try:
            documents = read(file)
            flows = [
                FlowFile(document, self.configuration.absentTypes) for document in documents if _is_flow(document.value)
            ]
        except InvalidYaml as error:
            remedy = "Mend the file, or take it out of the folder."
            self.broken[file] = Problem(f"{error}. {remedy}", f"{display_path(file)}:{error.line}")
            return
        suites = [Suite(document) for document in documents if _is_suite(document.value)]
        if flows:
            self.flows[file] = flows
        if suites:
            self.suites[file] = suites
        if not flows and not suites:
            self.ignored.append(file)


def _is_suite(value: dict[str, Any]) -> bool:
    return "testCases" in value or "flowId" in value


def _is_flow(value: dict[str, Any]) -> bool:
    return not _is_suite(value) and ("tasks" in value or {"id", "namespace"} <= value.keys())


def _root(path: Path) -> Path:
    start = path if path.is_dir() else path.parent
    for folder in (start, *start.parents):
        if (folder / CONFIGURATION).is_file():
            return folder
    return start


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if not any(fnmatch(path.name, pattern) for pattern in SKIPPED):
                yield from _files(path)
        elif path.suffix in SUFFIXES and path.name != CONFIGURATION and not path.name.startswith("."):
            yield path


def _configuration(file: Path) -> Configuration:
    if not file.is_file():
        return Configuration()
    try:
        documents = read(file)
    except InvalidYaml as error:
        raise FlowTestError(f"{display_path(file)}:{error.line}: {error}") from error
    if not documents:
        return Configuration()
    [document] = documents[:1]
    values = document.value
    known = Configuration.__dataclass_fields__
    for name, value in values.items():
        if name not in known:
            raise FlowTestError(f"{document.at([name])}: there is no setting {name!r}.{near(name, known, 'Settings')}")
        wanted = type(getattr(Configuration(), name))
        if not isinstance(value, wanted):
            raise FlowTestError(f"{document.at([name])}: {name} must be {_KINDS[wanted]}, not {value!r}")
    _check_files(document, file.parent, values.get("namespaceFiles", {}))
    return Configuration(**values)


_KINDS = {list: "a list", dict: "a mapping of names to values", int: "a number of seconds"}


def _check_files(document: Document, root: Path, folders: dict[str, str]) -> None:
    for namespace, folder in folders.items():
        if not (root / folder).is_dir():
            where = document.at(["namespaceFiles", namespace])
            raise FlowTestError(
                f"{where}: there is no folder {display_path(root / folder)} for the files of {namespace}"
            )


def merge_configurations(folders: Iterable[Folder]) -> Configuration:
    """One configuration for one stack: services, variables and secrets of all folders."""
    all_folders = list(folders)
    return Configuration(
        services=sorted({name for folder in all_folders for name in folder.configuration.services}),
        envs={name: value for folder in all_folders for name, value in folder.configuration.envs.items()},
        secrets={name: value for folder in all_folders for name, value in folder.configuration.secrets.items()},
    )

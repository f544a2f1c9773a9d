"""One test run: the folders, the engine for them, and the test cases, which run side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from flowtests.documents import display_path
from flowtests.engine import Engine
from flowtests.errors import FlowTestError, Problem
from flowtests.expectations import Outcome, judge_case
from flowtests.flows import FlowFile, native
from flowtests.folder import Configuration, Folder, merge_configurations
from flowtests.runs import Run, execute
from flowtests.stack import Address, Stack
from flowtests.suites import Case
from workbook.errors import WorkbookError
from workbook.kestra.errors import FlowInvalid

AT_ONCE = 12


class Session:
    """The folders under test and the engine, which starts when the first test needs it.

    Parameters:
        paths: folders, or files in them.

    Raises:
        FlowTestError: a path is not there, or a configuration is wrong.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = [path.resolve() for path in paths]
        folders: dict[Path, Folder] = {}
        for path in self.paths:
            if not any(path.is_relative_to(root) for root in folders):
                folder = Folder.of(path)
                folders[folder.root] = folder
        self.folders = list(folders.values())
        self._started: Engine | FlowTestError | None = None
        self._stack: Stack | None = None
        self._revisions: dict[str, int] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="flowtests")
        self._running: dict[int, Future[Outcome]] = {}
        self._cases: list[Case] = []
        self._services: set[str] = set()

    def folder_of(self, file: Path) -> Folder:
        """The folder that a file belongs to.

        Raises:
            FlowTestError: none of those under test.
        """
        for folder in self.folders:
            if file.is_relative_to(folder.root):
                return folder
        raise FlowTestError(f"{file} is in none of the folders under test: name it with --flows")

    def flow(self, name: str) -> FlowFile:
        """A flow by namespace and id, joined by a dot.

        Raises:
            FlowTestError: there is no such flow.
        """
        flows = [flow for folder in self.folders for flow in folder.all_flows()]
        for flow in flows:
            if flow.name == name:
                return flow
        known = ", ".join(flow.name for flow in flows) or "none"
        raise FlowTestError(f"There is no flow {name!r} in the folder. Flows: {known}.")

    def plan(self, cases: Iterable[Case], services: Iterable[str]) -> None:
        """Announce the tests of this run, before the first of them.

        Parameters:
            cases: the test cases that will run.
            services: services that tests need in addition to the configuration's.
        """
        self._cases = [case for case in cases if not case.problems]
        self._services = set(services)

    def problems(self, flow: FlowFile) -> list[Problem]:
        """What is wrong with a flow: what the engine says, with its lines."""
        problems = []
        if twins := self.folder_of(flow.document.file).twins(flow):
            files = ", ".join(display_path(twin.document.file) for twin in twins)
            problems.append(Problem(f"the flow {flow.name} stands in {files} too: rename one of them", self._at(flow)))
        checked = flow.source() if flow.absent_types else flow.document.text
        for problem in self.engine.problems(checked):
            line = flow.line_of(problem.path, problem.message)
            problems.append(
                Problem(f"{problem}{_remedy(problem.message)}", f"{display_path(flow.document.file)}:{line}")
            )
        return problems

    def outcome(self, case: Case) -> Outcome:
        """The outcome of a planned test case."""
        self.engine  # noqa: B018 (starts them all)
        return self._running[id(case)].result()

    def run(self, flow: FlowFile, fixtures: Mapping[str, Any], kv: Mapping[str, Any], seconds: float | None) -> Run:
        """Run a flow for a test in Python, after the test cases in YAML have ended.

        Parameters:
            flow: the flow.
            fixtures: what the engine uses in place of the real thing.
            kv: the entries of the key-value store of its namespace.
            seconds: how long it may take; as the configuration says if None.

        Raises:
            Refused: the engine starts no execution.
            FlowTestError: the engine does not take the flow.
        """
        engine = self.engine
        wait(self._running.values())
        self._post(flow, fixtures.get("tasks") or [])
        limit = seconds or self.folder_of(flow.document.file).configuration.seconds
        return self._execute(engine, flow, fixtures, kv, limit)

    @property
    def engine(self) -> Engine:
        """The engine, with all flows, and the planned test cases running.

        Raises:
            FlowTestError: it does not start.
        """
        if self._started is None:
            try:
                self._started = self._start()
                self._prepare()
            except (FlowTestError, WorkbookError) as error:
                self._started = FlowTestError(str(error))
        if isinstance(self._started, FlowTestError):
            raise self._started
        return self._started

    def close(self) -> None:
        """Stop what was started."""
        self._pool.shutdown(cancel_futures=True)
        if self._stack is not None:
            self._stack.close()

    def _start(self) -> Engine:
        configuration = merge_configurations(self.folders)
        wanted = sorted({*configuration.services, *self._services})
        configuration = replace(configuration, services=wanted)
        if (address := Address.from_environment()) and _fits(configuration, address):
            return Engine(address)
        self._stack = Stack(configuration)
        return Engine(self._stack.address)

    def _prepare(self) -> None:
        """Store all flows, those with replaced tasks first: the last revision is the flow as it is."""
        engine = self.engine
        flows = [flow for folder in self.folders for flow in folder.all_flows()]
        engine.clear({(flow.namespace, flow.id) for flow in flows})
        for folder in self.folders:
            for namespace, files in folder.configuration.namespaceFiles.items():
                engine.put_files(namespace, folder.root / files)
            for namespace, entries in folder.configuration.kv.items():
                engine.set_kv(namespace, entries)
        for case in self._cases:
            if case.flow is not None:
                self._post(case.flow, case.tasks, last=False)
        for flow in flows:
            self._post(flow, [])
        for case in self._cases:
            self._running[id(case)] = self._pool.submit(self._run_case, case)

    def _post(self, flow: FlowFile, fixtures: Sequence[dict[str, Any]], last: bool = True) -> None:
        """Store a flow as these fixtures want it; if the engine rejects the flow, its own test reports it.

        Parameters:
            last: have the flow without fixtures as its last revision, which flows that call it get.
        """
        source, plain = flow.source(fixtures), flow.source()
        if source in self._revisions or (source == plain and not last):
            return
        try:
            self._revisions[source] = self.engine.post(source)
            if last and source != plain:
                self._revisions[plain] = self.engine.post(plain)
        except FlowInvalid:
            return

    def _run_case(self, case: Case) -> Outcome:
        flow = case.flow
        if flow is None:
            raise FlowTestError(f"The test case {case.id!r} is of no flow of its folder.")
        seconds = case.preconditions.get("seconds", self.folder_of(case.document.file).configuration.seconds)
        paused = case.expect.get("state") == "PAUSED"
        kv = case.preconditions.get("kv") or {}

        def run() -> Run:
            """Run the flow of the case once."""
            return self._execute(self.engine, flow, case.fixtures, kv, seconds, paused)

        with self._alone(flow, bool(kv or case.expect.get("kv"))):
            return judge_case(self.engine, case, run)

    def _execute(
        self,
        engine: Engine,
        flow: FlowFile,
        fixtures: Mapping[str, Any],
        kv: Mapping[str, Any],
        seconds: float,
        paused: bool = False,
    ) -> Run:
        tasks = fixtures.get("tasks") or []
        revision = self._revisions.get(flow.source(tasks))
        if revision is None:
            raise FlowTestError(f"The engine does not accept the flow {flow.name}; its own test says why.")
        if kv or flow.uses_kv:
            engine.set_kv(flow.namespace, {**self._kv_of(flow), **kv})
        run = execute(engine, flow, revision, {**fixtures, "tasks": native(flow, tasks)}, seconds, paused)
        return replace(run, stubbed=frozenset(fixture["id"] for fixture in tasks))

    def _kv_of(self, flow: FlowFile) -> Mapping[str, Any]:
        return self.folder_of(flow.document.file).configuration.kv.get(flow.namespace, {})

    @contextmanager
    def _alone(self, flow: FlowFile, kv: bool) -> Iterator[None]:
        """Keep apart what would get into each other's way: limits of concurrency, and the key-value store."""
        reached = self._reached(flow)
        names = {f"limit {other.name}" for other in reached if other.limited}
        names |= {f"kv {other.namespace}" for other in reached if other.uses_kv or (kv and other is flow)}
        with ExitStack() as held:
            for name in sorted(names):  # always in this order, so that two never wait for each other
                held.enter_context(self._locks.setdefault(name, threading.Lock()))
            yield

    def _reached(self, flow: FlowFile) -> list[FlowFile]:
        """A flow and those that it calls, and those that they call."""
        folder = self.folder_of(flow.document.file)
        reached = [flow]
        for caller in reached:
            called = (folder.flow(*name) for name in caller.subflows)
            reached += [other for other in called if other is not None and other not in reached]
        return reached

    @staticmethod
    def _at(flow: FlowFile) -> str:
        return flow.document.at(["id"])


def _fits(configuration: Configuration, address: Address) -> bool:
    """Whether a running engine will do: an engine gets variables and secrets at its start only."""
    return set(configuration.services) <= set(address.services) and not configuration.envs and not configuration.secrets


def _remedy(message: str) -> str:
    if "Invalid type" not in message or "<null>" in message:
        return ""
    return (
        ". If the type is spelled right, the embedded engine lacks this plug-in: name the type in flowtests.yaml under "
        "absentTypes, and give the task a fixture in the tests"
    )

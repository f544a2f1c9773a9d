"""The pytest plug-in: `pytest -p flowtests.plugin --flows FOLDER`.

One item a flow (does the engine take it?), one a test case in YAML; tests in Python are pytest's own, with the fixture
`flow`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flowtests.documents import display_path
from flowtests.errors import FlowTestError, Problem
from flowtests.flows import FlowFile
from flowtests.folder import SUFFIXES
from flowtests.suites import Case, Suite

if TYPE_CHECKING:
    from flowtests.flow_under_test import FlowUnderTest
    from flowtests.session import Session

KEY: pytest.StashKey[Session] = pytest.StashKey()


class Failed(Exception):
    """A flow or a test case is not as it should be; the report has the message, without a stack trace."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option `--flows`."""
    parser.getgroup("flows", "tests of Kestra flows").addoption(
        "--flows",
        action="append",
        default=[],
        metavar="PATH",
        help="folder of flows and tests, or one file in it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the folders, and have them collected unless the command line names tests itself."""
    config.addinivalue_line("markers", "flow(name): the flow that the fixture `flow` is, as namespace.id")
    config.addinivalue_line("markers", "services(*names): services that a test needs besides Kestra, such as postgres")
    paths = [Path(path) for path in config.getoption("--flows")]
    if not paths:
        return
    from flowtests.session import Session  # with the client, which takes a second

    try:
        config.stash[KEY] = Session(paths)
    except FlowTestError as error:
        raise pytest.UsageError(str(error)) from error
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = [str(path) for path in paths]


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Which flows and tests there are, and which files are ignored."""
    session = config.stash.get(KEY, None)
    lines = []
    for folder in session.folders if session else ():
        cases = sum(len(suite.cases) for suite in folder.all_suites())
        lines.append(f"flows: {len(folder.all_flows())} in {display_path(folder.root)}, {cases} test cases in YAML")
        if folder.ignored:
            lines.append(f"neither flow nor test: {', '.join(display_path(file) for file in folder.ignored)}")
    return lines


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file of flows or of tests."""
    session = parent.config.stash.get(KEY, None)
    if session is None or file_path.suffix not in SUFFIXES:
        return None
    if not any(file_path.is_relative_to(path) for path in session.paths):
        return None
    folder = session.folder_of(file_path)
    if file_path in folder.broken or file_path in folder.flows or file_path in folder.suites:
        return FlowsFile.from_parent(parent, path=file_path)
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Plan what will run, so that it can run side by side."""
    flows = session.config.stash.get(KEY, None)
    if flows is not None:
        cases = [item.case for item in session.items if isinstance(item, CaseItem)]
        marks = (mark for item in session.items for mark in item.iter_markers("services"))
        flows.plan(cases, [name for mark in marks for name in mark.args])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the stack."""
    session = config.stash.get(KEY, None)
    if session is not None:
        session.close()


@pytest.fixture
def flow(request: pytest.FixtureRequest) -> FlowUnderTest:
    """The flow that the marker `flow` names, to be run with `flow.run(inputs=..., stubs=...)`."""
    from flowtests.flow_under_test import FlowUnderTest

    session = request.config.stash.get(KEY, None)
    if session is None:
        raise pytest.UsageError("The fixture `flow` needs to know where the flows are: pytest --flows FOLDER")
    marker = request.node.get_closest_marker("flow")
    if marker is None or len(marker.args) != 1:
        raise FlowTestError("Say which flow is tested: @pytest.mark.flow('namespace.id')")
    return FlowUnderTest(session, session.flow(marker.args[0]))


class FlowsFile(pytest.File):
    """A file with flows, tests of flows, or a mistake that keeps it from being either."""

    def collect(self) -> Iterable[pytest.Item]:
        """An item a flow, an item a test case, an item for what is wrong with a suite or with the file."""
        folder = self.config.stash[KEY].folder_of(self.path)
        if self.path in folder.broken:
            yield BrokenItem.from_parent(self, name="yaml", problems=[folder.broken[self.path]])
        for flow in folder.flows.get(self.path, []):
            yield FlowItem.from_parent(self, name=flow.id or "flow", flow=flow)
        for suite in folder.suites.get(self.path, []):
            yield from self._suite(suite)

    def _suite(self, suite: Suite) -> Iterable[pytest.Item]:
        if suite.problems:
            yield BrokenItem.from_parent(self, name=str(suite.value.get("id", "suite")), problems=suite.problems)
        for case in suite.cases if suite.flow_id and not suite.problems else ():
            item = CaseItem.from_parent(self, name=case.id, case=case)
            if suite.disabled or case.raw.get("disabled") is True:
                item.add_marker(pytest.mark.skip(reason="disabled in the file"))
            yield item


class _Item(pytest.Item):
    """An item whose failures are reported as text."""

    line = 0

    @property
    def flows(self) -> Session:
        """The run that it is part of."""
        return self.config.stash[KEY]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone for this plug-in's own errors."""
        if isinstance(excinfo.value, Failed | FlowTestError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """File, line counted from 0, name."""
        return self.path, self.line, self.name


class BrokenItem(_Item):
    """What is wrong with a file or a suite as a whole."""

    def __init__(self, *, problems: list[Problem], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.problems = problems

    def runtest(self) -> None:
        """Report the problems."""
        raise Failed("\n".join(str(problem) for problem in self.problems))


class FlowItem(_Item):
    """Whether the engine takes a flow."""

    def __init__(self, *, flow: FlowFile, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.flow = flow
        self.line = flow.document.line([]) - 1

    def runtest(self) -> None:
        """Ask the engine."""
        problems = self.flows.problems(self.flow)
        if problems:
            lines = "\n".join(str(problem).replace("\n", "\n    ") for problem in problems)
            raise Failed(f"The engine does not accept the flow {self.flow.name}:\n{lines}")


class CaseItem(_Item):
    """One test case in YAML."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.line = case.document.line(case.path) - 1

    def runtest(self) -> None:
        """Run it, or report what is wrong with it."""
        if self.case.problems:
            raise Failed("\n".join(str(problem) for problem in self.case.problems))
        outcome = self.flows.outcome(self.case)
        if outcome.run is not None:
            self.user_properties.append(("execution", outcome.run.execution.id))
            self.user_properties.append(("state", outcome.run.state))
        if outcome.problems:
            lines = [str(problem) for problem in outcome.problems]
            raise Failed("\n".join([*lines, "", *(outcome.run.describe() if outcome.run else [])]).rstrip())

"""One stack for all tests that need an engine; folders of flows made on the spot."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from flowtests import FlowTestStack, Report
from flowtests.documents import display_path
from flowtests.session import Session
from tests.support.flow_tests import FLOW, SUITE


class FlowFolder:
    """A folder of flows and tests, and the engine to run them on."""

    def __init__(self, folder: Path, stack: FlowTestStack) -> None:
        self.folder = folder
        self.stack = stack
        self.shown_as = str(Path(display_path(folder / "price_tests.yaml")).parent)
        """The folder as messages name it: from the current one, where the checkout lies near."""

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"))
        return file

    def cases(self, text: str) -> None:
        """Test cases of the flow `price`."""
        self.write("price.yaml", FLOW)
        self.write("price_tests.yaml", SUITE.lstrip("\n") + dedent(text).strip("\n") + "\n")

    def run(self, *options: str) -> Report:
        """What the command says."""
        return self.stack.run(self.folder, *options)

    def outcomes(self) -> dict[str, list[str]]:
        """What is wrong with each test case, without the command and without the folder's name."""
        session = Session([self.folder])
        cases = [case for folder in session.folders for suite in folder.all_suites() for case in suite.cases]
        session.plan(cases, [])
        try:
            outcomes = {case.id: case.problems or session.outcome(case).problems for case in cases}
        finally:
            session.close()
        return {
            name: [str(problem).removeprefix(f"{self.shown_as}/") for problem in problems]
            for name, problems in outcomes.items()
        }


@pytest.fixture(scope="session")
def stack() -> Iterator[FlowTestStack]:
    with FlowTestStack() as running:
        yield running


@pytest.fixture
def flow_folder(stack: FlowTestStack, tmp_path: Path) -> FlowFolder:
    return FlowFolder(tmp_path, stack)

"""Test runs from a notebook: one stack for many of them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Self

from flowtests.folder import Folder, merge_configurations
from flowtests.stack import Address, Stack
from workbook.html import chip, table

MESSAGE = "message"
FAULTS = ("failure", "error")


@dataclass(frozen=True)
class Result:
    """The result of one item: a flow, or a test.

    Attributes:
        name: the file, without its folder, and the item.
        outcome: `passed`, `failed` or `skipped`.
        message: why it failed.
    """

    name: str
    outcome: str
    message: str = ""

    @property
    def test(self) -> str:
        """The item without its file."""
        return self.name.partition("::")[2]

    @property
    def reason(self) -> str:
        """The line of the message that says why it failed; the first one, if pytest has marked none."""
        lines = self.message.splitlines() or [""]
        return next((line.removeprefix("E ").strip() for line in lines if line.startswith("E ")), lines[0])


_LOOKS = {"passed": "SUCCESS", "failed": "FAILED", "skipped": "SKIPPED"}
"""The look of an outcome is that of a task run's state."""


@dataclass(frozen=True, repr=False)
class Report:
    """The results of one test run.

    Attributes:
        folder: what was tested.
        exit_code: pytest's: 0 all passed, 1 some failed, 4 usage error, 5 nothing to test.
        results: item by item.
        output: what pytest printed.
    """

    stack: FlowTestStack
    folder: Path
    exit_code: int
    results: tuple[Result, ...]
    output: str

    @property
    def passed(self) -> bool:
        """Whether all items passed."""
        return self.exit_code == 0

    @property
    def failures(self) -> list[Result]:
        """The results of the items that failed."""
        return [result for result in self.results if result.outcome == "failed"]

    def __repr__(self) -> str:
        if not self.results:
            return self.output
        lines = [f"{result.outcome:<8}{result.name}" for result in self.results]
        for result in self.failures:
            lines += ["", f"{result.name}:", *(f"  {line}" for line in result.message.splitlines())]
        return "\n".join([*lines, "", self._counted()])

    def html(self) -> str:
        """The results as a table; what a failed item says stands below it."""
        rows = []
        for result in self.results:
            file, _, item = result.name.partition("::")
            said = (
                f'<pre style="margin:0;white-space:pre-wrap">{escape(result.message)}</pre>' if result.message else ""
            )
            rows.append([chip(_LOOKS[result.outcome], result.outcome), escape(item or file) + said, escape(file)])
        if not rows:
            return f"<pre>{escape(self.output)}</pre>"
        return f"{table(('result', 'item', 'file'), rows)}<div>{self._counted()}</div>"

    def _counted(self) -> str:
        """How many items have each outcome."""
        return ", ".join(
            f"{count} {outcome}"
            for outcome in ("passed", "failed", "skipped")
            if (count := sum(result.outcome == outcome for result in self.results))
        )

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}


class FlowTestStack:
    """A stack for flow tests that stays up between test runs, until `close` or the end of a `with` block.

    While it is up, every test run of this process, and of those that it starts, takes place on it.

    Parameters:
        folder: a folder of flows whose configuration says which services and variables the stack has; Kestra alone if
            None.

    Raises:
        FlowTestError: it does not start.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        configuration = merge_configurations([Folder.of(Path(folder))] if folder is not None else [])
        self._stack = Stack(configuration)
        os.environ.update(self.address.variables())

    @property
    def address(self) -> Address:
        """Where its engine is."""
        return self._stack.address

    def run(self, folder: str | Path, *options: str) -> Report:
        """Run `python -m flowtests FOLDER` on this stack.

        Parameters:
            folder: the flows and their tests.
            options: pytest's, such as `-k name`.
        """
        with tempfile.TemporaryDirectory() as scratch:
            junit = Path(scratch, "junit.xml")
            command = [sys.executable, "-m", "flowtests", str(folder), "-p", "no:cacheprovider", *options]
            done = subprocess.run(
                [*command, f"--junitxml={junit}", "-o", "junit_family=xunit1"],  # the family that names the file
                env={**os.environ, "PY_COLORS": "0"},  # a notebook asks for colours, which would end up in the report
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            results = _results(junit) if junit.exists() else ()
        return Report(self, Path(folder), done.returncode, results, done.stdout)

    def close(self) -> None:
        """Stop the stack."""
        for name in self.address.variables():
            os.environ.pop(name, None)
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _results(junit: Path) -> tuple[Result, ...]:
    return tuple(_result(item) for item in ElementTree.parse(junit).iter("testcase"))


def _result(item: ElementTree.Element) -> Result:
    name = f"{Path(item.get('file', '')).name}::{item.get('name')}"
    faults = [fault for fault in item if fault.tag in FAULTS]
    if faults:
        return Result(name, "failed", (faults[0].text or faults[0].get(MESSAGE) or "").strip())
    return Result(name, "skipped" if item.find("skipped") is not None else "passed")

"""A Kestra 2.0 engine in a process of its own, which is asked by lines of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flowtests import processes
from flowtests.errors import FlowTestError

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 30


class Kestra2:
    """The engine; it lasts until `close`, or until the end of a `with` block.

    Raises:
        FlowTestError: it does not start, such as when its artifacts cannot be fetched.

    Attributes:
        ready_seconds: how long the start took.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "embedded.services.kestra.kestra2"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ready_seconds = float(self._read()["ready"])

    def validate(self, sources: Sequence[str]) -> list[str | None]:
        """Why the engine does not take each flow; None if it does."""
        problems: list[str | None] = self._ask({"validate": list(sources)})
        return problems

    def run(
        self, source: str, others: Sequence[str] = (), inputs: Mapping[str, Any] | None = None, seconds: float = 60
    ) -> dict[str, Any]:
        """Run a flow to its end.

        Parameters:
            source: the flow.
            others: flows that it needs, such as its subflows.
            inputs: values of its inputs.
            seconds: how long it may take.

        Returns:
            `state`, `outputs`, and `taskRuns` with `task`, `value`, `state` and `outputs` each.

        Raises:
            FlowTestError: the engine refuses it, or the time is over.
        """
        question = {"run": source, "others": list(others), "inputs": dict(inputs or {}), "seconds": seconds}
        result: dict[str, Any] = self._ask(question)
        return result

    def dates(self, source: str, trigger: str, after: str, count: int) -> list[str]:
        """The next dates of a Schedule.

        Parameters:
            source: the flow.
            trigger: the id of the Schedule.
            after: the date of its last execution, in the form of ISO 8601 with an offset.
            count: how many dates.
        """
        dates: list[str] = self._ask({"dates": source, "trigger": trigger, "after": after, "count": count})
        return dates

    def close(self) -> None:
        """Stop it."""
        processes.end(self._process, STOP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, question: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise FlowTestError("The engine of Kestra 2.0 has ended; what it wrote last stands above.")
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise FlowTestError(f"Kestra 2.0: {answer['error']}")
        return answer

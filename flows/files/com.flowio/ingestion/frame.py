"""What the scripts have in common: how they refuse a file, name a failure, and check the stores."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


class Rejected(Exception):
    """A row, a search or a match cannot be right; the text says why."""


def refusal(source: str, problem: str) -> SystemExit:
    """The end of a script that cannot use its file.

    Parameters:
        source: the file's address, as its sender knows it.
        problem: a sentence.
    """
    return SystemExit(f"{source}: {problem} Nothing was loaded.")


def first_line(error: BaseException, longest: int) -> str:
    """An error in one line: the first of its text, or its type if it has none.

    Parameters:
        longest: characters after which the line is cut off.
    """
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:longest]


@contextmanager
def exit_naming(store: str) -> Iterator[None]:
    """End the script with the store's name and the reason, without a traceback, if its load fails."""
    try:
        yield
    except Exception as error:
        sys.exit(f"{store} was not loaded: {first_line(error, 500)}")


@dataclass(frozen=True)
class Finding:
    """What a check has found in a store.

    Attributes:
        values: for the task's outputs.
        line: for the log, without the store's name.
        problem: what is wrong, to be read after the store's name; empty if all is well.
    """

    values: dict[str, Any]
    line: str
    problem: str = ""


@dataclass
class Verification:
    """The findings in all stores.

    Attributes:
        values: of each store that answered.
        problems: a sentence for each store that is not well.
    """

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All problems in one line; empty if there is none."""
        return "; ".join(self.problems.values())


def verify(checks: Mapping[str, Callable[[], Finding]]) -> Verification:
    """Ask every store, also after one that does not answer, and print what was found.

    Parameters:
        checks: for each store, by its name, the function that asks it.
    """
    result = Verification()
    for store, check in checks.items():
        try:
            finding = check()
        except Exception as error:
            result.problems[store] = f"{store} cannot be read: {first_line(error, 300)}"
            continue
        print(f"{store:<14}{finding.line}")
        result.values[store] = finding.values
        if finding.problem:
            result.problems[store] = f"{store} {finding.problem}"
    return result

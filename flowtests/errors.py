"""What can be wrong with a flow, with a test, or with its result."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        message: what, and the remedy.
        where: file and line, or the file alone; empty if neither is known.
    """

    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class FlowTestError(Exception):
    """A flow or a test is not as it should be, or there is no engine for the tests."""


class Refused(FlowTestError):
    """The engine started no execution: an input is wrong, or a check of the flow forbids it."""


def near(name: str, known: Iterable[str], what: str) -> str:
    """A hint at the name that was meant, and the names that there are.

    Parameters:
        name: the name that does not exist.
        known: the names that exist.
        what: what the names are, in the plural, as a heading: `Its tasks`.
    """
    names = list(known)
    close = difflib.get_close_matches(name, names, 1, 0.5)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"{hint} {what}: {', '.join(names) or 'none'}."

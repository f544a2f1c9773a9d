"""What is said about several executions at once."""

from __future__ import annotations

from collections.abc import Sequence

from workbook.kestra.models import Execution


def overall(runs: Sequence[Execution]) -> str:
    """The state of the first that is not good, or SUCCESS."""
    bad = [one.state for one in runs if not one.good]
    return bad[0] if bad else "SUCCESS"


def summary(runs: Sequence[Execution]) -> str:
    """How many there are, and how many of them are good if not all."""
    good = sum(one.good for one in runs)
    total = f"{len(runs)} execution{'' if len(runs) == 1 else 's'}"
    return total if good == len(runs) else f"{total}, {good} of them good"

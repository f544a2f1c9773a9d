"""Whether a job that failed is tried again.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded.services.aws.batch.attempt import Outcome

_GIVEN = {"onExitCode": "exit_code", "onReason": "reason", "onStatusReason": "status_reason"}


def again(strategy: Mapping[str, Any], attempts: int, outcome: Outcome) -> bool:
    """Tell whether there is a further attempt.

    Parameters:
        strategy: in Batch's shape, with `attempts` and `evaluateOnExit`.
        attempts: how many there were.
        outcome: of the last one.
    """
    if outcome.final or attempts >= strategy.get("attempts", 1):
        return False
    rule = next((rule for rule in strategy.get("evaluateOnExit", []) if _matches(rule, outcome)), None)
    return rule is None or rule["action"] == "RETRY"


def _matches(rule: Mapping[str, Any], outcome: Outcome) -> bool:
    """Whether all that a rule asks for holds; a star at a pattern's end stands for anything."""
    for name, member in _GIVEN.items():
        if name in rule:
            value = getattr(outcome, member)
            pattern, text = rule[name].lower(), "" if value is None else str(value).lower()
            if not (text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern):
                return False
    return True

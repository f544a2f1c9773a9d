"""Decides whether a failed job is retried.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from embedded.services.aws.batch.attempt import Outcome

_OUTCOME_MEMBERS = {"onExitCode": "exit_code", "onReason": "reason", "onStatusReason": "status_reason"}


def should_retry(strategy: Mapping[str, Any], attempts: int, outcome: Outcome) -> bool:
    """Whether to start a further attempt.

    Parameters:
        strategy: in Batch's shape, with `attempts` and `evaluateOnExit`.
        attempts: number of attempts so far.
        outcome: outcome of the last attempt.
    """
    if outcome.final or attempts >= strategy.get("attempts", 1):
        return False
    rule = next((rule for rule in strategy.get("evaluateOnExit", []) if _matches(rule, outcome)), None)
    return rule is None or rule["action"] == "RETRY"


def _matches(rule: Mapping[str, Any], outcome: Outcome) -> bool:
    """Whether all conditions of a rule hold; a star at the end of a pattern matches anything."""
    for name, member in _OUTCOME_MEMBERS.items():
        if name in rule:
            value = getattr(outcome, member)
            pattern, text = rule[name].lower(), "" if value is None else str(value).lower()
            if not (text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern):
                return False
    return True

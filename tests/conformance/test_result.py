"""Two runs of one flow are equal although their ids, and with them the order of parallel task runs, differ."""

from typing import Any

from tests.conformance.result import comparable


def execution(first: str, second: str) -> dict[str, Any]:
    """With two task runs that started an execution each."""
    state = {"current": "SUCCESS", "histories": [{"state": "CREATED"}, {"state": "SUCCESS"}]}
    started = [("one", first), ("two", second)]
    runs = [{"taskId": name, "state": state, "outputs": {"executionId": identity}} for name, identity in started]
    return {"state": state, "taskRunList": runs}


def test_ids_do_not_order_task_runs() -> None:
    low, high = "1" * 22, "9" * 22
    assert comparable(execution(low, high)) == comparable(execution(high, low))


def test_what_task_runs_have_done_counts() -> None:
    failed = execution("1" * 22, "9" * 22)
    failed["taskRunList"][0]["state"] = {"current": "FAILED", "histories": []}
    assert comparable(failed) != comparable(execution("1" * 22, "9" * 22))

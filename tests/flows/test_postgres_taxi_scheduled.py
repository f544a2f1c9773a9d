"""Flow 05: the month comes from the schedule, and past months from a backfill."""

import pytest
import requests

from tests.flows.taxis import PATIENCE, Taxis
from tests.support.odd_answers import answering, odd_month, told_of_month
from tests.support.waiting import eventually

FLOW = "05_postgres_taxi_scheduled"


@pytest.fixture(autouse=True)
def imported(taxis: Taxis) -> None:
    taxis.import_flow(FLOW)


def backfill(taxis: Taxis, trigger: str, start: str, end: str, flow: str = FLOW, label: str = "") -> None:
    body = {
        **{"namespace": "zoomcamp", "flowId": flow, "triggerId": trigger},
        "backfill": {"start": start, "end": end, "labels": [{"key": "backfill", "value": label or trigger}]},
    }

    # The trigger appears a moment after its flow.
    def answers() -> list[requests.Response]:
        answer = taxis.api.put("/triggers", json=body)
        return [] if answer.status_code == 404 else [answer]

    [answer] = eventually(answers, PATIENCE, f"the trigger {flow}.{trigger}")
    assert answer.status_code == 200, answer.text


def test_by_hand_it_says_what_to_do(taxis):
    answer = taxis.api.post(f"/executions/zoomcamp/{FLOW}", files={"taxi": (None, "yellow")}, params={"wait": "true"})
    execution = taxis.ended(answer.json())
    assert execution["state"]["current"] == "FAILED"
    assert "Run a backfill of yellow_schedule or green_schedule" in taxis.errors(execution)
    assert taxis.tables() == set()


def test_a_backfill_loads_one_file_a_month(taxis):
    backfill(taxis, "green_schedule", "2020-01-31T00:00:00Z", "2020-04-30T00:00:00Z")
    names = [f"green_tripdata_2020-{month:02}.csv" for month in (2, 3, 4)]
    loaded = taxis.await_backfill(FLOW, "green_schedule", 3)
    assert taxis.counts("green") == taxis.rows(*names)
    assert taxis.tables() == {"green_tripdata"}
    assert sorted(label["value"] for each in loaded for label in each["labels"] if label["key"] == "file") == names
    assert {each["trigger"]["variables"]["date"][11:16] for each in loaded} == {"09:00"}


@pytest.mark.slow
def test_odd_answers_to_a_backfill_fail_in_one_line_each(taxis):
    with answering(odd_month) as address:
        taxis.import_odd(FLOW, address)
        backfill(taxis, "green_schedule", "2021-01-31T00:00:00Z", "2021-07-31T00:00:00Z", label="odd")
        failed = taxis.await_backfill(FLOW, "odd", 6, "FAILED")
    for execution in failed:
        (name,) = (label["value"] for label in execution["labels"] if label["key"] == "file")
        taxis.assert_refused(execution, f"{address}/green/{name}.gz ", told_of_month(name))
    assert taxis.tables() == set()


def test_postgres_gone_in_the_middle_of_a_backfill(taxis):
    """It is started again, and the merge is done once more."""
    names = [f"green_tripdata_2020-{month:02}.csv" for month in (2, 3)]
    backfill(taxis, "green_schedule", "2020-01-31T00:00:00Z", "2020-02-29T00:00:00Z", label="before")
    taxis.await_backfill(FLOW, "before", 1)
    with taxis.nobody_may_write("green_tripdata"):
        backfill(taxis, "green_schedule", "2020-02-29T00:00:00Z", "2020-03-31T00:00:00Z", label="crash")
        taxis.await_waiting_merge()
        taxis.crash("postgres")
    taxis.await_backfill(FLOW, "crash", 1)
    assert taxis.counts("green") == taxis.rows(*names)

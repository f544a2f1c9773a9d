"""Flow s3-csv-ingestion while a store goes away: the run names it, the others are exact, a second run heals."""

import os
from collections.abc import Iterator

import pytest

from tests.pipelines.client import PATIENCE, SERVICE_OF, STORES, Pipelines
from tests.support.waiting import eventually

FLOW = "s3-csv-ingestion"
ROWS = int(os.environ.get("OUTAGE_ROWS", "50000"))
"""The weekly run takes 200,000: then every load is certain to be in its middle."""
KEY = "tests/outage.csv"
NAMED = "Not every store holds the file: "


@pytest.fixture(scope="module", autouse=True)
def imported(pipelines: Pipelines) -> Iterator[None]:
    pipelines.import_flow(FLOW)
    pipelines.put(KEY, pipelines.sample(ROWS))
    yield
    pipelines.remove_flow(FLOW)


def loading(pipelines: Pipelines, identity: str, store: str) -> bool:
    """Whether the store's own load runs, or has run already."""
    runs = pipelines.execution(identity).get("taskRunList") or []
    return any(run["taskId"] == f"{store}_load" and run["state"]["current"] != "CREATED" for run in runs)


@pytest.mark.slow
@pytest.mark.parametrize("store", STORES)
def test_a_store_that_stops_in_the_middle(pipelines: Pipelines, store: str) -> None:
    """Every run of the tests sees TimescaleDB end in the middle of a load: test_restarts.py."""
    table = f"outage_{store}"
    identity = pipelines.start(FLOW, s3_key=KEY, table_name=table)
    eventually(lambda: loading(pipelines, identity, store), PATIENCE, f"the load of {store}")
    pipelines.embedded("stop", SERVICE_OF[store])
    run = pipelines.ended(identity)
    pipelines.embedded("up", "--only", SERVICE_OF[store])
    assert run.state == "FAILED"
    assert store in run.errors(NAMED).split(NAMED)[1]
    exact = pipelines.manifest(ROWS)
    found = pipelines.contents(table)
    assert {name: content for name, content in found.items() if name != store} == {
        name: exact for name in STORES if name != store
    }
    assert pipelines.run(FLOW, s3_key=KEY, table_name=table).state == "SUCCESS"
    assert pipelines.contents(table) == dict.fromkeys(STORES, exact)


@pytest.mark.slow
def test_two_stores_that_are_down_are_both_named_and_the_run_ends(pipelines: Pipelines) -> None:
    down = ("clickhouse", "elasticsearch")
    pipelines.put("tests/small.csv", pipelines.sample(1_000))
    pipelines.embedded("stop", ",".join(SERVICE_OF[store] for store in down))
    run = pipelines.run(FLOW, s3_key="tests/small.csv", table_name="outage_of_two")
    pipelines.embedded("up", "--only", ",".join(SERVICE_OF[store] for store in down))
    told = run.errors(NAMED).split(NAMED)[1]
    assert run.state == "FAILED"
    assert [store for store in STORES if store in told] == list(down)
    exact = pipelines.manifest(1_000)
    found = pipelines.contents("outage_of_two")
    assert (found["timescaledb"], found["qdrant"]) == (exact, exact)
    assert pipelines.run(FLOW, s3_key="tests/small.csv", table_name="outage_of_two").state == "SUCCESS"
    assert pipelines.contents("outage_of_two") == dict.fromkeys(STORES, exact)

"""The counts behind flows with a concurrency limit."""

import pytest
from kestrapy import ConcurrencyLimit, KestraClient
from kestrapy.exceptions import NotFoundException

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api

FLOW = """
    id: limited
    namespace: limits.team
    concurrency: {limit: 1, behavior: QUEUE}
    tasks:
      - {id: hold, type: io.kestra.plugin.core.flow.Pause}
"""


def limit(running: int, flow: str = "limited") -> ConcurrencyLimit:
    return ConcurrencyLimit(tenantId="main", namespace="limits.team", flowId=flow, running=running)


def test_counts(api: Api, sdk: KestraClient) -> None:
    api.flow(FLOW)
    started = api.post("/executions/limits.team/limited").json()["id"]
    api.until(started, "PAUSED")
    assert count(sdk) == 1
    assert sdk.flows.update_concurrency_limit("limits.team", "limited", "main", limit(0)).running == 0
    assert count(sdk) == 0
    sdk.flows.update_concurrency_limit("limits.team", "limited", "main", limit(1))
    assert api.delete(f"/executions/{started}/kill").status_code in (200, 202)
    eventually(lambda: count(sdk) == 0, 60, "the end of the only execution")


def count(sdk: KestraClient) -> int:
    found = sdk.flows.search_concurrency_limits("main")
    return next(one.running for one in found.results if one.flow_id == "limited")


def test_refused(api: Api, sdk: KestraClient) -> None:
    with pytest.raises(NotFoundException):
        sdk.flows.update_concurrency_limit("limits.team", "unknown", "main", limit(1, "unknown"))
    for body in ({}, {"running": -1}, {"running": "one"}, [1]):
        assert api.put("/concurrency-limit/limits.team/limited", json=body).status_code == 422

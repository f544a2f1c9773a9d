"""The counts behind flows with a concurrency limit."""

import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from kestrapy import ConcurrencyLimit, KestraClient
from kestrapy.exceptions import NotFoundException

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api

YAML = {"Content-Type": "application/x-yaml"}
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


def at_once(send: Callable[[Api], requests.Response], api: Api, clients: int = 8) -> list[requests.Response]:
    """The answers to clients that send all at the same moment, by their status."""
    together = Barrier(clients)

    def send_one(_: int) -> requests.Response:
        session = Api(api.server)
        together.wait()
        return send(session)

    with ThreadPoolExecutor(clients) as pool:
        return sorted(pool.map(send_one, range(clients)), key=lambda answer: answer.status_code)


def test_a_flow_that_many_create_at_once_is_created_once(api: Api) -> None:
    for number in range(5):
        source = textwrap.dedent(FLOW).replace("id: limited", f"id: at-once-{number}")
        answers = at_once(lambda client, source=source: client.post("/flows", data=source, headers=YAML), api)
        assert [answer.status_code for answer in answers] == [200] + [422] * 7, answers[-1].text
        assert all("already exists" in answer.text for answer in answers[1:])
        assert api.get(f"/flows/limits.team/at-once-{number}").json()["revision"] == 1


def test_of_many_who_change_a_flow_at_once_each_succeeds(api: Api) -> None:
    api.flow(FLOW.replace("id: limited", "id: changed"))
    numbers = iter(range(100))

    def change(client: Api) -> requests.Response:
        source = textwrap.dedent(FLOW).replace("id: limited", f"id: changed\ndescription: '{next(numbers)}'")
        return client.put("/flows/limits.team/changed", data=source, headers=YAML)

    def bring(client: Api) -> requests.Response:
        source = textwrap.dedent(FLOW).replace("id: limited", f"id: changed\ndescription: '{next(numbers)}'")
        return client.post("/flows/import", files={"fileUpload": ("flow.yaml", source)})

    assert [answer.status_code for answer in at_once(change, api)] == [200] * 8
    assert [(answer.status_code, answer.json()) for answer in at_once(bring, api)] == [(200, [])] * 8
    assert api.get("/flows/limits.team/changed").json()["revision"] == 17


def count(sdk: KestraClient) -> int:
    found = sdk.flows.search_concurrency_limits("main")
    return next(one.running for one in found.results if one.flow_id == "limited")


def test_refused(api: Api, sdk: KestraClient) -> None:
    with pytest.raises(NotFoundException):
        sdk.flows.update_concurrency_limit("limits.team", "unknown", "main", limit(1, "unknown"))
    for body in ({}, {"running": -1}, {"running": "one"}, [1]):
        assert api.put("/concurrency-limit/limits.team/limited", json=body).status_code == 422

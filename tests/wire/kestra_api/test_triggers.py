"""Triggers at the wire, and through the SDK."""

import csv
import io
from typing import Any

import pytest
from kestrapy import DeleteTriggersByQueryRequest, KestraClient, Trigger, TriggerControllerSetDisabledRequest
from kestrapy.exceptions import ConflictException, NotFoundException

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api, where

FLOW = """
    id: {id}
    namespace: {namespace}
    tasks:
      - {{id: log, type: io.kestra.plugin.core.log.Log, message: hello}}
    triggers:
      - {{id: yearly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 1 *"}}
      - {{id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "@daily", timezone: America/New_York}}
"""


def scheduled(api: Api, namespace: str, name: str) -> None:
    """A flow whose triggers the scheduler has taken up."""
    api.flow(FLOW.format(id=name, namespace=namespace))
    eventually(lambda: api.get(f"/triggers/{namespace}/{name}").json()["total"] >= 2, 60, f"triggers of {name}")


def key(namespace: str, flow: str, name: str = "yearly") -> Trigger:
    return Trigger.model_construct(namespace=namespace, flow_id=flow, trigger_id=name)


def states(api: Api, namespace: str, flow: str) -> dict[str, dict[str, Any]]:
    return {row["triggerId"]: row for row in api.get(f"/triggers/{namespace}/{flow}").json()["results"]}


def test_search_shows_source_and_state(api: Api, sdk: KestraClient) -> None:
    scheduled(api, "trg.search", "one")
    found = sdk.triggers.search_triggers("main", filters=[where("NAMESPACE", "trg.search")], sort=["triggerId:asc"])
    assert found["total"] == 2
    daily, yearly = found["results"]
    assert daily["abstractTrigger"]["timezone"] == "America/New_York"
    assert yearly["abstractTrigger"] == {
        "id": "yearly",
        "type": "io.kestra.plugin.core.trigger.Schedule",
        "cron": "0 0 1 1 *",
    }
    assert yearly["triggerContext"]["nextExecutionDate"].endswith("-01-01T00:00:00Z")
    assert Trigger.from_dict(yearly["triggerContext"]).flow_id == "one"


def test_search_by_filters_and_pages(api: Api, sdk: KestraClient) -> None:
    scheduled(api, "trg.pages", "aaa")
    scheduled(api, "trg.pages", "zzz")
    by_namespace = [where("NAMESPACE", "trg.pages")]
    page = sdk.triggers.search_triggers("main", 2, 3, sort=["flowId:asc"], filters=by_namespace)
    assert (page["total"], [row["triggerContext"]["flowId"] for row in page["results"]]) == (4, ["zzz"])
    one = sdk.triggers.search_triggers("main", filters=[*by_namespace, where("FLOW_ID", "aaa")])
    assert one["total"] == 2
    assert sdk.triggers.search_triggers("main", filters=[where("NAMESPACE", "trg.none")])["total"] == 0
    old = api.get("/triggers/search", params={"namespace": "trg.pages", "flowId": "zzz", "q": "daily"}).json()
    assert [row["triggerContext"]["triggerId"] for row in old["results"]] == ["daily"]
    assert api.get("/triggers/search", params={"filters[wrong][EQUALS]": "x"}).status_code == 422
    assert api.get("/triggers/search", params={"page": "0"}).status_code == 422
    unsorted = api.get("/triggers/search", params={"sort": "nothing:asc"})
    assert (unsorted.status_code, "select" in unsorted.text) == (422, False)


def test_triggers_of_a_flow(api: Api, sdk: KestraClient) -> None:
    scheduled(api, "trg.flow", "one")
    scheduled(api, "trg.flow", "two")
    found = sdk.triggers.search_triggers_for_flow("main", "trg.flow", "one", q="yearly", sort=["triggerId:asc"])
    assert [(row["flowId"], row["triggerId"]) for row in found["results"]] == [("one", "yearly")]


def test_disable_and_enable_one(api: Api) -> None:
    scheduled(api, "trg.switch", "one")
    body = {"namespace": "trg.switch", "flowId": "one", "triggerId": "yearly"}
    off = api.put("/triggers", json={**body, "disabled": True}).json()
    assert off["disabled"] is True
    assert "nextExecutionDate" not in off
    assert states(api, "trg.switch", "one")["daily"]["disabled"] is False
    assert api.put("/triggers", json={**body, "disabled": False}).json()["disabled"] is False
    eventually(lambda: "nextExecutionDate" in states(api, "trg.switch", "one")["yearly"], 60, "the next date")


def test_disable_and_enable_many(api: Api, sdk: KestraClient) -> None:
    scheduled(api, "trg.many", "one")
    scheduled(api, "trg.many", "two")
    wanted = [key("trg.many", "one"), key("trg.many", "two")]
    request = TriggerControllerSetDisabledRequest(triggers=wanted, disabled=True)
    assert sdk.triggers.disabled_triggers_by_ids("main", request) == {"count": 2}
    assert states(api, "trg.many", "one")["yearly"]["disabled"] is True
    assert states(api, "trg.many", "one")["daily"]["disabled"] is False
    by_namespace = [where("NAMESPACE", "trg.many")]
    assert sdk.triggers.disabled_triggers_by_query("main", disabled=False, filters=by_namespace) == {"count": 4}
    assert states(api, "trg.many", "two")["yearly"]["disabled"] is False
    for body in ({}, {"triggers": [], "disabled": True}, {"triggers": [{}], "disabled": True}, []):
        assert api.post("/triggers/set-disabled/by-triggers", json=body).status_code == 422


def test_unlock_when_it_is_not_locked(api: Api, sdk: KestraClient) -> None:
    scheduled(api, "trg.unlocked", "one")
    with pytest.raises(ConflictException) as caught:
        sdk.triggers.unlock_trigger("main", "trg.unlocked", "one", "yearly")
    assert "Trigger is not locked" in caught.value.body
    assert sdk.triggers.unlock_triggers_by_ids("main", [key("trg.unlocked", "one")]) == {"count": 0}


def test_unlock_what_an_execution_locks(api: Api, sdk: KestraClient) -> None:
    """A schedule waits for its execution; a paused execution holds it for ever."""
    api.flow("""
        id: holding
        namespace: trg.locked
        tasks:
          - {id: hold, type: io.kestra.plugin.core.flow.Pause}
        triggers:
          - {id: often, type: io.kestra.plugin.core.trigger.Schedule, cron: "* * * * * *", withSeconds: true}
    """)
    for unlock in (
        lambda: sdk.triggers.unlock_trigger("main", "trg.locked", "holding", "often"),
        lambda: sdk.triggers.unlock_triggers_by_ids("main", [key("trg.locked", "holding", "often")]),
        lambda: sdk.triggers.unlock_triggers_by_query("main", [where("NAMESPACE", "trg.locked")]),
    ):
        eventually(lambda: "executionId" in states(api, "trg.locked", "holding").get("often", {}), 60, "a lock")
        answer = unlock()
        assert answer == {"count": 1} or "executionId" not in answer
    api.delete("/flows/trg.locked/holding")


def test_restart(api: Api, sdk: KestraClient) -> None:
    scheduled(api, "trg.restart", "one")
    restarted = sdk.triggers.restart_trigger("main", "trg.restart", "one", "yearly")
    assert restarted["triggerId"] == "yearly"
    assert "evaluateRunningDate" not in restarted


def test_delete(api: Api, sdk: KestraClient) -> None:
    for name in ("one", "two", "three"):
        scheduled(api, "trg.delete", name)
    sdk.triggers.delete_trigger("main", "trg.delete", "one", "yearly")
    assert list(states(api, "trg.delete", "one")) == ["daily"]
    gone = [key("trg.delete", "one"), key("trg.delete", "two"), key("trg.delete", "two", "daily")]
    assert sdk.triggers.delete_triggers_by_ids("main", gone) == {"count": 2}
    request = DeleteTriggersByQueryRequest(filters=[where("FLOW_ID", "three"), where("NAMESPACE", "trg.delete")])
    assert sdk.triggers.delete_triggers_by_query("main", request) == {"count": 2}
    assert list(states(api, "trg.delete", "one")) == ["daily"]


def test_export(api: Api, sdk: KestraClient) -> None:
    scheduled(api, "trg.export", "one")
    rows = list(csv.DictReader(io.StringIO(sdk.triggers.export_triggers("main", [where("NAMESPACE", "trg.export")]))))
    assert sorted(row["triggerId"] for row in rows) == ["daily", "yearly"]
    assert rows[0]["namespace"] == "trg.export"


def test_unknown(sdk: KestraClient) -> None:
    for change in (sdk.triggers.unlock_trigger, sdk.triggers.restart_trigger, sdk.triggers.delete_trigger):
        with pytest.raises(NotFoundException):
            change("main", "trg.none", "none", "none")


@pytest.mark.parametrize("body", ["[]", "{}", "{", '{"namespace": "a", "flowId": "b"}', '"text"', ""])
def test_a_body_that_is_no_trigger(api: Api, body: str) -> None:
    answer = api.put("/triggers", data=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (422, 422)

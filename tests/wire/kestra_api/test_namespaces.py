"""Namespaces at the wire, and through the SDK."""

import pytest
from kestrapy import ApiAutocomplete, KestraClient, Namespace

from tests.wire.kestra_api.client import Api

FLOW = """
    id: {id}
    namespace: {namespace}
    tasks:
      - {{id: log, type: io.kestra.plugin.core.log.Log, message: hello}}
"""


@pytest.fixture(scope="module", autouse=True)
def flows(api: Api) -> None:
    for namespace in ("nstree.alpha.one", "nstree.beta"):
        api.flow(FLOW.format(id="any", namespace=namespace))


def test_search_lists_namespaces_and_those_above(sdk: KestraClient) -> None:
    found = sdk.namespaces.search_namespaces("main", q="nstree", sort=["id:desc"])
    assert [one.id for one in found.results] == ["nstree.beta", "nstree.alpha.one", "nstree.alpha", "nstree"]
    assert found.total == 4
    assert found.results[0].deleted is False


def test_search_is_paged(api: Api, sdk: KestraClient) -> None:
    found = sdk.namespaces.search_namespaces("main", q="NSTREE", page=2, size=3)
    assert ([one.id for one in found.results], found.total) == (["nstree.beta"], 4)
    assert sdk.namespaces.search_namespaces("main", q="nothing-like-it").results == []
    assert [one["id"] for one in api.get("/namespaces/search", params={"q": "syst"}).json()["results"]] == ["system"]


def test_get(sdk: KestraClient) -> None:
    assert sdk.namespaces.namespace("nstree.beta", "main").id == "nstree.beta"


def test_autocomplete(sdk: KestraClient) -> None:
    request = ApiAutocomplete(q="alpha", ids=["nstree.beta", "unknown"])
    assert sdk.namespaces.autocomplete_namespaces("main", request) == [
        "nstree.alpha",
        "nstree.alpha.one",
        "nstree.beta",
    ]


def test_autocomplete_wants_an_object(api: Api) -> None:
    assert api.post("/namespaces/autocomplete", json=["alpha"]).status_code == 422


def test_secrets_are_read_only(api: Api) -> None:
    names = [{"key": "WIRE_CANARY", "tags": []}]
    assert api.get("/namespaces/nstree/secrets").json() == {"readOnly": True, "results": names, "total": 1}
    assert api.get("/namespaces/nstree/inherited-secrets").json() == {"nstree": ["WIRE_CANARY"]}
    assert api.get("/secrets").json()["readOnly"] is True


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/namespaces"),
        ("PUT", "/namespaces/nstree"),
        ("DELETE", "/namespaces/nstree"),
        ("PUT", "/namespaces/nstree/secrets"),
        ("PATCH", "/namespaces/nstree/secrets/KEY"),
        ("DELETE", "/namespaces/nstree/secrets/KEY"),
        ("GET", "/namespaces/nstree/inherited-variables"),
        ("GET", "/namespaces/nstree/inherited-plugindefaults"),
        ("POST", "/namespaces/nstree/plugindefaults/export"),
        ("POST", "/namespaces/nstree/plugindefaults/import"),
        ("GET", "/namespaces/nstree/credentials"),
        ("POST", "/namespaces/nstree/credentials"),
        ("GET", "/namespaces/nstree/credentials/inherited"),
        ("GET", "/namespaces/nstree/credentials/one"),
        ("PUT", "/namespaces/nstree/credentials/one"),
        ("DELETE", "/namespaces/nstree/credentials/one"),
        ("POST", "/namespaces/nstree/credentials/one/test"),
    ],
)
def test_enterprise_only(api: Api, method: str, path: str) -> None:
    answer = api.request(method, path, json=Namespace(id="nstree", deleted=False).to_dict())
    assert (answer.status_code, answer.json()["status"]) == (501, 501)
    assert answer.json()["message"].startswith("Not Implemented: ")
    assert "Enterprise" in answer.json()["message"]

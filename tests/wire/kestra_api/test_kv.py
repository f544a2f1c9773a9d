"""The key-value store at the wire, and through the SDK."""

from datetime import datetime, timedelta

import pytest
from kestrapy import KestraClient, KVControllerApiDeleteBulkRequest
from kestrapy.exceptions import ApiException, NotFoundException
from requests import Response

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api, where

KV = "/namespaces/kv.team/kv"


def put(api: Api, path: str, value: str, **headers: str) -> None:
    answer = api.put(path, data=value, headers={"Content-Type": "text/plain", **headers})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ('"hello world"', "STRING", "hello world"),
        ("42", "NUMBER", 42),
        ("4.50", "NUMBER", 4.5),
        ("true", "BOOLEAN", True),
        ("2021-09-01", "DATE", "2021-09-01"),
        ("2021-09-01T01:02:03Z", "DATETIME", "2021-09-01T01:02:03Z"),
        ("PT5M", "DURATION", "PT5M"),
        ('"P1D"', "DURATION", "PT24H"),
        ('{"a": [1, {"b": 2}], "ü": "ö"}', "JSON", {"a": [1, {"b": 2}], "ü": "ö"}),
        ("[1, 2]", "JSON", [1, 2]),
        ("my-bucket in europe", "STRING", "my-bucket in europe"),
    ],
)
def test_types(sdk: KestraClient, text: str, kind: str, value: object) -> None:
    sdk.kv.set_key_value("kv.types", "key", "main", text.encode())
    found = sdk.kv.key_value("kv.types", "key", "main")
    assert (found.type, found.value) == (kind, value)


def test_each_put_is_a_revision(sdk: KestraClient) -> None:
    for value in ("1", "2"):
        sdk.kv.set_key_value("kv.revisions", "key", "main", value)
    found = sdk.kv.key_value("kv.revisions", "key", "main")
    assert (found.value, found.revision) == (2, 2)


def test_delete_tells_whether_it_was_there(sdk: KestraClient) -> None:
    sdk.kv.set_key_value("kv.deleted", "key", "main", "1")
    assert sdk.kv.delete_key_value("kv.deleted", "key", "main") is True
    assert sdk.kv.delete_key_value("kv.deleted", "key", "main") is False
    with pytest.raises(NotFoundException) as caught:
        sdk.kv.key_value("kv.deleted", "key", "main")
    assert "No value found for key 'key' in namespace 'kv.deleted'" in caught.value.body


def test_delete_many(sdk: KestraClient) -> None:
    for key in ("one", "two", "three"):
        sdk.kv.set_key_value("kv.bulk", key, "main", "1")
    wanted = KVControllerApiDeleteBulkRequest(keys=["one", "two", "missing"])
    assert sdk.kv.delete_key_values("kv.bulk", "main", wanted).keys == ["one", "two"]
    assert [entry.key for entry in sdk.kv.list_all_keys("main", filters=[where("NAMESPACE", "kv.bulk")]).results] == [
        "three"
    ]


def test_list_of_all_is_sorted_and_paged(api: Api, sdk: KestraClient) -> None:
    for key in ("b", "c", "a"):
        put(api, f"/namespaces/kv.sorted/kv/{key}", "1", description=f"the {key}")
    page = sdk.kv.list_all_keys("main", 1, 2, sort=["key:desc"], filters=[where("NAMESPACE", "kv.sorted")])
    assert (page.total, [entry.key for entry in page.results]) == (3, ["c", "b"])
    assert page.results[0].description == "the c"
    assert page.results[0].version == 1
    assert [
        entry["key"] for entry in api.get("/kv", params={"q": "c", "namespace": "kv.sorted"}).json()["results"]
    ] == ["c"]


def test_list_of_a_namespace_and_of_those_above(api: Api, sdk: KestraClient) -> None:
    put(api, "/namespaces/kvp.child/kv/own", "1")
    put(api, "/namespaces/kvp/kv/above", "1")
    assert [entry["key"] for entry in api.get("/namespaces/kvp.child/kv").json()] == ["own"]
    inherited = sdk.kv.list_keys_with_inheritance("kvp.child", "main")
    assert [(entry.namespace, entry.key) for entry in inherited] == [("kvp", "above")]


def test_time_to_live(api: Api) -> None:
    put(api, f"{KV}/hour", "1", ttl="PT1H")
    entry = next(entry for entry in api.get(KV).json() if entry["key"] == "hour")
    expires, written = (datetime.fromisoformat(entry[name]) for name in ("expirationDate", "updateDate"))
    assert abs(expires - written - timedelta(hours=1)) < timedelta(minutes=1)


def test_an_expired_value_is_gone(api: Api) -> None:
    put(api, f"{KV}/short", "1", ttl="PT0.001S")

    def refusals() -> list[Response]:
        answer = api.get(f"{KV}/short")
        return [] if answer.ok else [answer]

    [answer] = eventually(refusals, what="the value's expiry")
    assert (answer.status_code, answer.json()["message"]) == (
        410,
        "Resource has expired: The requested value has expired",
    )
    assert "short" not in [entry["key"] for entry in api.get("/kv", params={"size": 1000}).json()["results"]]


@pytest.mark.parametrize(
    ("path", "value", "headers", "status"),
    [
        (f"{KV}/key", '{"a"', {}, 422),
        (f"{KV}/key", "", {}, 400),
        (f"{KV}/key", "1", {"ttl": "one hour"}, 422),
        (f"{KV}/key", "1", {"ttl": "PT-1S"}, 422),
        (f"{KV}/bad$key", "1", {}, 422),
        ("/namespaces/..%2F..%2Fetc/kv/key", "1", {}, 404),
        ("/namespaces/a..b/kv/key", "1", {}, 422),
        ("/namespaces/Upper/kv/key", "1", {}, 422),
    ],
)
def test_refused(api: Api, path: str, value: str, headers: dict[str, str], status: int) -> None:
    answer = api.put(path, data=value, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == status
    assert answer.json()["message"]
    assert answer.json()["path"]


def test_bulk_delete_wants_keys(api: Api) -> None:
    for body in ([1], {}, {"keys": "one"}):
        assert api.delete(KV, json=body).status_code == 422


def test_unknown_filter_and_sort(sdk: KestraClient, api: Api) -> None:
    with pytest.raises(ApiException) as caught:
        sdk.kv.list_all_keys("main", filters=[where("FLOW_ID", "x")])
    assert caught.value.status == 400
    assert api.get("/kv", params={"sort": "nothing:asc"}).status_code == 422


def test_a_flow_reads_it(api: Api) -> None:
    put(api, "/namespaces/kv.flow/kv/greeting", '"good day"')
    api.flow("""
        id: reader
        namespace: kv.flow
        tasks:
          - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ kv('greeting') }}"}
    """)
    done = api.run("kv.flow", "reader")
    assert done["taskRunList"][0]["outputs"]["value"] == "good day"


@pytest.mark.parametrize("text", ["{{", "{{ x }}", "2020-99-99", "2020-13-01T00:00Z", "[1", "'a"])
def test_a_value_that_cannot_be_read_is_refused_with_its_text(api: Api, text: str) -> None:
    answer = api.put(f"{KV}/unreadable", data=text, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, text in answer.json()["message"]) == (422, True)
    assert api.get(f"{KV}/unreadable").status_code == 404

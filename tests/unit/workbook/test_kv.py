"""The key-value store, used like a dict."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.support.fake_kestra import FakeKestra, error
from workbook.kestra import KestraClient
from workbook.kestra.durations import iso_duration
from workbook.kestra.kv import KeyMissing, KvStore

STORE = "/namespaces/zoomcamp/kv"


@pytest.fixture
def kv(fake: FakeKestra, client: KestraClient) -> KvStore:
    fake.on("GET", STORE, [{"key": "B"}, {"key": "A", "expirationDate": "2030-01-01T00:00:00Z"}])
    fake.on("GET", f"{STORE}/A", {"type": "JSON", "value": {"x": 1}})
    fake.on("GET", f"{STORE}/B", lambda request: error(410, "Resource has expired"))
    for key in ("A", "B"):
        fake.on("PUT", f"{STORE}/{key}", lambda request: {})
        fake.on("DELETE", f"{STORE}/{key}", lambda request: True)
    return client.kv("zoomcamp")


def test_reads_like_a_dict(kv: KvStore) -> None:
    assert kv["A"] == {"x": 1}
    assert list(kv) == ["A", "B"]
    assert kv.get("nope", "default") == "default"
    assert kv.list()[0].expires is not None


@pytest.mark.parametrize("key", ["nope", "B"])
def test_missing_or_expired_key_names_those_there_are(kv: KvStore, key: str) -> None:
    with pytest.raises(KeyMissing) as caught:
        kv[key]
    assert str(caught.value) == f"Namespace 'zoomcamp' has no key '{key}'. Its keys: A, B."


@pytest.mark.parametrize("value", ["text", 1.5, {"a": [1]}, True])
def test_writes_json(fake: FakeKestra, kv: KvStore, value: Any) -> None:
    kv["A"] = value
    assert json.loads(fake.requests("PUT", f"{STORE}/A")[0][1]) == value


def test_time_to_live_goes_as_a_header(fake: FakeKestra, kv: KvStore) -> None:
    seen = []
    fake.on("PUT", f"{STORE}/A", lambda request: seen.append(request.headers["ttl"]))
    kv.set("A", 1, ttl=timedelta(minutes=2))
    assert seen == ["PT120S"]


def test_delete_says_whether_it_was_there(fake: FakeKestra, kv: KvStore) -> None:
    assert kv.delete("A")
    assert not kv.delete("nope")
    with pytest.raises(KeyMissing):
        del kv["nope"]
    assert len(fake.requests("DELETE", f"{STORE}/A")) == 1


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(hours=1), "PT3600S"),
        (timedelta(days=60), "PT5184000S"),
        (timedelta(milliseconds=100), "PT0.1S"),
        (timedelta(microseconds=1), "PT0.000001S"),
        (timedelta(), "PT0S"),
    ],
)
def test_a_length_of_time_is_written_out(length: timedelta, text: str) -> None:
    assert iso_duration(length) == text

"""Resources of BigQuery without a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.services.gcp.bigquery.request import Request, change_resource, with_etag
from embedded.services.gcp.bigquery.store import Store, Table, now
from embedded.services.gcp.documents import parse_document
from embedded.services.gcp.errors import GoogleError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path, "project")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("expiration", "is_there"),
    [(None, True), ("0", True), ("60000", False), ("-1", True)],
    ids=["never", "zero", "in the past", "negative"],
)
def test_a_table_is_there_until_it_expires(store: Store, expiration: str | None, is_there: bool) -> None:
    body = {"type": "VIEW"} | ({} if expiration is None else {"expirationTime": expiration})
    with store.write(store.database.cursor()) as catalogue:
        catalogue.add_dataset("d", {})
        catalogue.put(Table("d", "t", 0, body))
        assert (catalogue.find("d", "t") is not None) == is_there
        catalogue.put(Table("d", "t", 0, {**body, "expirationTime": str(now() + 60_000)}))
        assert catalogue.find("d", "t") is not None


def test_patch_keeps_what_it_does_not_name_and_null_unsets() -> None:
    old = {"id": "x", "description": "a", "labels": {"a": "1", "b": "2"}}
    changes = {"labels": {"b": None, "c": "3"}, "id": "y"}
    settable = ("description", "labels")
    kept = change_resource(old, changes, settable, keep=True)
    assert kept == {"id": "x", "description": "a", "labels": {"a": "1", "c": "3"}}
    assert change_resource(old, changes, settable, keep=False) == {"id": "x", "labels": {"c": "3"}}


def test_another_etag_is_a_failed_precondition() -> None:
    resource = {"id": "x"}
    Request({}, {}, {}, with_etag(resource)["etag"]).check_etag(resource)
    with pytest.raises(GoogleError) as refused:
        Request({}, {}, {}, "other").check_etag(resource)
    assert refused.value.status == 412


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(GoogleError) as refused:
        parse_document(body)
    assert (refused.value.status, refused.value.reason) == (400, "parseError")


def test_an_empty_body_counts_as_an_empty_object() -> None:
    assert parse_document(b"") == {}

"""io.kestra.plugin.gcp.gcs: buckets, Upload, Download, Downloads, List, Copy, Delete, DeleteList and Trigger."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud import storage
from google.oauth2 import service_account

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Kestra, Task
from tests.wire.kestra_tasks.test_s3 import make
from tests.wire.kestra_tasks.watching import watching

BUCKET = "tasks-flowio"
PREFIX = "io.kestra.plugin.gcp.gcs."


@pytest.fixture(scope="module")
def client(kestra: Kestra) -> storage.Client:
    """Google's client, and the key in the KV store, as a user has it."""
    told = kestra.environment
    key = Path(told["GCP_CREDS_FILE"]).read_text()
    kestra.request("PUT", "/namespaces/tests.tasks/kv/GCP_CREDS", json=json.loads(key))
    kestra.request("PUT", "/namespaces/tests.tasks/kv/GCP_TEXT", json=key)
    credentials = service_account.Credentials.from_service_account_file(told["GCP_CREDS_FILE"])
    options = {"api_endpoint": told["STORAGE_EMULATOR_HOST"]}
    return storage.Client(told["GCP_PROJECT_ID"], credentials, client_options=options)


@pytest.fixture
def bucket(client: storage.Client) -> Iterator[storage.Bucket]:
    made = client.create_bucket(BUCKET)
    yield made
    made.delete(force=True)


def task(kind: str, **properties: Any) -> Task:
    return {"type": PREFIX + kind, "serviceAccount": "{{ kv('GCP_CREDS') }}", **properties}


def put(bucket: storage.Bucket, *names: str) -> None:
    for name in names:
        bucket.blob(name).upload_from_string(f"body of {name}")


def listed(kestra: Kestra, **properties: Any) -> list[str]:
    run = kestra.ok(task("List", **({"from": f"gs://{BUCKET}/"} | properties)))
    return [blob["name"] for blob in run.outputs()["blobs"]]


def test_plugin_defaults_reach_all_tasks_of_the_family(kestra: Kestra, client: storage.Client) -> None:
    defaults = {
        "serviceAccount": "{{ kv('GCP_TEXT') }}",
        "projectId": "{{ envs.gcp_project_id }}",
        "location": "{{ envs.gcp_location }}",
        "bucket": BUCKET,  # no property of these tasks: as in Kestra, a default for others
    }
    create = {"type": PREFIX + "CreateBucket", "name": BUCKET, "ifExists": "SKIP", "storageClass": "REGIONAL"}
    extra = {"pluginDefaults": [{"type": "io.kestra.plugin.gcp", "values": defaults}]}
    first, second = kestra.ok(create, **extra).outputs(), kestra.ok(create, **extra).outputs()
    assert first["bucket"] == {"name": BUCKET, "uri": f"gs://{BUCKET}", "location": "US-CENTRAL1"}
    assert (first["created"], second["created"], second["bucket"]) == (True, False, first["bucket"])
    assert client.get_bucket(BUCKET).storage_class == "REGIONAL"
    deleted = kestra.ok({"type": PREFIX + "DeleteBucket", "name": BUCKET}, **extra).outputs()
    assert deleted == {"bucket": BUCKET, "bucketUri": f"gs://{BUCKET}"}
    assert client.lookup_bucket(BUCKET) is None


def test_a_bucket_that_is_there(kestra: Kestra, bucket: storage.Bucket, client: storage.Client) -> None:
    assert "already exists" in kestra.failure(task("CreateBucket", name=BUCKET))
    run = kestra.ok(
        task("CreateBucket", name=BUCKET, ifExists="UPDATE", labels={"lesson": "seven"}, indexPage="i.html")
    )
    assert run.outputs()["updated"] is True
    assert run.outputs()["bucket"]["indexPage"] == "i.html"
    assert client.get_bucket(BUCKET).labels == {"lesson": "seven"}
    put(bucket, "a", "b")
    assert "Set `force`" in kestra.failure(task("DeleteBucket", name=BUCKET))
    kestra.ok(task("DeleteBucket", name=BUCKET, force=True))
    assert "There is no bucket" in kestra.failure(task("DeleteBucket", name=BUCKET))
    client.create_bucket(BUCKET)


def test_upload_and_download(kestra: Kestra, bucket: storage.Bucket) -> None:
    target = f"gs://{BUCKET}/in/a b.txt"
    up = task("Upload", id="up", **{"from": "{{ outputs.make.outputFiles['a.txt'] }}"}, to=target)
    up |= {"contentType": "text/plain", "cacheControl": "no-store"}
    down = task("Download", **{"from": "{{ outputs.up.uri }}"}, validateChecksum=True)
    run = kestra.ok(make("a.txt"), up, down)
    digest = base64.b64encode(hashlib.md5(b"helloa.txt").digest()).decode()
    outputs = run.outputs("up")
    assert (outputs["uri"], outputs["md5"]) == (f"gs://{BUCKET}/in/a%20b.txt", digest)
    blob = bucket.get_blob("in/a b.txt")
    assert blob is not None
    assert (blob.md5_hash, blob.content_type, blob.cache_control) == (digest, "text/plain", "no-store")
    assert (run.outputs()["bucket"], run.outputs()["path"]) == (BUCKET, "in/a b.txt")
    assert kestra.text(run.outputs()["uri"]) == "helloa.txt"
    assert run.metric("file.size")["value"] == len("helloa.txt")


def test_an_upload_that_is_not_what_was_expected_is_not_made(kestra: Kestra, bucket: storage.Bucket) -> None:
    up = task("Upload", **{"from": "{{ outputs.make.outputFiles['a.txt'] }}"}, to=f"gs://{BUCKET}/a.txt")
    assert "The file's MD5" in kestra.failure(make("a.txt"), up | {"expectedMd5": "AAAA"})
    assert not bucket.blob("a.txt").exists()


def test_list(kestra: Kestra, bucket: storage.Bucket) -> None:
    put(bucket, "a.csv", "in/b.csv", "in/deep/c.csv", "in/x y.json")
    assert listed(kestra) == ["a.csv", "in/"]
    assert listed(kestra, filter="DIRECTORY") == ["in/"]
    assert listed(kestra, listingType="RECURSIVE") == ["a.csv", "in/b.csv", "in/deep/c.csv", "in/x y.json"]
    assert listed(kestra, listingType="RECURSIVE", regExp=r".*/in/.*\.csv") == ["in/b.csv", "in/deep/c.csv"]
    run = kestra.ok(task("List", **{"from": f"gs://{BUCKET}/in/x"}))
    [blob] = run.outputs()["blobs"]
    assert (blob["uri"], blob["size"], blob["directory"]) == (f"gs://{BUCKET}/in/x+y.json", 19, False)
    assert blob["createTime"].endswith("Z")
    assert run.metric("size")["value"] == 1
    assert "no regular expression" in kestra.failure(task("List", **{"from": f"gs://{BUCKET}/"}, regExp="("))


def test_list_takes_25_files_unless_told(kestra: Kestra, bucket: storage.Bucket) -> None:
    put(bucket, *(f"f{n:02}" for n in range(27)))
    run = kestra.ok(task("List", **{"from": f"gs://{BUCKET}/"}))
    assert len(run.outputs()["blobs"]) == 25
    assert any("maxFiles limit (25)" in line for line in run.logs("WARN"))
    assert len(listed(kestra, maxFiles=100)) == 27


def test_copy_and_delete(kestra: Kestra, bucket: storage.Bucket, client: storage.Client) -> None:
    put(bucket, "a", "in/b", "in/c")
    source, target = f"gs://{BUCKET}/a", f"gs://{BUCKET}/copies/a"
    assert kestra.ok(task("Copy", **{"from": source}, to=target, delete=True)).outputs() == {"uri": target}
    assert "are the same" in kestra.failure(task("Copy", **{"from": source}, to=source))
    assert kestra.ok(task("Delete", uri=target)).outputs() == {"uri": target, "deleted": True}
    assert kestra.ok(task("Delete", uri=target)).outputs()["deleted"] is False
    assert "Unable to find file" in kestra.failure(task("Delete", uri=target, errorOnMissing=True))
    run = kestra.ok(task("DeleteList", **{"from": f"gs://{BUCKET}/in/"}))
    assert run.outputs() == {"count": 2, "size": 2 * len("body of in/b")}
    assert list(client.list_blobs(BUCKET)) == []
    nothing = task("DeleteList", **{"from": f"gs://{BUCKET}/in/"}, errorOnEmpty=True)
    assert "Unable to find any files" in kestra.failure(nothing)


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"from": f"gs://{BUCKET}/nothing"}, "There is no such object"),
        ({"from": f"{BUCKET}/a"}, "write it as gs://bucket/path"),
        ({"from": f"gs://{BUCKET}"}, "names a bucket, but no object"),
        ({}, "`from` is not set"),
        ({"from": f"gs://{BUCKET}/a", "serviceAccount": "my key"}, "is no JSON"),
        ({"from": f"gs://{BUCKET}/a", "serviceAccount": '{"type": "service_account"}'}, "has no client_email"),
        ({"from": f"gs://{BUCKET}/a", "serviceAccount": None}, "There is no key"),
    ],
)
def test_mistakes_are_named(kestra: Kestra, bucket: storage.Bucket, properties: dict[str, Any], said: str) -> None:
    error = kestra.failure(task("Download", **properties))
    assert said in error
    assert "my key" not in error


def test_a_key_that_is_not_known_is_refused(kestra: Kestra, client: storage.Client) -> None:
    told = json.loads(Path(kestra.environment["GCP_CREDS_FILE"]).read_text())
    stranger = json.dumps(told | {"client_email": "else@where.iam.gserviceaccount.com"})
    error = kestra.failure(task("List", **{"from": f"gs://{BUCKET}/"}, serviceAccount=stranger))
    assert "invalid_grant" in error
    assert "check `serviceAccount`" in error
    assert "PRIVATE KEY" not in error


def test_a_missing_kv_key_is_named(kestra: Kestra) -> None:
    error = kestra.failure(task("List", **{"from": f"gs://{BUCKET}/"}, serviceAccount="{{ kv('NO_SUCH_KEY') }}"))
    assert "NO_SUCH_KEY" in error


def test_properties_are_the_official_ones(kestra: Kestra) -> None:
    assert "name: must not be null" in kestra.problems(task("CreateBucket"))
    assert "Unrecognized field" in kestra.problems(task("Upload", target="gs://x/y"))


def test_downloads_and_what_becomes_of_the_objects(kestra: Kestra, bucket: storage.Bucket) -> None:
    put(bucket, "in/a.csv", "in/b.csv", "in/c.txt", "in/deep/d.csv")
    chosen = {"from": f"gs://{BUCKET}/in/", "regExp": ".*csv"}
    run = kestra.ok(
        task("Downloads", id="keep", **chosen, validateChecksum=True),
        task("Downloads", id="move", **chosen, maxFiles=1, action="MOVE", moveDirectory=f"gs://{BUCKET}/done/"),
        task("Downloads", id="delete", **chosen, listingType="RECURSIVE", action="DELETE"),
        task("Downloads", id="none", **chosen),
    )
    kept = run.outputs("keep")
    assert [blob["name"] for blob in kept["blobs"]] == ["in/a.csv", "in/b.csv"]
    assert kept["blobs"][0]["uri"] == kept["outputFiles"]["in/a.csv"]
    assert {name: kestra.text(uri) for name, uri in kept["outputFiles"].items()} == {
        "in/a.csv": "body of in/a.csv",
        "in/b.csv": "body of in/b.csv",
    }
    assert list(run.outputs("move")["outputFiles"]) == ["in/a.csv"]
    assert list(run.outputs("delete")["outputFiles"]) == ["in/b.csv", "in/deep/d.csv"]
    assert run.outputs("none") == {"blobs": [], "outputFiles": {}}
    assert [blob.name for blob in bucket.list_blobs()] == ["done/a.csv", "in/c.txt"]
    assert bucket.blob("done/a.csv").download_as_text() == "body of in/a.csv"


def test_names_that_no_address_holds(kestra: Kestra, bucket: storage.Bucket) -> None:
    put(bucket, "in/100%.csv", "in/a|b {c}.csv")
    chosen = {"from": f"gs://{BUCKET}/in/"}
    run = kestra.ok(
        task("List", id="list", **chosen),
        task("Download", id="first", **{"from": "{{ outputs.list.blobs[0].uri }}"}),
        task("Copy", id="copy", **{"from": "{{ outputs.list.blobs[1].uri }}"}, to=f"gs://{BUCKET}/50%25 of b"),
        task("Delete", id="gone", uri="{{ outputs.copy.uri }}", errorOnMissing=True),
        task("Downloads", id="move", **chosen, action="MOVE", moveDirectory=f"gs://{BUCKET}/done"),
    )
    uris = [f"gs://{BUCKET}/in/100%25.csv", f"gs://{BUCKET}/in/a%7Cb+%7Bc%7D.csv"]
    assert [blob["uri"] for blob in run.outputs("list")["blobs"]] == uris
    assert kestra.text(run.outputs("first")["uri"]) == "body of in/100%.csv"
    assert run.outputs("copy")["uri"] == f"gs://{BUCKET}/50%25%20of%20b"
    assert list(run.outputs("move")["outputFiles"]) == ["in/100%.csv", "in/a|b {c}.csv"]
    assert [blob.name for blob in bucket.list_blobs()] == ["done/100%.csv", "done/a|b {c}.csv"]


@pytest.mark.parametrize(
    ("name", "found"),
    [("a%20b.txt", "a b.txt"), ("a.txt?generation=1", "a.txt"), ("a+b.txt", "a b.txt"), ("%41.txt", "A.txt")],
)
def test_an_address_is_read_as_a_uri(kestra: Kestra, bucket: storage.Bucket, name: str, found: str) -> None:
    put(bucket, found)
    run = kestra.ok(task("Download", **{"from": f"gs://{BUCKET}/{name}"}))
    assert run.outputs()["path"] == found


def test_a_sign_that_no_address_holds_is_named(kestra: Kestra, bucket: storage.Bucket) -> None:
    for name, sign in (("100%", "%25"), ("a|b", "%7C"), ("%7Ba}", "%7D")):
        error = kestra.failure(task("Upload", **{"from": "kestra:///a"}, to=f"gs://{BUCKET}/{name}"))
        assert f"cannot stand in an address, write it as {sign}" in error


def test_a_move_needs_a_directory(kestra: Kestra, bucket: storage.Bucket) -> None:
    message = kestra.failure(task("Downloads", **{"from": f"gs://{BUCKET}/"}, action="MOVE"))
    assert "`action: MOVE` needs a `moveDirectory`" in message


def test_a_trigger_finds_what_is_new_and_what_changed(kestra: Kestra, bucket: storage.Bucket) -> None:
    put(bucket, "watched/a.csv", "watched/b.txt")
    trigger = task("Trigger", **{"from": f"gs://{BUCKET}/watched/"}, regExp=".*csv")
    shown = "{{ trigger.blobs[0].name }} {{ trigger.blobs[0].changeType }} {{ read(trigger.blobs[0].uri) }}"
    with watching(kestra, trigger, shown) as run:
        assert run.outputs() == {"value": "watched/a.csv CREATE body of watched/a.csv"}
        assert run.execution["trigger"]["variables"]["blobs"][0]["bucket"] == BUCKET
        bucket.blob("watched/a.csv").upload_from_string("again")
        flow = {"namespace": run.execution["namespace"], "id": run.execution["flowId"]}
        eventually(lambda: len(kestra.runs(**flow)) == 2)
        values = [kestra.wait(later, "SUCCESS").outputs()["value"] for later in kestra.runs(**flow)]
        assert "watched/a.csv UPDATE again" in values

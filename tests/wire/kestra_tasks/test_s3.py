"""io.kestra.plugin.aws.s3: List, Upload, Download, Downloads, Copy, Delete, DeleteList and CreateBucket."""

import hashlib
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Kestra, Task

BUCKET = "tasks.flowio.app"
PREFIX = "io.kestra.plugin.aws.s3."


@pytest.fixture
def s3(kestra: Kestra) -> Iterator[Any]:
    """A client, and an empty bucket."""
    client = kestra.s3()
    client.create_bucket(Bucket=BUCKET)
    yield client
    client.delete_bucket_policy(Bucket=BUCKET)
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])
    client.delete_bucket(Bucket=BUCKET)


def task(kind: str, **properties: Any) -> Task:
    """A task that is told everything about the connection."""
    connection = {
        "accessKeyId": "{{ secret('AWS_ACCESS_KEY_ID') }}",
        "secretKeyId": "{{ secret('AWS_SECRET_ACCESS_KEY') }}",
        "region": "{{ envs.aws_region }}",
        "endpointOverride": "{{ envs.aws_endpoint_url }}",
    }
    return {"type": PREFIX + kind, **connection, "bucket": BUCKET, **properties}


def make(*names: str, text: str = "hello") -> Task:
    """A task that puts files into the internal storage."""
    script = f"for name in {names!r}: open(name, 'w').write({text!r} + name)"
    return {
        "id": "make",
        "type": "io.kestra.plugin.scripts.python.Script",
        "outputFiles": list(names),
        "script": script,
    }


def put(s3: Any, *keys: str) -> None:
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=f"body of {key}".encode())


def keys(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def listed(kestra: Kestra, **properties: Any) -> list[str]:
    return [item["key"] for item in kestra.ok(task("List", **properties)).outputs()["objects"]]


def test_list(kestra: Kestra, s3: Any) -> None:
    put(s3, "a.csv", "in/", "in/b.csv", "in/c.json", "in/deep/d.csv")
    run = kestra.ok(task("List", prefix="in/b"))
    [item] = run.outputs()["objects"]
    assert item["key"] == "in/b.csv"
    assert item["etag"] == f'"{hashlib.md5(b"body of in/b.csv").hexdigest()}"'
    assert item["size"] == len("body of in/b.csv")
    assert item["lastModified"].endswith("Z")
    assert run.metric("s3.objects.count")["value"] == 1
    assert listed(kestra, filter="FILES", regexp=r".*\.csv") == ["a.csv", "in/b.csv", "in/deep/d.csv"]
    assert listed(kestra, filter="DIRECTORY") == ["in/"]
    assert listed(kestra, prefix="in/", delimiter="/", marker="in/b.csv") == ["in/c.json"]
    assert listed(kestra, maxKeys=2) == ["a.csv", "in/"]


def test_list_takes_25_files_unless_told(kestra: Kestra, s3: Any) -> None:
    put(s3, *(f"f{n:02}" for n in range(30)))
    run = kestra.ok(task("List"))
    assert len(run.outputs()["objects"]) == 25
    assert any("`maxFiles` is 25" in line for line in run.logs("WARN"))
    assert len(listed(kestra, maxFiles=100)) == 30


def test_upload_and_download(kestra: Kestra, s3: Any) -> None:
    up = task("Upload", id="up", **{"from": "{{ outputs.make.outputFiles['a.txt'] }}"}, key="x/a.txt")
    up |= {"contentType": "text/plain", "metadata": {"origin": "test"}, "cacheControl": "no-cache"}
    run = kestra.ok(make("a.txt"), up, task("Download", key="x/a.txt"))
    etag = f'"{hashlib.md5(b"helloa.txt").hexdigest()}"'
    assert run.outputs("up") == {"bucket": BUCKET, "key": "x/a.txt", "etag": etag}
    there = s3.head_object(Bucket=BUCKET, Key="x/a.txt")
    assert (there["ContentType"], there["CacheControl"], there["Metadata"]) == (
        *("text/plain", "no-cache"),
        {"origin": "test"},
    )
    outputs = run.outputs()
    assert kestra.text(outputs.pop("uri")) == "helloa.txt"
    assert outputs == {"contentLength": 10, "contentType": "text/plain", "metadata": {"origin": "test"}, "etag": etag}
    assert run.metric("file.size")["value"] == 10


def test_upload_of_several(kestra: Kestra, s3: Any) -> None:
    uris = ["{{ outputs.make.outputFiles['a.txt'] }}", "{{ outputs.make.outputFiles['b.txt'] }}"]
    run = kestra.ok(
        make("a.txt", "b.txt"),
        task("Upload", id="list", **{"from": uris}, key="list"),
        task("Upload", id="map", **{"from": {"one": uris[0], "two": uris[1]}}, key="map/"),
        task("Upload", id="json", **{"from": json.dumps({"three": uris[0]})}, key="json"),
    )
    found = keys(s3)
    assert "json" in found
    assert {"map/one", "map/two"} <= set(found)
    assert len([key for key in found if key.startswith("list/")]) == 2
    assert run.outputs("map")["files"]["one"]["contentLength"] == 10


def test_upload_without_a_content_type(kestra: Kestra, s3: Any) -> None:
    kestra.ok(make("a.txt"), task("Upload", **{"from": "{{ outputs.make.outputFiles['a.txt'] }}"}, key="a.txt"))
    assert s3.head_object(Bucket=BUCKET, Key="a.txt")["ContentType"] == "application/octet-stream"


def test_encoded_keys_are_decoded(kestra: Kestra, s3: Any) -> None:
    put(s3, "a b+c/é.txt")
    assert listed(kestra, encodingType="url") == ["a b+c/é.txt"]


def test_a_copy_without_a_source_fails_at_run(kestra: Kestra, s3: Any) -> None:
    connection = {name: value for name, value in task("Copy").items() if name != "bucket"}
    no_source, no_key = connection | {"to": {"bucket": BUCKET, "key": "x"}}, connection | {"from": {"bucket": BUCKET}}
    assert kestra.problems(no_source) == kestra.problems(no_key) == ""
    assert "`from` has no value" in kestra.failure(no_source)
    assert "`from` has no key" in kestra.failure(no_key)


def test_a_large_file_goes_there_and_back(kestra: Kestra, s3: Any) -> None:
    script = "f = open('big.bin', 'wb')\nfor n in range(80): f.write(bytes([n]) * 2**20)"
    big = {"id": "make", "type": "io.kestra.plugin.scripts.python.Script", "outputFiles": ["big.bin"], "script": script}
    up = task("Upload", id="up", **{"from": "{{ outputs.make.outputFiles['big.bin'] }}"}, key="big.bin")
    run = kestra.ok(big, up, task("Download", key="big.bin"))
    assert run.outputs("up")["etag"].endswith('-10"')  # in parts of 8 MiB
    expected = hashlib.sha256(b"".join(bytes([n]) * 2**20 for n in range(80))).hexdigest()
    assert hashlib.sha256(kestra.path(run.outputs()["uri"]).read_bytes()).hexdigest() == expected


def test_download_of_several_and_checksums(kestra: Kestra, s3: Any) -> None:
    put(s3, "in/a", "in/b", "in/sub/", "out")
    files = kestra.ok(task("Download", prefix="in/")).outputs()["files"]
    assert {key: kestra.text(file["uri"]) for key, file in files.items()} == {
        "in/a": "body of in/a",
        "in/b": "body of in/b",
    }
    assert kestra.ok(task("Download", key="in/a", validateChecksum=True)).outputs()["checksumAlgorithm"] == "CRC32"
    assert "Set `key` to download one object" in kestra.failure(task("Download"))


def test_downloads_and_what_becomes_of_the_objects(kestra: Kestra, s3: Any) -> None:
    put(s3, "in/a.txt", "in/b.txt")
    run = kestra.ok(task("Downloads", prefix="in/", action="NONE"))
    assert {key: kestra.text(uri) for key, uri in run.outputs()["outputFiles"].items()} == {
        "in/a.txt": "body of in/a.txt",
        "in/b.txt": "body of in/b.txt",
    }
    assert run.metric("files.count")["value"] == 2
    assert run.metric("files.size.total")["value"] == 32
    kestra.ok(task("Downloads", prefix="in/a", action="MOVE", moveTo={"key": "done/"}))
    assert keys(s3) == ["done/a.txt", "in/b.txt"]
    kestra.ok(task("Downloads", prefix="in/", action="DELETE"))
    assert keys(s3) == ["done/a.txt"]


def test_copy_and_delete(kestra: Kestra, s3: Any) -> None:
    put(s3, "a", "b")
    copy = task("Copy", id="copy", **{"from": {"bucket": BUCKET, "key": "a"}}, to={"bucket": BUCKET, "key": "c"})
    move = task("Copy", id="move", **{"from": {"bucket": BUCKET, "key": "b"}}, to={"key": "d"}, delete=True)
    run = kestra.ok({k: v for k, v in copy.items() if k != "bucket"}, {k: v for k, v in move.items() if k != "bucket"})
    etag = f'"{hashlib.md5(b"body of a").hexdigest()}"'
    assert run.outputs("copy") == {"bucket": BUCKET, "key": "c", "etag": etag}
    assert keys(s3) == ["a", "c", "d"]
    kestra.ok(task("Delete", key="a"), task("Delete", id="again", key="a"))
    assert keys(s3) == ["c", "d"]


def test_delete_list_and_create_bucket(kestra: Kestra, s3: Any) -> None:
    put(s3, "in/a", "in/b", "out")
    assert kestra.ok(task("DeleteList", prefix="in/", concurrent=2)).outputs() == {"count": 2, "size": 24}
    assert keys(s3) == ["out"]
    assert "there is nothing to delete" in kestra.failure(task("DeleteList", prefix="in/", errorOnEmpty=True))
    assert kestra.ok(task("CreateBucket", bucket="made.by-a-task")).outputs()["bucket"] == "made.by-a-task"
    s3.delete_bucket(Bucket="made.by-a-task")


def test_without_credentials_those_of_the_environment_are_taken(kestra: Kestra, s3: Any) -> None:
    put(s3, "a")
    assert kestra.ok({"type": PREFIX + "List", "bucket": BUCKET}).outputs()["objects"][0]["key"] == "a"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"bucket": "no-such-bucket"}, "There is no bucket 'no-such-bucket'"),
        ({"key": "no/such.csv"}, "There is no object 'no/such.csv' in the bucket 'tasks.flowio.app'"),
        ({"accessKeyId": "nobody"}, "check `accessKeyId`"),
        ({"secretKeyId": "wrong"}, "check `secretKeyId`"),
        ({"key": "secret/a"}, "no permission for this: check the policy of the bucket 'tasks.flowio.app'"),
        ({"stsRoleArn": "arn:aws:iam::1:role/x"}, "roles are not known"),
        ({"forcePathStyle": True}, "in conjunction with 'compatibilityMode'"),
    ],
)
def test_errors_name_the_place_and_the_remedy(
    kestra: Kestra, s3: Any, properties: dict[str, Any], expected: str
) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/secret/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    put(s3, "a", "secret/a")
    error = kestra.failure(task("Download", **({"key": "a"} | properties)))
    assert expected in error
    assert "workbook-secret" not in error


def test_an_endpoint_that_is_down(kestra: Kestra) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        error = kestra.failure(task("List", endpointOverride=url))
    assert f"s3://{BUCKET}/" in error
    assert "Check `endpointOverride`, and that S3 is up." in error


def test_kill_in_the_middle_of_a_download(kestra: Kestra, s3: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)  # takes requests, and never answers
        run = kestra.start(task("List", endpointOverride=f"http://127.0.0.1:{silent.getsockname()[1]}"))
        eventually(lambda: bool(kestra.get(f"/executions/{run.id}").json().get("taskRunList")))
        assert kestra.kill(run).state == "KILLED"


def test_properties_are_checked(kestra: Kestra) -> None:
    assert "buckett" in kestra.problems(task("List", buckett="x"))
    assert "bucket: must not be null" in kestra.problems(task("List") | {"bucket": None})
    assert kestra.problems({"type": PREFIX + "Copy", "from": {"bucket": "x"}}) == ""
    assert (
        kestra.problems(task("Upload", **{"from": ["a"]}, key="x", tagging={"a": "b"}, storageClass="STANDARD")) == ""
    )

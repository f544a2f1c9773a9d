"""The embedded S3 as its clients see it, and what is left when it is stopped or killed."""

import csv
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded.object_store.listing import list_page
from embedded.services.aws.s3.store import Content, ObjectMetadata, Store
from tests.support.stack import ROOT
from tests.support.waiting import eventually

BUCKET = "stores.flowio.app"
SAMPLE = ("static-staging.flowio.app", "resources/kestra-test/sample-metrics.csv")
PART = 5 << 20


class Aws:
    """The `aws` service under a folder, started and stopped by its command line."""

    def __init__(self, folder: Path) -> None:
        own = {"EMBEDDED_HOME": str(folder / "home"), "KESTRA_STORAGE": str(folder / "storage"), "AWS_PORT": "0"}
        self.environment = {**os.environ, **own}

    def embedded(self, *words: str) -> str:
        command = [sys.executable, "-m", "embedded", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def up(self) -> None:
        self.embedded("up", "--only", "aws")
        self.variables = dict(line.split("=", 1) for line in self.embedded("env").splitlines())

    def process(self) -> psutil.Process:
        mine = self.environment["EMBEDDED_HOME"]
        for process in psutil.process_iter(["cmdline", "environ"]):
            words, environ = process.info["cmdline"] or [], process.info["environ"] or {}
            if "embedded.services.aws" in words and environ.get("AWS_HOME", "").startswith(mine):
                return process
        raise AssertionError("aws does not run")

    def kill(self) -> None:
        process = self.process()
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def client(self, **options: Any) -> Any:
        variables = self.variables
        defaults = {
            "aws_access_key_id": variables["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": variables["AWS_SECRET_ACCESS_KEY"],
            "region_name": variables["AWS_REGION"],
            "endpoint_url": variables["AWS_ENDPOINT_URL"],
        }
        return boto3.client("s3", **(defaults | options))


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    aws = Aws(tmp_path_factory.mktemp("aws"))
    aws.up()
    yield aws
    aws.embedded("down")


@pytest.fixture
def s3(aws: Aws) -> Iterator[Any]:
    """A client, and an empty bucket."""
    client = aws.client()
    client.create_bucket(Bucket=BUCKET)
    yield client
    client = aws.client()
    client.delete_bucket_policy(Bucket=BUCKET)
    for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=item["Key"])
    client.delete_bucket(Bucket=BUCKET)


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    """The code and the status with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def body(s3: Any, key: str, **options: Any) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key, **options)["Body"].read()


def keys(s3: Any, **options: Any) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, **options)
    return [item["Key"] for found in pages for item in found.get("Contents", [])]


def test_the_sample_is_there_and_listens_only_here(aws: Aws) -> None:
    client = aws.client()
    text = client.get_object(Bucket=SAMPLE[0], Key=SAMPLE[1])["Body"].read().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 15_120
    assert list(rows[0]) == ["timestamp", "device_id", "metric_name", "metric_value", "location", "zone"]
    assert client.list_objects_v2(Bucket=SAMPLE[0], Prefix="resources/kestra_test/")["KeyCount"] == 0
    listening = [c.laddr.ip for c in aws.process().net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1"]


def test_an_object_and_what_is_told_of_it(s3: Any) -> None:
    told = {"ContentType": "text/csv", "CacheControl": "no-cache", "Metadata": {"origin": "test", "n": "1"}}
    etag = s3.put_object(Bucket=BUCKET, Key="in/a.csv", Body=b"hello", **told)["ETag"]
    assert etag == f'"{hashlib.md5(b"hello").hexdigest()}"'
    for answer in (s3.head_object(Bucket=BUCKET, Key="in/a.csv"), s3.get_object(Bucket=BUCKET, Key="in/a.csv")):
        assert {name: answer[name] for name in told} == told
        assert (answer["ETag"], answer["ContentLength"], answer["AcceptRanges"]) == (etag, 5, "bytes")
        assert abs(answer["LastModified"].timestamp() - time.time()) < 60
    assert "VersionId" not in answer
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


@pytest.mark.parametrize("key", ["a b+c&=%25.txt", "ü/ß/中.json", "a//b/../c", "'\"<>&\\|", "x" * 1024, "end/"])
def test_odd_keys(s3: Any, key: str) -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    assert body(s3, key) == key.encode()
    assert keys(s3) == [key]
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": key})
    assert body(s3, "copy") == key.encode()
    assert s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key}]})["Deleted"] == [{"Key": key}]


def test_ranges_and_conditions(s3: Any) -> None:
    etag = s3.put_object(Bucket=BUCKET, Key="a", Body=b"0123456789")["ETag"]
    ranges = {"bytes=2-4": b"234", "bytes=7-": b"789", "bytes=-2": b"89", "bytes=5-99": b"56789"}
    assert {name: body(s3, "a", Range=name) for name in ranges} == ranges
    assert s3.get_object(Bucket=BUCKET, Key="a", Range="bytes=2-4")["ContentRange"] == "bytes 2-4/10"
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a", Range="bytes=10-") == ("InvalidRange", 416)
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a", IfNoneMatch=etag) == ("304", 304)
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a", IfMatch='"x"') == ("PreconditionFailed", 412)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="a", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refusal(s3.delete_object, Bucket=BUCKET, Key="a", IfMatch='"x"') == ("PreconditionFailed", 412)
    assert body(s3, "a", IfMatch=etag) == b"0123456789"


def test_listing(s3: Any) -> None:
    for key in ("a", "b/1", "b/2", "b/c/3", "d", "é"):
        s3.put_object(Bucket=BUCKET, Key=key)
    assert keys(s3) == ["a", "b/1", "b/2", "b/c/3", "d", "é"]
    assert keys(s3, PaginationConfig={"PageSize": 2}) == keys(s3)
    assert keys(s3, StartAfter="b/1", Prefix="b/") == ["b/2", "b/c/3"]
    grouped = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    assert [item["Key"] for item in grouped["Contents"]] == ["a", "d", "é"]
    assert grouped["CommonPrefixes"] == [{"Prefix": "b/"}]
    assert grouped["KeyCount"] == 4
    first = s3.list_objects(Bucket=BUCKET, Delimiter="/", MaxKeys=2)
    assert (first["IsTruncated"], first["NextMarker"]) == (True, "b/")
    rest = s3.list_objects(Bucket=BUCKET, Delimiter="/", Marker=first["NextMarker"])
    assert [item["Key"] for item in rest["Contents"]] == ["d", "é"]
    assert "CommonPrefixes" not in rest
    assert s3.list_objects_v2(Bucket=BUCKET, MaxKeys=0)["KeyCount"] == 0
    assert {"Name", "CreationDate"} <= s3.list_buckets()["Buckets"][0].keys()


KEYS = st.lists(st.text(alphabet="ab/é\U0001f600", min_size=1, max_size=5), unique=True, max_size=12)


@settings(max_examples=150, deadline=None)
@given(names=KEYS, prefix=st.sampled_from(["", "a", "a/", "é"]), grouped=st.booleans(), limit=st.integers(1, 4))
def test_pages_hold_each_key_or_its_prefix_once(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], prefix: str, grouped: bool, limit: int
) -> None:
    store = Store(tmp_path_factory.mktemp("listing"))
    store.create_bucket("bucket")
    for name in names:
        store.put("bucket", name, Content("blob", 0, ""), ObjectMetadata())
    found, after = [], ""
    while True:
        part = list_page(store, "bucket", prefix, "/" if grouped else "", after, limit)
        found += [item.key for item in part.objects] + part.prefixes
        assert len(part.objects) + len(part.prefixes) <= limit
        if not part.truncated:
            break
        after = part.last
    wanted = set()
    for name in names:
        if name.startswith(prefix):
            cut = name.find("/", len(prefix)) if grouped else -1
            wanted.add(name[: cut + 1] if cut >= 0 else name)
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_copy_keeps_or_replaces_what_is_told(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x", Metadata={"k": "v"}, ContentType="text/x")
    source = {"Bucket": BUCKET, "Key": "a"}
    s3.copy_object(Bucket=BUCKET, Key="b", CopySource=source)
    assert s3.head_object(Bucket=BUCKET, Key="b")["Metadata"] == {"k": "v"}
    replaced = {"MetadataDirective": "REPLACE", "Metadata": {"new": "1"}, "ContentType": "text/y"}
    s3.copy_object(Bucket=BUCKET, Key="a", CopySource=source, **replaced)
    there = s3.head_object(Bucket=BUCKET, Key="a")
    assert (there["Metadata"], there["ContentType"]) == ({"new": "1"}, "text/y")
    assert refusal(s3.copy_object, Bucket=BUCKET, Key="a", CopySource=source) == ("InvalidRequest", 400)
    gone = {"Bucket": BUCKET, "Key": "gone"}
    assert refusal(s3.copy_object, Bucket=BUCKET, Key="c", CopySource=gone) == ("NoSuchKey", 404)


def test_multipart(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="m", Metadata={"k": "v"})["UploadId"]
    about = {"Bucket": BUCKET, "Key": "m", "UploadId": upload}
    parts = [os.urandom(PART), os.urandom(PART), b"end"]
    etags = [s3.upload_part(**about, PartNumber=n, Body=part)["ETag"] for n, part in enumerate(parts, 1)]
    etags[1] = s3.upload_part(**about, PartNumber=2, Body=parts[1])["ETag"]  # once more
    assert [part["Size"] for part in s3.list_parts(**about)["Parts"]] == [PART, PART, 3]
    assert [item["Key"] for item in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == ["m"]
    assert keys(s3) == []

    def listing(*numbers: int) -> dict[str, Any]:
        return {"Parts": [{"PartNumber": n, "ETag": etags[n - 1]} for n in numbers]}

    assert refusal(s3.complete_multipart_upload, **about, MultipartUpload=listing(2, 1)) == ("InvalidPartOrder", 400)
    assert refusal(s3.complete_multipart_upload, **about, MultipartUpload=listing(3, 3)) == ("InvalidPartOrder", 400)
    wrong = {"Parts": [{"PartNumber": 1, "ETag": etags[1]}]}
    assert refusal(s3.complete_multipart_upload, **about, MultipartUpload=wrong) == ("InvalidPart", 400)
    etag = s3.complete_multipart_upload(**about, MultipartUpload=listing(1, 2, 3))["ETag"]
    digests = b"".join(hashlib.md5(part).digest() for part in parts)
    assert etag == f'"{hashlib.md5(digests).hexdigest()}-3"'
    assert body(s3, "m") == b"".join(parts)
    assert s3.head_object(Bucket=BUCKET, Key="m")["Metadata"] == {"k": "v"}
    assert refusal(s3.list_parts, **about) == ("NoSuchUpload", 404)


def test_multipart_with_small_parts_or_aborted(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="m")["UploadId"]
    about = {"Bucket": BUCKET, "Key": "m", "UploadId": upload}
    etags = [s3.upload_part(**about, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    told = {"Parts": [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(etags, 1)]}
    assert refusal(s3.complete_multipart_upload, **about, MultipartUpload=told) == ("EntityTooSmall", 400)
    s3.abort_multipart_upload(**about)
    assert refusal(s3.upload_part, **about, PartNumber=1, Body=b"late") == ("NoSuchUpload", 404)


def test_100_mb_are_never_in_memory_as_a_whole(aws: Aws, s3: Any, tmp_path: Path) -> None:
    process = Path(f"/proc/{aws.process().pid}")
    if process.exists():
        (process / "clear_refs").write_text("5")  # the peak begins anew
    before = kilobytes(process, "VmRSS")
    file = tmp_path / "big"
    block = os.urandom(1 << 20)
    file.write_bytes(block * 100)
    with file.open("rb") as stream:
        s3.put_object(Bucket=BUCKET, Key="one-go", Body=stream)
    s3.upload_file(str(file), BUCKET, "in-parts")
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "one-go"})
    expected = hashlib.sha256(block * 100).digest()
    for key in ("one-go", "in-parts", "copy"):
        s3.download_file(BUCKET, key, str(tmp_path / key))
        assert hashlib.sha256((tmp_path / key).read_bytes()).digest() == expected
    assert kilobytes(process, "VmHWM") - before < 80_000


def kilobytes(process: Path, line: str) -> int:
    """A figure of a process's memory; 0 where the system has no such file."""
    status = process / "status"
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(found.split()[1]) for found in lines if found.startswith(line)), 0)


def test_credentials_are_asked_for(aws: Aws, s3: Any) -> None:
    arguments = {"Bucket": BUCKET}
    stranger, forger = aws.client(aws_access_key_id="nobody"), aws.client(aws_secret_access_key="wrong")
    assert refusal(stranger.list_objects_v2, **arguments) == ("InvalidAccessKeyId", 403)
    assert refusal(forger.list_objects_v2, **arguments) == ("SignatureDoesNotMatch", 403)
    assert refusal(forger.put_object, **arguments, Key="a", Body=b"x") == ("SignatureDoesNotMatch", 403)
    anonymous = requests.get(f"{aws.variables['AWS_ENDPOINT_URL']}/{BUCKET}", timeout=10)
    assert (anonymous.status_code, "<Code>AccessDenied</Code>" in anonymous.text) == (403, True)
    assert keys(s3) == []
    log = (Path(aws.environment["EMBEDDED_HOME"]) / "logs" / "aws.log").read_text()
    assert aws.variables["AWS_SECRET_ACCESS_KEY"] not in log


def refusals(address: str) -> list[requests.Response]:
    """The answer, if it refuses."""
    answer = requests.get(address, timeout=10)
    return [] if answer.ok else [answer]


@pytest.mark.parametrize("version", [None, "s3v4"])
def test_presigned_addresses(aws: Aws, s3: Any, version: str | None) -> None:
    client = aws.client(config=Config(signature_version=version)) if version else s3
    about = {"Bucket": BUCKET, "Key": "a b/ü.txt"}
    put = client.generate_presigned_url("put_object", Params=about)
    assert requests.put(put, data=b"signed", timeout=10).status_code == 200
    get = client.generate_presigned_url("get_object", Params=about, ExpiresIn=60)
    assert requests.get(get, timeout=10).content == b"signed"
    assert requests.delete(get, timeout=10).status_code == 403  # signed for reading
    other = requests.get(get.replace("%C3%BC", "x"), timeout=10)
    assert (other.status_code, "SignatureDoesNotMatch" in other.text) == (403, True)
    brief = client.generate_presigned_url("get_object", Params=about, ExpiresIn=1)
    [late] = eventually(lambda: refusals(brief), what="the address to expire")
    assert (late.status_code, "Request has expired" in late.text) == (403, True)


def test_a_signed_request_cannot_be_sent_again_later_or_with_another_body(aws: Aws, s3: Any) -> None:
    sent: list[Any] = []
    s3.meta.events.register("before-send.s3.PutObject", lambda request, **_: sent.append(request))
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"mine")
    headers = dict(sent[0].headers.items())
    forged = requests.put(sent[0].url, headers=headers, data=b"evil", timeout=10)
    assert (forged.status_code, "XAmzContentSHA256Mismatch" in forged.text) == (400, True)
    old = headers | {"X-Amz-Date": "20200101T000000Z"}
    assert requests.put(sent[0].url, headers=old, data=b"mine", timeout=10).status_code in (400, 403)
    assert body(s3, "a") == b"mine"


@pytest.mark.parametrize(
    ("checksum", "cut", "code"),
    [("NhCmhg==", 0, ""), ("AAAAAA==", 0, "BadDigest"), ("NhCmhg==", 9, "IncompleteBody"), ("?", 0, "InvalidDigest")],
)
def test_bodies_in_frames(aws: Aws, s3: Any, checksum: str, cut: int, code: str) -> None:
    """As the clients send them that sign while they read, with a checksum at the end."""
    url = f"{aws.variables['AWS_ENDPOINT_URL']}/{BUCKET}/framed"
    headers = {
        "Content-Encoding": "aws-chunked",
        "x-amz-decoded-content-length": "5",
        "x-amz-trailer": "x-amz-checksum-crc32",
    }
    request = AWSRequest("PUT", url, headers)
    request.context["checksum"] = {"request_algorithm": {"in": "trailer"}}
    key, secret = aws.variables["AWS_ACCESS_KEY_ID"], aws.variables["AWS_SECRET_ACCESS_KEY"]
    S3SigV4Auth(Credentials(key, secret), "s3", "us-east-1").add_auth(request)
    assert request.headers["X-Amz-Content-SHA256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    frames = f"3;chunk-signature=x\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n".encode()
    answer = requests.put(url, data=frames[cut:], headers=dict(request.headers.items()), timeout=10)
    assert f"<Code>{code}</Code>" in answer.text if code else answer.status_code == 200
    assert keys(s3) == ([] if code else ["framed"])
    if not code:
        assert body(s3, "framed") == b"hello"
        assert "ContentEncoding" not in s3.head_object(Bucket=BUCKET, Key="framed")


def test_a_policy_takes_rights_away_and_gives_them(aws: Aws, s3: Any) -> None:
    arn = f"arn:aws:s3:::{BUCKET}"
    s3.put_object(Bucket=BUCKET, Key="secret/a", Body=b"a")
    s3.put_object(Bucket=BUCKET, Key="public/b", Body=b"b")
    deny = {"Effect": "Deny", "Principal": "*", "Action": ["s3:Get*", "s3:Put*"], "Resource": f"{arn}/secret/*"}
    allow = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": f"{arn}/public/*"}
    policy = {"Version": "2012-10-17", "Statement": [deny, allow]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == policy
    assert refusal(s3.get_object, Bucket=BUCKET, Key="secret/a") == ("AccessDenied", 403)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="secret/a", Body=b"x") == ("AccessDenied", 403)
    source = {"Bucket": BUCKET, "Key": "secret/a"}
    assert refusal(s3.copy_object, Bucket=BUCKET, Key="c", CopySource=source) == ("AccessDenied", 403)
    assert requests.get(f"{aws.variables['AWS_ENDPOINT_URL']}/{BUCKET}/public/b", timeout=10).content == b"b"
    bad = {"Version": "2012-10-17", "Statement": [deny | {"Condition": {}}]}
    assert refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy=json.dumps(bad)) == ("MalformedPolicy", 400)
    s3.delete_bucket_policy(Bucket=BUCKET)
    assert body(s3, "secret/a") == b"a"
    assert refusal(s3.get_bucket_policy, Bucket=BUCKET) == ("NoSuchBucketPolicy", 404)


def test_refusals(s3: Any) -> None:
    assert refusal(s3.get_object, Bucket=BUCKET, Key="no") == ("NoSuchKey", 404)
    assert refusal(s3.head_object, Bucket=BUCKET, Key="no") == ("404", 404)
    for call in (s3.list_objects_v2, s3.list_objects, s3.delete_bucket):
        assert refusal(call, Bucket="no-such") == ("NoSuchBucket", 404)
    assert refusal(s3.put_object, Bucket="no-such", Key="a", Body=b"x") == ("NoSuchBucket", 404)
    assert refusal(s3.create_bucket, Bucket="UPPER-case") == ("InvalidBucketName", 400)
    assert refusal(s3.create_bucket, Bucket="127.0.0.1") == ("InvalidBucketName", 400)
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    assert refusal(s3.delete_bucket, Bucket=BUCKET) == ("BucketNotEmpty", 409)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="a", Body=b"y", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==") == (
        *("BadDigest", 400),
    )
    assert refusal(s3.put_object, Bucket=BUCKET, Key="x" * 1025) == ("KeyTooLongError", 400)
    assert refusal(s3.get_object_acl, Bucket=BUCKET, Key="a") == ("NotImplemented", 501)
    assert body(s3, "a") == b"x"


def test_of_two_writers_one_whole_object_wins(aws: Aws, s3: Any) -> None:
    bodies = [bytes([n]) * (3 << 20) for n in range(4)]

    def write(content: bytes) -> None:
        client = aws.client()
        for _ in range(5):
            client.put_object(Bucket=BUCKET, Key="contested", Body=content)

    s3.put_object(Bucket=BUCKET, Key="contested", Body=bodies[0])
    writers = [threading.Thread(target=write, args=(content,)) for content in bodies]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert body(s3, "contested") in bodies
    assert body(s3, "contested") in bodies


def test_objects_survive_down_and_kill(aws: Aws, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"kept", Metadata={"k": "v"})
    before = s3.head_object(Bucket=BUCKET, Key="a")
    aws.embedded("down")
    aws.up()
    s3 = aws.client()
    assert body(s3, "a") == b"kept"
    s3.put_object(Bucket=BUCKET, Key="b", Body=b"acknowledged")
    s3.delete_object(Bucket=SAMPLE[0], Key=SAMPLE[1])
    aws.kill()
    aws.up()
    s3 = aws.client()
    assert body(s3, "b") == b"acknowledged"
    after = s3.head_object(Bucket=BUCKET, Key="a")
    kept = ("ETag", "LastModified", "Metadata", "ContentType")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    # The sample belongs to a new store only: who removed it does not want it back.
    assert refusal(s3.head_object, Bucket=SAMPLE[0], Key=SAMPLE[1]) == ("404", 404)


def test_a_kill_in_the_middle_of_uploads_leaves_whole_objects_only(aws: Aws, s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="m")["UploadId"]
    about = {"Bucket": BUCKET, "Key": "m", "UploadId": upload}
    first = os.urandom(PART)
    etags = [s3.upload_part(**about, PartNumber=1, Body=first)["ETag"]]
    acknowledged: dict[str, bytes] = {}

    def write() -> None:
        client = aws.client(config=Config(retries={"total_max_attempts": 1}))
        for n in range(10_000):
            content = random.Random(n).randbytes(1 << 20)
            try:
                client.put_object(Bucket=BUCKET, Key=f"w{n}", Body=content)
            except Exception:  # the server is gone, in whatever way that shows
                return
            acknowledged[f"w{n}"] = content

    writer = threading.Thread(target=write)
    writer.start()
    eventually(lambda: len(acknowledged) >= 5, what="five objects", every=0.01)
    aws.kill()
    writer.join()
    aws.up()
    s3 = aws.client()
    there = keys(s3)
    assert set(acknowledged) <= set(there)
    assert len(there) <= len(acknowledged) + 1  # the last may be there without its writer's knowing
    for key in there:
        assert body(s3, key) == random.Random(int(key[1:])).randbytes(1 << 20)
    etags.append(s3.upload_part(**about, PartNumber=2, Body=b"end")["ETag"])
    told = {"Parts": [{"PartNumber": n, "ETag": etag} for n, etag in enumerate(etags, 1)]}
    s3.complete_multipart_upload(**about, MultipartUpload=told)
    assert body(s3, "m") == first + b"end"
    blobs = list(Path(aws.environment["EMBEDDED_HOME"], "aws", "s3", "blobs").glob("*/*"))
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert len(blobs) == sum(s3.list_objects_v2(Bucket=name)["KeyCount"] for name in buckets)  # no halves stay


def test_the_aws_command(aws: Aws, s3: Any, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.txt").write_text(str(n))
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    environment = {**os.environ, **{name: aws.variables[name] for name in names}}

    def command(*words: str) -> str:
        # Not the script beside Python: it is made for where the environment was built.
        program = [sys.executable, "-m", "awscli", "s3", *words]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    command("sync", str(folder), f"s3://{BUCKET}/in/")
    assert "in/2.txt" in command("ls", "--recursive", f"s3://{BUCKET}")
    command("mv", f"s3://{BUCKET}/in/0.txt", f"s3://{BUCKET}/done/0.txt")
    assert command("cp", f"s3://{BUCKET}/done/0.txt", "-") == "0"
    command("rm", "--recursive", f"s3://{BUCKET}/in/")
    assert keys(s3) == ["done/0.txt"]

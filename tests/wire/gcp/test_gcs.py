"""The embedded Cloud Storage as its clients see it, and what is left when it is killed."""

import base64
import hashlib
import io
import json
import random
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.api_core.exceptions import BadRequest, Conflict, NotFound, PreconditionFailed, Unauthorized
from google.auth import crypt, jwt
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import InvalidOperation, RefreshError
from google.cloud import storage
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded.object_store.interface import NotFound as NoObject
from embedded.services.gcp.gcs.reading import StoredObjects
from embedded.services.gcp.gcs.store import Content, Store
from tests.support import foreign_page
from tests.support.command import Command
from tests.support.store_life import commanded, kill_everything, listening, start

BUCKET = "stores-flowio"
CHUNK = 256 << 10


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    with commanded(tmp_path_factory.mktemp("gcs")) as running:
        start(running, "gcp")
        yield running


@pytest.fixture(scope="module")
def variables(command: Command) -> dict[str, str]:
    return command.environment()


def client_of(variables: dict[str, str], credentials: Any = None) -> storage.Client:
    """A client as a user makes it: with the key file and the address."""
    if credentials is None:
        credentials = service_account.Credentials.from_service_account_file(variables["GCP_CREDS_FILE"])
    options = {"api_endpoint": variables["STORAGE_EMULATOR_HOST"]}
    return storage.Client(variables["GCP_PROJECT_ID"], credentials, client_options=options)


@pytest.fixture(scope="module")
def client(variables: dict[str, str]) -> storage.Client:
    return client_of(variables)


@pytest.fixture
def bucket(client: storage.Client) -> Iterator[storage.Bucket]:
    made = client.create_bucket(BUCKET, location="us-central1")
    yield made
    made.delete(force=True)


def names(client: storage.Client, **options: Any) -> list[str]:
    return [blob.name for blob in client.list_blobs(BUCKET, **options)]


def bearer(client: storage.Client) -> dict[str, str]:
    """The header that a request of no client's needs."""
    return {"Authorization": f"Bearer {client._credentials.token}"}


def reason(answer: requests.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["errors"][0]["message"] == error["message"]
    return answer.status_code, error["errors"][0]["reason"]


def test_it_listens_on_loopback_only(command: Command) -> None:
    assert listening(command, "gcp") == {"127.0.0.1"}


def test_a_bucket(client: storage.Client) -> None:
    wanted = client.bucket(BUCKET)
    wanted.storage_class = "REGIONAL"
    wanted.labels = {"lesson": "seven"}
    made = client.create_bucket(wanted, location="us-central1")
    assert (made.location, made.location_type, made.storage_class) == ("US-CENTRAL1", "region", "REGIONAL")
    with pytest.raises(Conflict, match="you already own it"):
        client.create_bucket(BUCKET)
    made.labels = {"lesson": "eight"}
    made.patch()
    found = client.get_bucket(BUCKET)
    assert (found.labels, found.metageneration, found.storage_class) == ({"lesson": "eight"}, 2, "REGIONAL")
    assert BUCKET in [one.name for one in client.list_buckets(prefix="stores-", page_size=1)]
    found.blob("a").upload_from_string("a")
    with pytest.raises(Conflict, match="not empty"):
        found.delete()
    found.delete(force=True)
    assert client.lookup_bucket(BUCKET) is None
    with pytest.raises(NotFound, match="The specified bucket does not exist"):
        client.get_bucket(BUCKET)


def test_buckets_of_one_project_are_not_those_of_another(variables: dict[str, str], client: storage.Client) -> None:
    client.create_bucket("stores-mine")
    assert [one.name for one in client.list_buckets(project="another-project")] == []
    client.bucket("stores-mine").delete()


@pytest.mark.parametrize("name", ["UPPER", "ab", "-dash", "goog-mine", "my-google-bucket", "a" * 64, "white space"])
def test_a_bucket_name_that_google_refuses(client: storage.Client, name: str) -> None:
    answer = requests.post(f"{client.api_endpoint}/storage/v1/b?project=p", json={"name": name}, headers=bearer(client))
    assert reason(answer) == (400, "invalid")
    assert f"'{name}'" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "setting", [{"versioning": {"enabled": True}}, {"lifecycle": {"rule": [{"action": {"type": "Delete"}}]}}]
)
def test_what_it_does_not_do_is_refused(client: storage.Client, setting: dict[str, Any]) -> None:
    answer = requests.post(
        f"{client.api_endpoint}/storage/v1/b?project=p", json={"name": "stores-new", **setting}, headers=bearer(client)
    )
    assert reason(answer) == (501, "notImplemented")
    assert next(iter(setting)) in answer.text
    assert client.lookup_bucket("stores-new") is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("storage/v1/b/x/iam", "notImplemented"),
        ("storage/v1/b/x/o?softDeleted=true", "notImplemented"),
        ("storage/v1/b/x/o?matchGlob=*", "notImplemented"),
        ("storage/v1/b/x/o?maxResults=few", "notFound"),
        ("elsewhere", "notImplemented"),
    ],
)
def test_unknown_requests_are_refused_in_googles_shape(client: storage.Client, path: str, kind: str) -> None:
    answer = requests.get(f"{client.api_endpoint}/{path}", headers=bearer(client))
    assert reason(answer)[1] == kind


@pytest.mark.parametrize("size", [0, 1, 5, 3 * CHUNK, 3 * CHUNK + 7])
@pytest.mark.parametrize("way", ["one request", "resumable"])
def test_what_goes_up_comes_down(bucket: storage.Bucket, size: int, way: str) -> None:
    content = random.Random(size).randbytes(size)
    blob = bucket.blob("folder/Ä b+c?.bin", chunk_size=CHUNK if way == "resumable" else None)
    blob.metadata = {"origin": "test"}
    blob.upload_from_file(io.BytesIO(content), size=size, content_type="application/x-test")
    found = bucket.get_blob("folder/Ä b+c?.bin")
    assert found is not None
    assert (found.size, found.content_type, found.metadata) == (size, "application/x-test", {"origin": "test"})
    assert found.md5_hash == base64.b64encode(hashlib.md5(content).digest()).decode()
    assert found.download_as_bytes() == content


def test_a_multipart_body_may_hold_anything(bucket: storage.Bucket) -> None:
    content = b"\r\n--==\r\n\r--\n" * 1000 + bytes(range(256))
    bucket.blob("tricky").upload_from_string(content)
    assert bucket.blob("tricky").download_as_bytes() == content


def test_a_part_of_an_object(bucket: storage.Bucket, client: storage.Client) -> None:
    bucket.blob("a").upload_from_string("0123456789")
    assert bucket.blob("a").download_as_bytes(start=2, end=4) == b"234"
    assert bucket.blob("a").download_as_bytes(start=7) == b"789"
    url, headers = f"{client.api_endpoint}/storage/v1/b/{BUCKET}/o/a?alt=media", bearer(client)
    last = requests.get(url, headers=headers | {"Range": "bytes=-3"})
    assert (last.status_code, last.content, last.headers["Content-Range"]) == (206, b"789", "bytes 7-9/10")
    assert reason(requests.get(url, headers=headers | {"Range": "bytes=10-"})) == (416, "requestedRangeNotSatisfiable")


def test_a_listing(bucket: storage.Bucket, client: storage.Client) -> None:
    for name in ("a", "d/1", "d/2", "d/deep/3", "e/4", "f"):
        bucket.blob(name).upload_from_string(name)
    assert names(client) == ["a", "d/1", "d/2", "d/deep/3", "e/4", "f"]
    assert names(client, page_size=2) == names(client)
    assert names(client, prefix="d/") == ["d/1", "d/2", "d/deep/3"]
    assert names(client, start_offset="d/2", end_offset="f") == ["d/2", "d/deep/3", "e/4"]
    assert names(client, max_results=2) == ["a", "d/1"]
    flat = client.list_blobs(BUCKET, delimiter="/", page_size=1)
    assert [blob.name for blob in flat] == ["a", "f"]
    assert flat.prefixes == {"d/", "e/"}
    inside = client.list_blobs(BUCKET, prefix="d/", delimiter="/")
    assert ([blob.name for blob in inside], inside.prefixes) == (["d/1", "d/2"], {"d/deep/"})


@settings(max_examples=40, deadline=None)
@given(
    keys=st.sets(st.text("ab/é", min_size=1, max_size=5).filter(lambda key: key.strip("."))),
    prefix=st.text("ab/", max_size=2),
)
def test_bigquery_is_told_the_whole_of_a_prefix_in_order(
    keys: set[str], prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = Store(tmp_path_factory.mktemp("whole"))
    store.create_bucket(BUCKET, "p", {})
    for key in keys:
        blob, file = store.blobs.create()
        file.close()
        store.put(BUCKET, key, Content(blob, 0, "", ""), {}, lambda _: None)
    found = [one.key for one in StoredObjects(store, tmp_path_factory.mktemp("scratch")).list(BUCKET, prefix)]
    assert found == sorted((key for key in keys if key.startswith(prefix)), key=str.encode)


def test_copy_rewrite_and_compose(bucket: storage.Bucket) -> None:
    source = bucket.blob("one")
    source.upload_from_string("one", content_type="text/plain")
    bucket.blob("two").upload_from_string("two")
    copied = bucket.copy_blob(source, bucket, "copies/one")
    assert (copied.download_as_bytes(), copied.content_type) == (b"one", "text/plain")
    moved = bucket.blob("moved")
    assert moved.rewrite(source) == (None, 3, 3)
    both = bucket.blob("both")
    both.compose([source, bucket.blob("two")])
    assert both.download_as_bytes() == b"onetwo"
    assert both.md5_hash is None  # as with Google: a composed object has a CRC32C only
    with pytest.raises(NotFound, match=f"No such object: {BUCKET}/three"):
        both.compose([source, bucket.blob("three")])


def test_conditions(bucket: storage.Bucket) -> None:
    blob = bucket.blob("a")
    blob.upload_from_string("first", if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        bucket.blob("a").upload_from_string("second", if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        bucket.blob("a", chunk_size=CHUNK).upload_from_file(io.BytesIO(b"x"), if_generation_match=1)
    with pytest.raises(PreconditionFailed):
        blob.delete(if_generation_match=1)
    with pytest.raises(NotFound):
        bucket.blob("a", generation=1).reload()
    assert bucket.blob("a").download_as_bytes() == b"first"
    blob.delete(if_generation_match=blob.generation)
    assert not blob.exists()
    with pytest.raises(NotFound, match=f"No such object: {BUCKET}/a"):
        blob.delete()


def test_settings_of_an_object(bucket: storage.Bucket) -> None:
    blob = bucket.blob("a")
    blob.metadata = {"one": "1", "two": "2"}
    blob.upload_from_string("a")
    blob.metadata = {"one": None, "three": "3"}
    blob.cache_control = "no-store"
    blob.patch()
    found = bucket.get_blob("a")
    assert found is not None
    assert found.metadata == {"two": "2", "three": "3"}
    assert (found.cache_control, found.metageneration, found.generation) == ("no-store", 2, blob.generation)


@pytest.mark.parametrize("way", ["multipart", "resumable"])
def test_a_wrong_checksum_is_refused(bucket: storage.Bucket, way: str) -> None:
    blob = bucket.blob("a", chunk_size=CHUNK if way == "resumable" else None)
    blob.md5_hash = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    with pytest.raises(BadRequest, match="doesn't match calculated MD5"):
        blob.upload_from_string("content", checksum=None)
    assert not bucket.blob("a").exists()


def test_an_upload_that_breaks_off_leaves_nothing(
    bucket: storage.Bucket, client: storage.Client, variables: dict[str, str]
) -> None:
    bucket.blob("a").upload_from_string("before")
    with socket.create_connection(("127.0.0.1", int(variables["GCP_PORT"]))) as line:
        path = f"/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name=a"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer(client)['Authorization']}\r\n"
        line.sendall(f"{head}Content-Length: 1000\r\n\r\nhalf".encode())
        line.shutdown(socket.SHUT_WR)
        assert b"200 OK" not in line.recv(65536)  # the server has seen the end, and closes
    assert bucket.blob("a").download_as_bytes() == b"before"


def begun(client: storage.Client, name: str) -> str:
    """The address of a resumable upload that has begun."""
    url = f"{client.api_endpoint}/upload/storage/v1/b/{BUCKET}/o?uploadType=resumable&name={name}"
    return requests.post(url, json={}, headers=bearer(client)).headers["Location"]


def put(address: str, data: bytes, span: str, client: storage.Client) -> requests.Response:
    return requests.put(address, data=data, headers=bearer(client) | {"Content-Range": f"bytes {span}"})


def test_a_resumable_upload_goes_on_where_it_is(bucket: storage.Bucket, client: storage.Client) -> None:
    address = begun(client, "a")
    assert put(address, b"", "*/*", client).status_code == 308
    assert put(address, b"01234", "0-4/*", client).headers["Range"] == "bytes=0-4"
    assert put(address, b"9", "9-9/10", client).headers["Range"] == "bytes=0-4"  # a hole: not taken
    assert reason(put(address, b"56789", "5-8/10", client)) == (400, "invalid")
    assert put(address, b"", "*/10", client).headers["Range"] == "bytes=0-4"
    done = put(address, b"56789", "5-9/10", client)
    assert done.json()["size"] == "10"
    assert bucket.blob("a").download_as_bytes() == b"0123456789"
    assert reason(put(address, b"", "*/10", client)) == (404, "notFound")
    assert put(begun(client, "empty"), b"", "*/0", client).json()["size"] == "0"


def test_tokens_are_asked_for(variables: dict[str, str], client: storage.Client) -> None:
    with pytest.raises(InvalidOperation):  # a 401 makes the client ask for a new token: it has none
        client_of(variables, AnonymousCredentials()).get_bucket(BUCKET)
    assert reason(requests.get(f"{client.api_endpoint}/storage/v1/b")) == (401, "required")
    forged = client._credentials.token[:-1] + ("A" if client._credentials.token[-1] != "A" else "B")
    for token in ("wrong", forged, "ya29.9999999999.x"):
        with pytest.raises((Unauthorized, RefreshError)):
            client_of(variables, Credentials(token)).get_bucket(BUCKET)
        answer = requests.get(f"{client.api_endpoint}/storage/v1/b", headers={"Authorization": f"Bearer {token}"})
        assert reason(answer) == (401, "authError")


def test_another_key_gets_no_token(variables: dict[str, str]) -> None:
    key = json.loads(Path(variables["GCP_CREDS_FILE"]).read_text())
    signer = crypt.RSASigner.from_service_account_info(key)
    now = int(time.time())
    claims = {"iss": key["client_email"], "aud": key["token_uri"], "iat": now, "exp": now + 600}

    def answer(claims: dict[str, Any], **form: str) -> dict[str, Any]:
        assertion = jwt.encode(signer, claims).decode()
        grant = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
        return requests.post(key["token_uri"], data=grant | form).json()

    assert answer(claims)["token_type"] == "Bearer"
    assert answer(claims | {"iss": "else@where"})["error"] == "invalid_grant"
    assert answer(claims | {"aud": "https://oauth2.googleapis.com/else"})["error"] == "invalid_grant"
    assert answer(claims | {"iat": now - 7200, "exp": now - 3600})["error"] == "invalid_grant"
    assert answer(claims, assertion="a.b.c")["error"] == "invalid_grant"
    assert answer(claims, grant_type="password")["error"] == "unsupported_grant_type"
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    stranger = service_account.Credentials.from_service_account_info(key | {"private_key": other.decode()})
    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        client_of(variables, stranger).get_bucket(BUCKET)


def test_the_key_is_for_its_user_only(variables: dict[str, str]) -> None:
    key = Path(variables["GCP_CREDS_FILE"])
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert json.loads(key.read_text())["project_id"] == variables["GCP_PROJECT_ID"]


def test_bigquery_reads_the_same_objects(tmp_path: Path) -> None:
    store = Store(tmp_path / "gcs")
    objects = StoredObjects(store, tmp_path / "scratch")
    with pytest.raises(NoObject):
        list(objects.list(BUCKET, ""))
    store.create_bucket(BUCKET, "p", {})
    blob, file = store.blobs.create()
    file.write(b"content")
    store.blobs.seal(file)
    store.put(BUCKET, "in/a.csv", Content(blob, 7, "", ""), {}, lambda _: None)
    [found] = objects.list(BUCKET, "in/")
    assert (found.key, found.size) == ("in/a.csv", 7)
    with objects.fetch(BUCKET, "in/a.csv") as path:
        store.delete(BUCKET, "in/a.csv", lambda _: None)
        assert (path.name, path.read_bytes()) == ("a.csv", b"content")
    assert not path.exists()
    with pytest.raises(NoObject), objects.fetch(BUCKET, "in/a.csv"):
        pass


def test_all_that_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    with commanded(tmp_path) as command:
        client = client_of(start(command, "gcp"))
        client.create_bucket(BUCKET)
        content = random.Random(1).randbytes(2 << 20)
        for number in range(20):
            client.bucket(BUCKET).blob(f"n/{number:02}").upload_from_string(content[: number * 1000])
        address = begun(client, "half")
        put(address, content[:CHUNK], f"0-{CHUNK - 1}/{len(content)}", client)
        kill_everything(command, "gcp")
        variables = start(command, "gcp")
        again = client_of(variables)
        assert [blob.size for blob in again.list_blobs(BUCKET)] == [number * 1000 for number in range(20)]
        assert again.bucket(BUCKET).blob("n/19").download_as_bytes() == content[:19000]
        moved = f"{variables['STORAGE_EMULATOR_HOST']}{address[address.index('/upload') :]}"
        assert put(moved, b"", f"*/{len(content)}", again).headers["Range"] == f"bytes=0-{CHUNK - 1}"
        rest = put(moved, content[CHUNK:], f"{CHUNK}-{len(content) - 1}/{len(content)}", again)
        assert rest.json()["md5Hash"] == base64.b64encode(hashlib.md5(content).digest()).decode()


def test_pages_of_other_sites_are_refused(variables: dict[str, str]) -> None:
    foreign_page.assert_refused(f"{variables['STORAGE_EMULATOR_HOST']}/_health")

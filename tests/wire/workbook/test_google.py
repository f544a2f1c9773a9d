"""lab.gcs and lab.bigquery: where a key leads, and what they say on the embedded Google Cloud."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import workbook
from tests.support.stack import own_stack
from workbook.errors import NotFound, QueryFailed, ServerDown, WrongPassword
from workbook.lab import Lab
from workbook.settings import Settings, load

NOWHERE = Path("/nonexistent/.env")
HERE = "http://127.0.0.1:4443"
BUCKET, DATASET = "workbook-test", "workbook_test"


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()


def settings_with(folder: Path, private_key: str, token_uri: str, **changes: Any) -> Settings:
    """Settings that name a key file."""
    key = {"client_email": "robot@mine", "project_id": "mine", "private_key": private_key, "token_uri": token_uri}
    file = folder / "key.json"
    file.write_text(json.dumps({"type": "service_account", **key}))
    hosts = {"storage_emulator_host": HERE, "bigquery_emulator_host": HERE}
    return replace(load({}, NOWHERE), gcp_creds_file=str(file), **{**hosts, **changes})


def test_a_real_key_leads_to_google(tmp_path: Path, private_key: str) -> None:
    lab = Lab(settings_with(tmp_path, private_key, "https://oauth2.googleapis.com/token", gcp_project_id=None))
    assert lab.gcs.client._connection.API_BASE_URL == "https://storage.googleapis.com"
    assert lab.bigquery.client._connection.API_BASE_URL == "https://bigquery.googleapis.com"
    assert (lab.gcs.client.project, lab.bigquery.client.project) == ("mine", "mine")
    assert lab.gcs.client._http.trust_env


def test_the_embedded_key_stays_here_at_the_port_of_today(tmp_path: Path, private_key: str) -> None:
    lab = Lab(settings_with(tmp_path, private_key, "http://127.0.0.1:1/token"))
    assert lab.gcs.client._connection.API_BASE_URL == HERE
    assert lab.bigquery.client._connection.API_BASE_URL == HERE
    assert lab.gcs.client._credentials._token_uri == f"{HERE}/token"
    assert not lab.gcs.client._http.trust_env
    assert repr(lab.bigquery) == f"BigQuery({HERE}, project workbook-local)"


def test_the_embedded_key_where_there_is_no_embedded_cloud(tmp_path: Path, private_key: str) -> None:
    settings = settings_with(tmp_path, private_key, f"{HERE}/token", storage_emulator_host=None)
    with pytest.raises(QueryFailed, match="which this stack does not have"):
        Lab(settings).gcs.buckets()


@pytest.mark.parametrize("content", ["no json", "[]", "{}"])
def test_a_file_that_is_no_key(tmp_path: Path, content: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(content)
    with pytest.raises(QueryFailed, match="GCP_CREDS_FILE is"):
        Lab(replace(load({}, NOWHERE), gcp_creds_file=str(file))).gcs.buckets()


def test_without_a_key_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(QueryFailed, match=r"Set GCP_CREDS_FILE in \.env"):
        Lab(load({"WORKBOOK_STACK": "cloud"}, NOWHERE)).gcs.buckets()


def test_a_cloud_that_is_down_names_the_command_that_starts_it(
    tmp_path: Path, private_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbook.stores.gcs.OPTIONS", {"retry": None, "timeout": 2})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = settings_with(tmp_path, private_key, f"{HERE}/token", storage_emulator_host=url)
    with pytest.raises(ServerDown, match=rf"^Cloud Storage does not answer at {url}(.|\n)*up --only gcp$"):
        Lab(settings).gcs.buckets()


def test_the_project_of_another_stack_is_the_keys_unless_told() -> None:
    assert load({"WORKBOOK_STACK": "cloud"}, NOWHERE).gcp_project_id is None
    assert load({"WORKBOOK_STACK": "docker", "GCP_PROJECT_ID": "mine"}, NOWHERE).gcp_project_id == "mine"
    assert load({}, NOWHERE).gcp_project_id == "workbook-local"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("google")
    with own_stack(folder, "gcp") as env, pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        opened = workbook.open("gcp")
        yield opened
        opened.close()


@pytest.fixture
def bucket(lab: Any) -> Iterator[str]:
    lab.gcs.client.create_bucket(BUCKET)
    yield BUCKET
    lab.gcs.drop(BUCKET)


def test_objects(lab: Any, bucket: str, tmp_path: Path) -> None:
    file = tmp_path / "two.txt"
    file.write_text("two")
    assert lab.gcs.upload(b"one", bucket, "a/one") == f"gs://{bucket}/a/one"
    lab.gcs.upload(file, bucket, "b/two")
    assert lab.gcs.buckets() == [bucket]
    assert lab.gcs.objects(bucket)[["name", "bytes"]].to_numpy().tolist() == [["a/one", 3], ["b/two", 3]]
    assert lab.gcs.read(bucket, "b/two") == b"two"
    assert lab.gcs.delete(bucket, "a/") == 1
    assert list(lab.gcs.objects(bucket, "b/")["name"]) == ["b/two"]
    assert lab.gcs.drop(bucket)
    assert not lab.gcs.drop(bucket)


def test_objects_that_are_not_there(lab: Any, bucket: str) -> None:
    with pytest.raises(NotFound, match=f"No such object: {bucket}/nope"):
        lab.gcs.read(bucket, "nope")
    with pytest.raises(NotFound, match="The specified bucket does not exist"):
        lab.gcs.objects("no-such-bucket")
    with pytest.raises(NotFound, match="no file here/it/is"):
        lab.gcs.upload("here/it/is", bucket, "nope")


def test_tables(lab: Any) -> None:
    store = lab.bigquery
    store.client.create_dataset(DATASET)
    try:
        store.sql(f"CREATE TABLE {DATASET}.trips AS SELECT 1 AS id, NUMERIC '2.5' AS fare UNION ALL SELECT 2, NULL")
        frame = store.sql(f"SELECT * FROM {DATASET}.trips ORDER BY id")
        assert frame.to_numpy().tolist() == [[1, Decimal("2.5")], [2, None]]
        assert store.count(f"{DATASET}.trips") == 2
        assert store.count(f"{DATASET}.trips", "id > @least", least=1) == 1
        assert store.scalar("SELECT 1 FROM UNNEST([1]) WHERE FALSE") is None
        assert store.tables(DATASET).to_numpy().tolist() == [["trips", "TABLE"]]
        assert store.datasets() == [DATASET]
        store.drop_table(f"{DATASET}.trips")
        store.drop_table(f"{DATASET}.trips")
        with pytest.raises(NotFound, match="trips"):
            store.count(f"{DATASET}.trips")
        with pytest.raises(QueryFailed, match=r"BigQuery refuses this request: Syntax error"):
            store.sql("SELEC 1")
    finally:
        store.drop(DATASET)
    assert store.datasets() == []
    store.drop(DATASET)


@pytest.mark.parametrize(
    "value", [True, 7, 1.5, "ä", Decimal("2.5"), date(2020, 1, 31), datetime(2020, 1, 31, 10, tzinfo=UTC)]
)
def test_parameters(lab: Any, value: object) -> None:
    assert lab.bigquery.scalar("SELECT @value", value=value) == value


def test_a_wrong_key_names_its_setting(lab: Any, private_key: str, tmp_path: Path) -> None:
    settings = lab.settings
    hosts = {"storage_emulator_host": settings.storage_emulator_host}
    hosts["bigquery_emulator_host"] = settings.bigquery_emulator_host
    other = Lab(settings_with(tmp_path, private_key, f"{HERE}/token", **hosts))
    for store in (other.gcs, other.bigquery):
        with pytest.raises(WrongPassword, match="GCP_CREDS_FILE") as caught:
            store.ping()
        assert "PRIVATE" not in str(caught.value)


def test_it_comes_back_with_what_it_had(lab: Any, bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.gcs.upload(b"kept", bucket, "kept")
    lab.stop("gcp")
    with monkeypatch.context() as patch:
        patch.setattr("workbook.stores.gcs.OPTIONS", {"retry": None, "timeout": 2})
        with pytest.raises(ServerDown, match="up --only gcp"):
            lab.gcs.read(bucket, "kept")
    lab.start("gcp")
    assert lab.gcs.read(bucket, "kept") == b"kept"

"""Where the Google Cloud tasks go: the key decides. Nothing is called."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from embedded.services.kestra.tasks.bridge import Task, TaskError
from embedded.services.kestra.tasks.gcp.connection import account, bigquery_client, storage_client

HERE = "http://127.0.0.1:4443"


@pytest.fixture(autouse=True)
def embedded_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the engine: both addresses are in the environment."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", HERE)
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", HERE)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def key(private_key: str, token_uri: str) -> dict[str, str]:
    names = {"client_email": "robot@my-project.iam.gserviceaccount.com", "project_id": "my-project"}
    return {"type": "service_account", "private_key": private_key, "token_uri": token_uri, **names}


def task(**properties: Any) -> Task:
    return cast(Task, SimpleNamespace(properties=properties))


def test_a_real_key_goes_to_google_and_nowhere_else(private_key: str) -> None:
    real = json.dumps(key(private_key, "https://oauth2.googleapis.com/token"))
    storage, bigquery = storage_client(task(serviceAccount=real)), bigquery_client(task(serviceAccount=real))
    assert storage._connection.API_BASE_URL == "https://storage.googleapis.com"
    assert bigquery._connection.API_BASE_URL == "https://bigquery.googleapis.com"
    assert storage._credentials._token_uri == "https://oauth2.googleapis.com/token"
    assert (storage.project, bigquery.project) == ("my-project", "my-project")
    assert bigquery_client(task(serviceAccount=real, projectId="other", location="EU")).project == "other"


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost:2", "[::1]:3"])
def test_the_embedded_key_goes_to_the_embedded_cloud_at_its_port_of_today(private_key: str, host: str) -> None:
    ours = json.dumps(key(private_key, f"http://{host}/token"))
    storage, bigquery = storage_client(task(serviceAccount=ours)), bigquery_client(task(serviceAccount=ours))
    assert (storage._connection.API_BASE_URL, bigquery._connection.API_BASE_URL) == (HERE, HERE)
    assert storage._credentials._token_uri == f"{HERE}/token"


@pytest.mark.parametrize("uri", ["https://127.0.0.1.example.com/token", "https://example.com/127.0.0.1", "nothing"])
def test_a_token_address_that_only_looks_like_this_machine_is_not(private_key: str, uri: str) -> None:
    assert account({"serviceAccount": json.dumps(key(private_key, uri))}).storage == "https://storage.googleapis.com"


def test_the_embedded_key_without_the_embedded_cloud(private_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    with pytest.raises(TaskError, match="Start the service `gcp`"):
        account({"serviceAccount": json.dumps(key(private_key, f"{HERE}/token"))})


def test_who_is_somebody_else_is_so_at_google_only(private_key: str) -> None:
    real = key(private_key, "https://oauth2.googleapis.com/token")
    found = account({"serviceAccount": json.dumps(real), "impersonatedServiceAccount": "other@my-project"})
    assert type(found.credentials).__module__ == "google.auth.impersonated_credentials"
    ours = key(private_key, f"{HERE}/token")
    with pytest.raises(TaskError, match="one account only"):
        account({"serviceAccount": json.dumps(ours), "impersonatedServiceAccount": "other@my-project"})


@pytest.mark.parametrize("text", ["[]", "{}", "nonsense", '{"type": "service_account", "private_key": 1}'])
def test_what_is_no_key_is_not_told(text: str) -> None:
    with pytest.raises(TaskError, match="`serviceAccount`") as caught:
        account({"serviceAccount": text})
    assert "nonsense" not in str(caught.value)

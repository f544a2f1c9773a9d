"""The embedded Google Cloud under Google's own names, as Kestra's own tasks reach it in containers."""

import gzip
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from google.auth.transport.requests import AuthorizedSession
from google.cloud import bigquery, storage
from google.oauth2 import service_account

from embedded.services.gcp import KEY_FILE, certificate
from embedded.services.gcp.certificate import NAMES, TRUSTSTORE, TRUSTSTORE_PASSWORD
from tests.support.stack import ROOT
from tests.support.waiting import answers, eventually
from workbook.settings import Settings
from workbook.stores.bigquery import BigQuery
from workbook.stores.gcs import Gcs

SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
JAVA = """
import sys, jpype
jpype.startJVM("-Djdk.net.hosts.file=" + sys.argv[1], *sys.argv[3:])
connection = jpype.java.net.URL(sys.argv[2]).openConnection()
print(connection.getResponseCode())
"""
"""What Google's Java clients connect with; they have no setting of their own for what to trust."""


@dataclass(frozen=True)
class Process:
    """Where the process is: its folders, and its two ports."""

    home: Path
    key: Path
    port: int
    tls: int


@pytest.fixture(scope="module")
def gcp_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The process as its container starts it, but on loopback."""
    home, key = (tmp_path_factory.mktemp(name) for name in ("home", "key"))
    port, tls = free_port(), free_port()
    told = {"GCP_HOME": home, "GCP_KEY_FOLDER": key, "GCP_HOST": "gcp", "GCP_PORT": port, "GCP_TLS_PORT": tls}
    environment = os.environ | {name: str(value) for name, value in told.items()}
    with subprocess.Popen([sys.executable, "-m", "embedded.services.gcp"], cwd=ROOT, env=environment) as process:
        try:
            await_health(f"http://127.0.0.1:{port}/_health")
            yield Process(home, key / KEY_FILE, port, tls)
        finally:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def await_health(url: str) -> None:
    """Wait until it answers."""
    eventually(lambda: answers(url), what=f"an answer at {url}")


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Google's names lead here, as the aliases of the network do; gives the names that were looked up."""
    known, names = socket.getaddrinfo, set()

    def resolve(host: str, *rest: Any, **more: Any) -> list[Any]:
        names.add(host)
        here = host == "gcp" or host.endswith(".googleapis.com")
        return known("127.0.0.1" if here else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return names


def session(gcp_process: Process) -> AuthorizedSession:
    """A client's session with the key, which believes in the certificate."""
    key = service_account.Credentials.from_service_account_file(gcp_process.key, scopes=SCOPES)
    made = AuthorizedSession(key.with_subject(key.service_account_email))
    made.trust_env = False
    made.verify = str(gcp_process.home / "tls" / "certificate.pem")
    return made


def address(gcp_process: Process, name: str) -> dict[str, Any]:
    """What a client is told besides."""
    told = {"api_endpoint": f"https://{name}.googleapis.com:{gcp_process.tls}"}
    http = session(gcp_process)
    return {"project": "workbook-local", "credentials": http.credentials, "_http": http, "client_options": told}


def test_clients_reach_both_services_by_google_s_names(gcp_process: Process) -> None:
    files = storage.Client(**address(gcp_process, "storage"))
    bucket = files.create_bucket("names-flowio", location="us-central1")
    bucket.blob("in/a.csv").upload_from_string("1\n2\n")
    assert [blob.name for blob in files.list_blobs(bucket)] == ["in/a.csv"]
    tables = bigquery.Client(**address(gcp_process, "bigquery"))
    tables.create_dataset("names")
    external = "OPTIONS (format = 'CSV', uris = ['gs://names-flowio/in/a.csv'])"
    tables.query_and_wait(f"CREATE EXTERNAL TABLE names.a (n INT64) {external}")
    assert [tuple(row) for row in tables.query_and_wait("SELECT SUM(n) FROM names.a")] == [(3,)]


def test_on_the_host_the_key_leads_there_and_never_to_google(gcp_process: Process, asked: set[str]) -> None:
    here = f"http://127.0.0.1:{gcp_process.port}"
    settings = Settings(
        stack="docker", gcp_creds_file=str(gcp_process.key), storage_emulator_host=here, bigquery_emulator_host=here
    )
    before = set(threading.enumerate())
    files, tables = Gcs(settings), BigQuery(settings)
    assert isinstance(files.buckets(), list)
    assert tables.scalar("SELECT 1") == 1
    for thread in set(threading.enumerate()) - before:  # Google's library asks about regions in one of its own
        thread.join(10)
    assert asked == {"127.0.0.1"}


def test_a_key_of_google_s_ends_before_anything_is_sent(gcp_process: Process) -> None:
    known = session(gcp_process)
    for name in ("oauth2", "www", "sts", "iamcredentials"):
        with pytest.raises(requests.exceptions.SSLError, match="Hostname mismatch"):
            known.request(
                "POST", f"https://{name}.googleapis.com:{gcp_process.tls}/token", data={"assertion": "secret"}
            )


def test_the_key_names_where_its_tokens_are_and_is_its_owner_s(gcp_process: Process) -> None:
    key = json.loads(gcp_process.key.read_text())
    assert key["token_uri"] == f"http://gcp:{gcp_process.port}/token"
    assert stat.S_IMODE(gcp_process.key.stat().st_mode) == 0o600
    assert gcp_process.key.stat().st_uid == gcp_process.key.parent.stat().st_uid
    assert stat.S_IMODE((gcp_process.home / "tls" / "key.pem").stat().st_mode) == 0o600


@pytest.mark.parametrize(("store", "answer"), [(True, "200"), (False, "SSLHandshakeException")])
def test_java_believes_in_it_with_the_truststore_alone(
    gcp_process: Process, tmp_path: Path, store: bool, answer: str
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 {' '.join(NAMES)}\n")
    trust = {"trustStore": gcp_process.home / TRUSTSTORE, "trustStorePassword": TRUSTSTORE_PASSWORD}
    options = [f"-Djavax.net.ssl.{name}={value}" for name, value in trust.items()] if store else []
    url = f"https://{NAMES[0]}:{gcp_process.tls}/_health"
    command = [sys.executable, "-c", JAVA, str(hosts), url, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzip.compress(b'{"name": "packed-flowio"}'), 200),
        (gzip.compress(b'{"name": "packed-flowio"}')[:-9], 400),
        (b'{"name": "packed-flowio"}', 400),
        (gzip.compress(bytes(65 << 20)), 400),
    ],
    ids=["packed", "cut short", "not packed at all", "a bomb"],
)
def test_documents_come_packed_from_java(gcp_process: Process, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json; charset=UTF-8", "Content-Encoding": "gzip"}
    url = f"https://storage.googleapis.com:{gcp_process.tls}/storage/v1/b?project=workbook-local"
    answer = session(gcp_process).request("POST", url, data=body, headers=headers)
    assert answer.status_code == status, answer.text


def test_the_truststore_has_what_the_world_trusts_besides(gcp_process: Process) -> None:
    content = (gcp_process.home / TRUSTSTORE).read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of them has a serial number that should not be
        trusted = pkcs12.load_pkcs12(content, TRUSTSTORE_PASSWORD.encode()).additional_certs
    own = x509.load_pem_x509_certificate((gcp_process.home / "tls" / "certificate.pem").read_bytes())
    assert own in [one.certificate for one in trusted]
    assert len(trusted) > 100


def test_a_certificate_is_kept_until_it_ends_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = certificate.certificate(tmp_path).certificate.read_bytes()
    assert certificate.certificate(tmp_path).certificate.read_bytes() == first
    ends = x509.load_pem_x509_certificate(first).not_valid_after_utc
    monkeypatch.setattr(certificate, "RENEWAL", ends - datetime.now(UTC) + timedelta(minutes=1))
    assert certificate.certificate(tmp_path).certificate.read_bytes() != first

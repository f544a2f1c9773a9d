"""Where the services are: environment, then `.env`, then the embedded stack's own answer, then the defaults.

Ports are the exception. For the embedded stack a port in the environment or in `.env` is a wish: if it was taken at
start, the stack uses another one. So where the running stack names a port, that is the port.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from workbook.errors import StackError

ROOT = Path(__file__).resolve().parent.parent
STACKS = ("embedded", "docker", "cloud")
TAXI_RELEASES = "https://github.com/DataTalksClub/nyc-tlc-data/releases/download"
PRODUCTS = "https://dummyjson.com/products"
INSIGHTFLOW_FILES = "https://{host}"
"""The public files, on two hosts; the ingestion program knows which is on which."""
ENV_SECONDS = 30
_TEXTS = (
    *("kestra_username", "kestra_password"),
    *("postgres_host", "postgres_db", "postgres_user", "postgres_password"),
    *("timescale_host", "timescale_db", "timescale_user", "timescale_password"),
    *("clickhouse_host", "clickhouse_user", "clickhouse_password", "es_user", "es_password"),
    *("aws_access_key_id", "aws_secret_access_key"),
    *("gcp_project_id", "gcp_location", "storage_emulator_host", "bigquery_emulator_host"),
)
_PORTS = {"postgres_port": 5432, "timescale_port": 5433, "clickhouse_port": 8123}
_ADDRESSES = {
    "kestra_url": ("KESTRA_PORT", 8080),
    "elasticsearch_url": ("ELASTICSEARCH_PORT", 9200),
    "qdrant_url": ("QDRANT_HTTP_PORT", 6333),
    "aws_endpoint_url": ("AWS_PORT", 4566),
}
"""Addresses: where one is not given, its port says it."""


@dataclass(frozen=True)
class Settings:
    """The settings of one notebook. `.env.example` documents each variable.

    Attributes:
        stack: `embedded`, `docker` or `cloud`.
        kestra_url: Kestra's address without a path, such as http://127.0.0.1:8080.
        dataset_url: the local data server, or None where the stack has none.
        flows_dataset_url: the same server as flows and jobs reach it, if they have another way to it.
        aws_endpoint_url: where S3 is, or None for AWS itself.
        aws_access_key_id, aws_secret_access_key: None for what AWS's own tools find on this machine.
        gcp_project_id: None for the project that the key is of (not on the embedded stack).
        gcp_creds_file: the path of the key of a Google Cloud service account; None for what Google's own tools find.
        storage_emulator_host, bigquery_emulator_host: where the embedded Google Cloud is, if there is one.
        taxi_base_url: the taxi files lie at <this>/<taxi>/<taxi>_tripdata_<year>-<month>.csv.gz.
        insightflow_base_url: where lesson 13 ingests from, as `.env.example` says.
        storage: the folder of Kestra's internal storage, as this machine sees it.
        root: the project's folder.
    """

    stack: str = "embedded"
    kestra_url: str = "http://127.0.0.1:8080"
    kestra_username: str = "admin@kestra.io"
    kestra_password: str = field(default="Admin1234", repr=False)
    postgres_host: str = "127.0.0.1"
    postgres_port: int = 5432
    postgres_db: str = "ny_taxi"
    postgres_user: str = "root"
    postgres_password: str = field(default="root", repr=False)
    timescale_host: str = "127.0.0.1"
    timescale_port: int = 5433
    timescale_db: str = "kestra_data"
    timescale_user: str = "kestra_user"
    timescale_password: str = field(default="kestra_password", repr=False)
    clickhouse_host: str = "127.0.0.1"
    clickhouse_port: int = 8123
    clickhouse_user: str = "admin"
    clickhouse_password: str = field(default="admin123", repr=False)
    elasticsearch_url: str = "http://127.0.0.1:9200"
    es_user: str = "elastic"
    es_password: str = field(default="elastic123", repr=False)
    qdrant_url: str = "http://127.0.0.1:6333"
    aws_endpoint_url: str | None = "http://127.0.0.1:4566"
    aws_access_key_id: str | None = "workbook"
    aws_secret_access_key: str | None = field(default="workbook-secret", repr=False)
    aws_region: str = "us-east-1"
    gcp_project_id: str | None = "workbook-local"
    gcp_location: str = "us-central1"
    gcp_creds_file: str | None = None
    storage_emulator_host: str | None = None
    bigquery_emulator_host: str | None = None
    dataset_url: str | None = None
    flows_dataset_url: str | None = None
    taxi_base_url: str = TAXI_RELEASES
    products_url: str = PRODUCTS
    insightflow_base_url: str = INSIGHTFLOW_FILES
    storage: Path = ROOT / "kestra-storage"
    root: Path = ROOT

    @property
    def generated_data(self) -> bool:
        """Whether the taxi files come from the generator and not from the public releases."""
        return bool(self.dataset_url) and self.taxi_base_url.startswith(str(self.dataset_url))

    def for_flows(self, url: str) -> str:
        """An address as flows and jobs reach it: containers know the local data server by another name."""
        if self.dataset_url and self.flows_dataset_url and url.startswith(self.dataset_url):
            return self.flows_dataset_url + url.removeprefix(self.dataset_url)
        return url


def load(
    environ: Mapping[str, str] | None = None,
    env_file: Path = ROOT / ".env",
    ask_stack: Callable[[], Mapping[str, str]] | None = None,
) -> Settings:
    """Merge the sources of settings.

    Parameters:
        environ: the environment; the process's own by default.
        env_file: a file of KEY=value lines; absent is fine.
        ask_stack: gives the running stack's own variables; asked only when the stack is the embedded one.

    Raises:
        StackError: a value cannot work.
    """
    values = {key: value for key, value in dotenv_values(env_file).items() if value}
    values |= {key: value for key, value in (os.environ if environ is None else environ).items() if value}
    stack = values.get("WORKBOOK_STACK", "embedded")
    if stack not in STACKS:
        raise StackError(f"WORKBOOK_STACK is {stack!r}; it can be {', '.join(STACKS)}.")
    if stack == "embedded" and ask_stack:
        running = ask_stack()
        values = {**running, **values, **{key: value for key, value in running.items() if key.endswith("_PORT")}}
    return _build(stack, values)


def embedded_environment(root: Path = ROOT) -> dict[str, str]:
    """What `python -m embedded env` prints: the variables of the services that run; nothing if none runs."""
    command = [sys.executable, "-m", "embedded", "env"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=ENV_SECONDS, check=False)
    if done.returncode:
        return {}
    pairs = (line.partition("=") for line in done.stdout.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _build(stack: str, values: Mapping[str, str]) -> Settings:
    known = {name: values[name.upper()] for name in _TEXTS if name.upper() in values}
    addresses = {name: _address(values, name.upper(), *port) for name, port in _ADDRESSES.items()}
    ports = {name: _port(values, name.upper(), default) for name, default in _PORTS.items()}
    settings = Settings(stack=stack, **known, **addresses, **ports)  # type: ignore[arg-type]
    data = _dataset(stack, values)
    dataset = data["dataset_url"]
    return replace(
        settings,
        **data,
        **_aws(stack, values),
        **_gcp(stack, values),
        taxi_base_url=values.get("TAXI_BASE_URL", dataset or TAXI_RELEASES).rstrip("/"),
        products_url=values.get("PRODUCTS_URL", f"{dataset}/products" if dataset else PRODUCTS),
        insightflow_base_url=values.get(
            "INSIGHTFLOW_BASE_URL", f"{dataset}/insightflow" if dataset else INSIGHTFLOW_FILES
        ).rstrip("/"),
        storage=ROOT / Path(values.get("KESTRA_STORAGE", "kestra-storage")).expanduser(),
    )


def _address(values: Mapping[str, str], variable: str, port_variable: str, default: int) -> str:
    """An address; where none is given, it is on this machine, at the port that is."""
    return values.get(variable, f"http://127.0.0.1:{_port(values, port_variable, default)}").rstrip("/")


def _dataset(stack: str, values: Mapping[str, str]) -> dict[str, str | None]:
    """The embedded stack names its own data server; in containers there is one where flows are told of it."""
    for_flows = None if stack == "embedded" else values.get("FLOWS_DATASET_URL")
    known = "DATASET_URL" in values or for_flows
    url = _address(values, "DATASET_URL", "DATASET_PORT", 8090) if known else None
    return {"dataset_url": url, "flows_dataset_url": for_flows.rstrip("/") if for_flows else None}


def _gcp(stack: str, values: Mapping[str, str]) -> dict[str, str | None]:
    """The Docker stack's Google Cloud has its addresses on this machine. Where a client goes, its key decides."""
    file = values.get("GCP_CREDS_FILE")
    told = {"gcp_creds_file": str(ROOT / Path(file).expanduser()) if file else None}
    if stack != "embedded":
        told["gcp_project_id"] = values.get("GCP_PROJECT_ID")
    if stack == "docker":
        names = ("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST")
        told |= {name.lower(): _address(values, name, "GCP_PORT", 4443) for name in names}
    return told


def _aws(stack: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Without further word the cloud stack means AWS itself, with the keys that AWS's own tools find."""
    region = values.get("AWS_REGION", values.get("AWS_DEFAULT_REGION", "us-east-1"))
    if stack != "cloud":
        return {"aws_region": region}
    known = {name: values.get(name.upper()) for name in ("aws_access_key_id", "aws_secret_access_key")}
    url = values.get("AWS_ENDPOINT_URL")
    return {**known, "aws_endpoint_url": url.rstrip("/") if url else None, "aws_region": region}


def _port(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name, str(default))
    if text == "0":  # asks the stack for any free port; a service that does not run has none yet
        return default
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StackError(f"{name} is {text!r}; it must be a port number between 1 and 65535.")
    return int(text)

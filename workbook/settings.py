"""Where the services are: environment, then `.env`, then the embedded stack's own answer, then the defaults.

Ports are the exception. For the embedded stack a port in the environment or in `.env` is a wish: if it was taken at
start, the stack uses another one. So where the running stack names a port, that is the port.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from catalog import SERVICES, ServiceSpec
from catalog.services.aws import AWS, AwsSettings
from catalog.services.clickhouse import ClickHouseSettings
from catalog.services.dataset import DATASET, INSIGHTFLOW_FILES, PRODUCTS, TAXI_RELEASES
from catalog.services.elasticsearch import ELASTICSEARCH, ElasticsearchSettings
from catalog.services.gcp import GCP, GcpSettings
from catalog.services.kestra import KESTRA, KestraSettings, storage_of
from catalog.services.postgres import PostgresSettings
from catalog.services.qdrant import QDRANT
from catalog.services.timescale import TimescaleSettings
from catalog.setting import Setting
from catalog.spec import LOOPBACK
from workbook.errors import StackError
from workbook.project import ROOT

STACKS = ("embedded", "docker", "cloud")
ENV_SECONDS = 30
_PORTS = {port.variable: port for spec in SERVICES for port in spec.ports}
_OF_WHAT_RUNS = ("_PORT", "KESTRA_VERSION")
"""Ends of the variables for which what runs counts, and not what is set."""
_URLS = {address.variable: spec for spec in SERVICES for address in spec.addresses if address.is_url}
_VARIABLES = {name for spec in SERVICES for name in spec.variables}


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
    kestra_url: str = KESTRA.default_url
    kestra_username: str = KestraSettings.username
    kestra_password: str = field(default=KestraSettings.password, repr=False)
    postgres_host: str = LOOPBACK
    postgres_port: int = PostgresSettings.port
    postgres_db: str = PostgresSettings.db
    postgres_user: str = PostgresSettings.user
    postgres_password: str = field(default=PostgresSettings.password, repr=False)
    timescale_host: str = LOOPBACK
    timescale_port: int = TimescaleSettings.port
    timescale_db: str = TimescaleSettings.db
    timescale_user: str = TimescaleSettings.user
    timescale_password: str = field(default=TimescaleSettings.password, repr=False)
    clickhouse_host: str = LOOPBACK
    clickhouse_port: int = ClickHouseSettings.port
    clickhouse_user: str = ClickHouseSettings.user
    clickhouse_password: str = field(default=ClickHouseSettings.password, repr=False)
    elasticsearch_url: str = ELASTICSEARCH.default_url
    es_user: str = ElasticsearchSettings.user
    es_password: str = field(default=ElasticsearchSettings.password, repr=False)
    qdrant_url: str = QDRANT.default_url
    aws_endpoint_url: str | None = AWS.default_url
    aws_access_key_id: str | None = AwsSettings.access_key_id
    aws_secret_access_key: str | None = field(default=AwsSettings.secret_access_key, repr=False)
    aws_region: str = AwsSettings.region
    gcp_project_id: str | None = GcpSettings.project_id
    gcp_location: str = GcpSettings.location
    gcp_creds_file: str | None = None
    storage_emulator_host: str | None = None
    bigquery_emulator_host: str | None = None
    dataset_url: str | None = None
    flows_dataset_url: str | None = None
    taxi_base_url: str = TAXI_RELEASES
    products_url: str = PRODUCTS
    insightflow_base_url: str = INSIGHTFLOW_FILES
    storage: Path = ROOT / KestraSettings.storage
    root: Path = ROOT

    @property
    def generated_data(self) -> bool:
        """Whether the taxi files come from this stack's own data server, which publishes manifests of them."""
        own = [url for url in (self.dataset_url, self.flows_dataset_url) if self.dataset_url and url]
        return self.taxi_base_url.startswith(tuple(own)) if own else False

    @property
    def public_data(self) -> bool:
        """Whether the taxi files are the public releases, which the homework is about."""
        return self.taxi_base_url == TAXI_RELEASES

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
        values = {**running, **values, **{key: value for key, value in running.items() if key.endswith(_OF_WHAT_RUNS)}}
    return _build(stack, values)


def embedded_environment(root: Path = ROOT, tell: Callable[[str], None] | None = None) -> dict[str, str]:
    """What `python -m embedded env` prints: the variables of the services that run; nothing if none runs.

    Parameters:
        root: the project.
        tell: called with what it has to say of services, such as that one was started again.
    """
    command = [sys.executable, "-m", "embedded", "env"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=ENV_SECONDS, check=False)
    if done.returncode:
        return {}
    if tell:
        for note in done.stderr.splitlines():
            tell(note)
    pairs = (line.partition("=") for line in done.stdout.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _build(stack: str, values: Mapping[str, str]) -> Settings:
    data = _dataset(stack, values)
    dataset = data["dataset_url"]
    return replace(
        Settings(stack=stack, **_from_catalog(values)),
        **data,
        **_aws(stack, values),
        **_gcp(stack, values),
        taxi_base_url=values.get("TAXI_BASE_URL", dataset or TAXI_RELEASES).rstrip("/"),
        products_url=values.get("PRODUCTS_URL", f"{dataset}/products" if dataset else PRODUCTS),
        insightflow_base_url=values.get(
            "INSIGHTFLOW_BASE_URL", f"{dataset}/insightflow" if dataset else INSIGHTFLOW_FILES
        ).rstrip("/"),
        storage=_storage(stack, values),
    )


def _storage(stack: str, values: Mapping[str, str]) -> Path:
    """Kestra's internal storage, as this machine sees it; the Docker stack has one version of Kestra."""
    folder = ROOT / Path(values.get("KESTRA_STORAGE", KestraSettings.storage)).expanduser()
    return storage_of(folder, values.get("KESTRA_VERSION", "")) if stack == "embedded" else folder


def _from_catalog(values: Mapping[str, str]) -> dict[str, Any]:
    """The fields of `Settings` that are named as variables of the catalog."""
    read: dict[str, Any] = {}
    for entry in dataclasses.fields(Settings):
        variable = entry.name.upper()
        if variable in _PORTS:
            read[entry.name] = _port(values, _PORTS[variable])
        elif variable in _URLS and entry.default is not None:
            read[entry.name] = _address(values, _URLS[variable], variable)
        elif variable in _VARIABLES and variable in values:
            read[entry.name] = values[variable]
    return read


def _address(values: Mapping[str, str], spec: ServiceSpec[Any], variable: str) -> str:
    """An address; where none is set, it is on this machine, at the service's port."""
    return values.get(variable, f"http://{LOOPBACK}:{_port(values, spec.ports[0])}").rstrip("/")


def _dataset(stack: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The embedded stack names its own data server; the Docker stack has one if flows use it."""
    for_flows = None if stack == "embedded" else values.get("FLOWS_DATASET_URL")
    known = "DATASET_URL" in values or for_flows
    url = _address(values, DATASET, "DATASET_URL") if known else None
    return {"dataset_url": url, "flows_dataset_url": for_flows.rstrip("/") if for_flows else None}


def _gcp(stack: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The Docker stack's Google Cloud has its addresses on this machine. Where a client goes, its key decides."""
    file = values.get("GCP_CREDS_FILE")
    own = {"gcp_creds_file": str(ROOT / Path(file).expanduser()) if file else None}
    if stack != "embedded":
        own["gcp_project_id"] = values.get("GCP_PROJECT_ID")
    if stack == "docker":
        names = [address.variable for address in GCP.addresses]
        own |= {name.lower(): _address(values, GCP, name) for name in names}
    return own


def _aws(stack: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Without further word the cloud stack means AWS itself, with the keys that AWS's own tools find."""
    region = values.get("AWS_REGION", values.get("AWS_DEFAULT_REGION", AwsSettings.region))
    if stack != "cloud":
        return {"aws_region": region}
    known = {name: values.get(name.upper()) for name in ("aws_access_key_id", "aws_secret_access_key")}
    url = values.get("AWS_ENDPOINT_URL")
    return {**known, "aws_endpoint_url": url.rstrip("/") if url else None, "aws_region": region}


def _port(values: Mapping[str, str], port: Setting) -> int:
    text = values.get(port.variable, str(port.default))
    if text == "0":  # asks the stack for any free port; a service that does not run has none yet
        text = str(port.default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StackError(f"{port.variable} is {text!r}; it must be a port number between 1 and 65535.")
    return int(text)

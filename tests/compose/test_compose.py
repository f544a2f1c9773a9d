"""The Docker stack by its text: nothing is started. Its settings are those of the embedded stack."""

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from embedded.kestra.engine import VERSION
from embedded.settings import Settings
from tests.stack import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
STORES = ("timescale", "clickhouse", "elasticsearch", "qdrant", "aws")
_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")


def plain(value: Any) -> str:
    """A value with every `${NAME:-default}` replaced by its default, as with an empty `.env`."""
    return _DEFAULT.sub(r"\1", str(value))


@pytest.fixture(scope="module")
def embedded() -> Settings:
    return Settings.load({}, env_file=Path("/nonexistent"))


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].rpartition(":")
    assert image
    assert re.search(r"\d", tag)
    assert tag != "latest"


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_on_loopback(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_kestra_is_the_version_of_the_embedded_engine() -> None:
    assert SERVICES["kestra"]["image"] == f"kestra/kestra:v{VERSION}"


def test_kestra_is_configured_as_the_embedded_one(embedded: Settings) -> None:
    told = yaml.safe_load(plain(SERVICES["kestra"]["environment"]["KESTRA_CONFIGURATION"]))["kestra"]
    assert told["server"]["basicAuth"] == {"username": embedded.kestra_username, "password": embedded.kestra_password}
    assert told["storage"] == {"type": "local", "local": {"basePath": "/app/storage"}}
    assert "./kestra-storage:/app/storage" in SERVICES["kestra"]["volumes"]
    assert plain(SERVICES["kestra"]["ports"][0]) == f"127.0.0.1:{embedded.kestra_port}:8080"


def test_flows_find_the_taxi_database(embedded: Settings) -> None:
    seen = {name: plain(value) for name, value in SERVICES["kestra"]["environment"].items()}
    database = {name: plain(value) for name, value in SERVICES["pgdatabase"]["environment"].items()}
    assert seen["ENV_POSTGRES_HOST"] in SERVICES
    assert seen["ENV_POSTGRES_DB"] == database["POSTGRES_DB"] == embedded.postgres_db
    assert seen["ENV_POSTGRES_USER"] == database["POSTGRES_USER"] == embedded.postgres_user
    password = base64.b64decode(seen["SECRET_POSTGRES_PASSWORD"]).decode()
    assert password == database["POSTGRES_PASSWORD"] == embedded.postgres_password


def test_every_variable_that_a_flow_reads_is_given() -> None:
    texts = "\n".join(path.read_text() for path in (ROOT / "flows").glob("*.y*ml"))
    read = {name.upper() for name in re.findall(r"envs\.(\w+)", texts)}
    assert read
    assert {f"ENV_{name}" for name in read} <= SERVICES["kestra"]["environment"].keys()
    secrets = set(re.findall(r"secret\('(\w+)'\)", texts))
    assert {f"SECRET_{name}" for name in secrets} <= SERVICES["kestra"]["environment"].keys()


def test_the_stores_ask_for_what_the_embedded_ones_ask_for(embedded: Settings) -> None:
    told = {
        store: {name: plain(value) for name, value in SERVICES[store].get("environment", {}).items()}
        for store in STORES
    }
    assert told["timescale"]["POSTGRES_DB"] == embedded.timescale_db
    assert told["timescale"]["POSTGRES_USER"] == embedded.timescale_user
    assert told["timescale"]["POSTGRES_PASSWORD"] == embedded.timescale_password
    assert told["clickhouse"]["CLICKHOUSE_USER"] == embedded.clickhouse_user
    assert told["clickhouse"]["CLICKHOUSE_PASSWORD"] == embedded.clickhouse_password
    assert told["elasticsearch"]["ELASTIC_PASSWORD"] == embedded.es_password
    assert told["aws"]["MINIO_ROOT_USER"] == embedded.aws_access_key_id
    assert told["aws"]["MINIO_ROOT_PASSWORD"] == embedded.aws_secret_access_key


def test_the_stores_listen_where_the_embedded_ones_do(embedded: Settings) -> None:
    found = {store: [int(plain(port).split(":")[1]) for port in SERVICES[store]["ports"]] for store in STORES}
    assert found == {
        "timescale": [embedded.timescale_port],
        "clickhouse": [embedded.clickhouse_port, embedded.clickhouse_tcp_port],
        "elasticsearch": [embedded.elasticsearch_port],
        "qdrant": [embedded.qdrant_port],
        "aws": [embedded.aws_port],
    }


def test_flows_find_the_stores(embedded: Settings) -> None:
    seen = {name: plain(value) for name, value in SERVICES["kestra"]["environment"].items()}
    hosts = [seen["ENV_TIMESCALE_HOST"], seen["ENV_CLICKHOUSE_HOST"]]
    hosts += [urlsplit(seen[f"ENV_{name}_URL"]).hostname for name in ("ELASTICSEARCH", "QDRANT", "AWS_ENDPOINT")]
    assert hosts == list(STORES)
    expected = {
        "TIMESCALE_PASSWORD": embedded.timescale_password,
        "CLICKHOUSE_PASSWORD": embedded.clickhouse_password,
        "ES_PASSWORD": embedded.es_password,
        "AWS_ACCESS_KEY_ID": embedded.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": embedded.aws_secret_access_key,
    }
    assert {name: base64.b64decode(seen[f"SECRET_{name}"]).decode() for name in expected} == expected
    users = [seen["ENV_TIMESCALE_USER"], seen["ENV_CLICKHOUSE_USER"], seen["ENV_ES_USER"], seen["ENV_AWS_REGION"]]
    assert users == [embedded.timescale_user, embedded.clickhouse_user, embedded.es_user, embedded.aws_region]


def test_flows_find_google_cloud(embedded: Settings) -> None:
    seen = {name: plain(value) for name, value in SERVICES["kestra"]["environment"].items()}
    assert (seen["ENV_GCP_PROJECT_ID"], seen["ENV_GCP_LOCATION"]) == (embedded.gcp_project_id, embedded.gcp_location)
    assert not {"STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"} & seen.keys()  # there it is the real one


@pytest.mark.parametrize("name", STORES)
def test_stores_start_only_when_asked_for_and_tell_their_health(name: str) -> None:
    assert SERVICES[name]["profiles"] == ["stores"]
    assert SERVICES[name]["healthcheck"]["test"]
    assert all(volume.split(":")[0] in COMPOSE["volumes"] for volume in SERVICES[name]["volumes"])


def test_task_containers_are_on_the_network_of_the_stack() -> None:
    told = yaml.safe_load(plain(SERVICES["kestra"]["environment"]["KESTRA_CONFIGURATION"]))["kestra"]
    (runner,) = told["plugins"]["defaults"]
    assert runner["type"] == "io.kestra.plugin.scripts.runner.docker.Docker"
    assert runner["values"] == {"networkMode": f"{COMPOSE['name']}_default"}


@pytest.mark.parametrize("name", ["pgdatabase", "kestra_postgres", "timescale"])
def test_postgres_18_keeps_its_data_in_a_volume_at_the_right_place(name: str) -> None:
    volume, _, place = SERVICES[name]["volumes"][0].partition(":")
    assert place == "/var/lib/postgresql"
    assert volume in COMPOSE["volumes"]


def test_kestra_waits_for_healthy_databases_and_has_memory_enough() -> None:
    waits = SERVICES["kestra"]["depends_on"]
    assert {name: how["condition"] for name, how in waits.items()} == {
        "kestra_postgres": "service_healthy",
        "pgdatabase": "service_healthy",
    }
    assert all("healthcheck" in SERVICES[name] for name in waits)
    assert int(SERVICES["kestra"]["deploy"]["resources"]["limits"]["memory"].rstrip("g")) > 1

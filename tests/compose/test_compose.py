"""The Docker stack by its text: nothing is started. Its settings are those of the embedded stack."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from embedded.kestra.engine import VERSION
from embedded.settings import Settings
from tests.stack import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
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


@pytest.mark.parametrize("name", ["pgdatabase", "kestra_postgres"])
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

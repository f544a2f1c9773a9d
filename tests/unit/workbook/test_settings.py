"""Where settings come from, and which source wins."""

import re
from pathlib import Path

import pytest

from catalog.services.clickhouse import CLICKHOUSE
from catalog.services.dataset import TAXI_RELEASES
from workbook.errors import StackError
from workbook.project import ROOT
from workbook.settings import load
from workbook.stores.postgres import Connection

NOWHERE = Path("/nonexistent/.env")


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    file = tmp_path / ".env"
    file.write_text("KESTRA_PASSWORD=FromFile1\nPOSTGRES_USER=file_user\nPOSTGRES_PORT=6001\n")
    return file


def test_defaults_without_any_source() -> None:
    settings = load({}, NOWHERE)
    assert settings.kestra_url == "http://127.0.0.1:8080"
    assert (settings.postgres_port, settings.postgres_user) == (5432, "root")
    assert settings.taxi_base_url == TAXI_RELEASES
    assert settings.storage == ROOT / "kestra-storage"


def test_environment_wins_over_file_and_file_over_stack(env_file: Path) -> None:
    stack = {"KESTRA_PASSWORD": "FromStack1", "POSTGRES_USER": "stack_user", "POSTGRES_DB": "stack_db"}
    settings = load({"KESTRA_PASSWORD": "FromEnv1"}, env_file, lambda: stack)
    assert settings.kestra_password == "FromEnv1"
    assert settings.postgres_user == "file_user"
    assert settings.postgres_db == "stack_db"


def test_port_of_the_running_stack_wins_over_a_wished_one(env_file: Path) -> None:
    stack = {"POSTGRES_PORT": "6002", "KESTRA_PORT": "8099", "KESTRA_URL": "http://127.0.0.1:8099"}
    settings = load({"KESTRA_PORT": "8081"}, env_file, lambda: stack)
    assert settings.postgres_port == 6002
    assert settings.kestra_url == "http://127.0.0.1:8099"


def test_other_stacks_are_not_asked() -> None:
    def ask() -> dict[str, str]:
        raise AssertionError("asked")

    assert load({"WORKBOOK_STACK": "docker", "KESTRA_PORT": "18080"}, NOWHERE, ask).kestra_url.endswith(":18080")


@pytest.mark.parametrize(
    ("values", "generated"),
    [
        ({"DATASET_URL": "http://127.0.0.1:8090"}, True),
        ({"DATASET_URL": "http://127.0.0.1:8090", "TAXI_BASE_URL": TAXI_RELEASES}, False),
        ({}, False),
    ],
)
def test_whether_the_data_is_generated(values: dict[str, str], generated: bool) -> None:
    assert load(values, NOWHERE).generated_data is generated


def test_flows_in_containers_know_the_data_server_by_another_name() -> None:
    inside = {"FLOWS_DATASET_URL": "http://dataset:8090/", "DATASET_PORT": "18090"}
    settings = load({"WORKBOOK_STACK": "docker", **inside}, NOWHERE)
    assert settings.dataset_url == "http://127.0.0.1:18090"
    assert settings.taxi_base_url == settings.dataset_url
    assert settings.generated_data
    assert settings.for_flows(settings.insightflow_base_url) == "http://dataset:8090/insightflow"
    assert settings.for_flows("https://{host}") == "https://{host}"
    assert load({"WORKBOOK_STACK": "docker"}, NOWHERE).dataset_url is None
    embedded = load(inside, NOWHERE, lambda: {"DATASET_URL": "http://127.0.0.1:8091"})
    assert embedded.for_flows("http://127.0.0.1:8091/x") == "http://127.0.0.1:8091/x"


def test_google_cloud_in_docker_is_on_this_machine_and_its_key_lies_in_the_project() -> None:
    environment = {"WORKBOOK_STACK": "docker", "GCP_PORT": "14443", "GCP_CREDS_FILE": ".gcp/service-account.json"}
    settings = load(environment, NOWHERE)
    assert settings.storage_emulator_host == settings.bigquery_emulator_host == "http://127.0.0.1:14443"
    assert settings.gcp_creds_file == str(ROOT / ".gcp" / "service-account.json")
    assert load({**environment, "WORKBOOK_STACK": "cloud"}, NOWHERE).storage_emulator_host is None


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({"DATASET_URL": "http://127.0.0.1:8090"}, "http://127.0.0.1:8090/insightflow"),
        ({"DATASET_URL": "http://127.0.0.1:8090", "INSIGHTFLOW_BASE_URL": "https://{host}/"}, "https://{host}"),
        ({"WORKBOOK_STACK": "cloud"}, "https://{host}"),
    ],
)
def test_where_insightflow_ingests_from(values: dict[str, str], address: str) -> None:
    assert load(values, NOWHERE).insightflow_base_url == address


def test_stores_of_the_running_stack() -> None:
    stack = {
        "TIMESCALE_PORT": "7001",
        CLICKHOUSE.port_variable: "7002",
        "ELASTICSEARCH_PORT": "7003",
        "ELASTICSEARCH_URL": "http://127.0.0.1:7003/",
        "QDRANT_URL": "http://127.0.0.1:7004",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:7005",
        "ES_PASSWORD": "from_stack",
    }
    settings = load({CLICKHOUSE.port_variable: "8123", "TIMESCALE_USER": "me"}, NOWHERE, lambda: stack)
    assert (settings.timescale_port, settings.timescale_user, settings.clickhouse_port) == (7001, "me", 7002)
    addresses = (settings.elasticsearch_url, settings.qdrant_url, settings.aws_endpoint_url)
    assert addresses == ("http://127.0.0.1:7003", "http://127.0.0.1:7004", "http://127.0.0.1:7005")
    assert (settings.es_password, settings.aws_access_key_id) == ("from_stack", "workbook")


def test_a_port_alone_makes_an_address() -> None:
    settings = load({"WORKBOOK_STACK": "docker", "QDRANT_HTTP_PORT": "7004", "AWS_PORT": "0"}, NOWHERE)
    assert settings.qdrant_url == "http://127.0.0.1:7004"
    assert settings.aws_endpoint_url == "http://127.0.0.1:4566"


def test_cloud_means_aws_itself_unless_told_otherwise() -> None:
    cloud = {"WORKBOOK_STACK": "cloud"}
    settings = load({**cloud, "AWS_DEFAULT_REGION": "eu-west-1", "AWS_PORT": "7005"}, NOWHERE)
    aws = (settings.aws_endpoint_url, settings.aws_access_key_id, settings.aws_secret_access_key)
    assert aws == (None, None, None)
    assert settings.aws_region == "eu-west-1"
    named = load({**cloud, "AWS_ENDPOINT_URL": "https://s3.example.com/", "AWS_ACCESS_KEY_ID": "mine"}, NOWHERE)
    assert (named.aws_endpoint_url, named.aws_access_key_id) == ("https://s3.example.com", "mine")


@pytest.mark.parametrize("value", ["65536", "http", "-1"])
def test_bad_port_is_named(value: str) -> None:
    with pytest.raises(StackError, match=f"POSTGRES_PORT is '{value}'"):
        load({"POSTGRES_PORT": value}, NOWHERE)


def test_unknown_stack_is_named() -> None:
    with pytest.raises(StackError, match="'kubernetes'; it can be embedded, docker, cloud"):
        load({"WORKBOOK_STACK": "kubernetes"}, NOWHERE)


def test_passwords_are_not_shown() -> None:
    stores = ("KESTRA", "POSTGRES", "TIMESCALE", "CLICKHOUSE", "ES")
    secret = dict.fromkeys([*(f"{store}_PASSWORD" for store in stores), "AWS_SECRET_ACCESS_KEY"], "Secret9x")
    settings = load(secret, NOWHERE)
    assert list(vars(settings).values()).count("Secret9x") == len(secret)
    assert "Secret9x" not in repr(settings)
    assert "Secret9x" not in repr(Connection.timescale(settings))


def test_the_example_changes_nothing_and_its_values_are_the_defaults(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text()
    assert load({}, ROOT / ".env.example") == load({}, NOWHERE)
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", text, re.MULTILINE))
    del shown["DATASET_URL"]
    (tmp_path / "on.env").write_text("\n".join(f"{name}={value}" for name, value in shown.items()))
    assert load({}, tmp_path / "on.env") == load({}, NOWHERE)

"""The compose files by their text: nothing is started."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from compose_spec import PyCompose

from embedded.services.gcp import KEY_FILE
from embedded.services.gcp.certificate import NAMES, TRUSTSTORE, TRUSTSTORE_PASSWORD
from tests.support.compose import FILES, Stack, lessons
from tests.support.stack import ROOT
from workbook.settings import load

DOCKER = Stack("docker-compose.yml")
GOOGLE = Stack("docker/compose.gcp.yml")
DISTRIBUTED = Stack("docker/compose.distributed.yml")
STORES = ("timescale", "clickhouse", "elasticsearch", "qdrant", "aws")
SERVICES = [
    pytest.param(service, id=f"{stack.whole['name']}-{name}")
    for stack in (DOCKER, DISTRIBUTED)
    for name, service in stack.services.items()
]
PINS = ("requirements.txt", "docker/clouds/requirements.lock", "requirements.lock")
ONE_SHOT = {"guard", "storage_bucket", "dbt"}
LASTING = [parameter for parameter in SERVICES if str(parameter.id).rpartition("-")[2] not in ONE_SHOT]


@pytest.mark.parametrize("name", FILES)
def test_a_compose_parser_takes_it(name: str) -> None:
    # As JSON: the parser knows no merge keys, which Compose has resolved by then.
    assert PyCompose.from_json(json.dumps(Stack(name).whole)).service_names()


def test_the_parser_does_refuse() -> None:
    with pytest.raises(ValueError, match="portz"):
        PyCompose.from_yaml("services: {web: {image: nginx:1.28.0, portz: ['80:80']}}")


@pytest.mark.parametrize("service", SERVICES)
def test_images_are_pinned(service: dict[str, Any]) -> None:
    image, _, tag = service["image"].rpartition(":")
    assert image
    assert re.search(r"\d", tag)
    assert tag != "latest"


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_on_loopback(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("service", LASTING)
def test_each_tells_its_health_and_has_a_limit_of_memory(service: dict[str, Any]) -> None:
    assert service["healthcheck"]["test"]
    assert re.fullmatch(r"\d+[mg]", service["deploy"]["resources"]["limits"]["memory"])


@pytest.mark.parametrize("service", SERVICES)
def test_each_waits_until_the_others_are_well(service: dict[str, Any]) -> None:
    ways = {how["condition"] for how in service.get("depends_on", {}).values()}
    assert ways <= {"service_healthy", "service_completed_successfully"}


@pytest.mark.parametrize("stack", [DOCKER, DISTRIBUTED], ids=["docker", "distributed"])
def test_every_volume_is_named_and_every_needed_service_is_there(stack: Stack) -> None:
    for service in stack.services.values():
        named = [volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith(("/", "."))]
        assert set(named) <= stack.whole["volumes"].keys()
        assert service.get("depends_on", {}).keys() <= stack.services.keys()
        mounted = [volume.split(":")[0] for volume in service.get("volumes", []) if volume.startswith("./")]
        assert all((ROOT / path).exists() for path in mounted)


def test_the_image_of_the_clouds_has_packages_at_the_project_s_versions() -> None:
    folder = ROOT / "docker" / "clouds"
    packages = (folder / "packages.txt").read_text().split()
    texts = [re.sub(r"\[.*?\]==", "==", (ROOT / name).read_text()) for name in PINS]  # without their extras
    all_direct, image, lock = (set(re.findall(r"^([\w-]+==\S+)", text, re.MULTILINE)) for text in texts)
    direct = {pin for pin in all_direct if pin.partition("==")[0] in packages}
    assert len(direct) == len(packages)
    assert direct <= image <= lock
    for name in ("dataset", "aws", "gcp"):
        assert DOCKER.services[name]["build"]["dockerfile"] == "docker/clouds/Dockerfile"
        assert DOCKER.services[name]["command"] == f"embedded.services.{name} --host 0.0.0.0 --name {name}"
    for source in re.findall(r"^COPY (.+) \S+$", (folder / "Dockerfile").read_text(), re.MULTILINE):
        assert all((ROOT / path).exists() for path in source.split())


@pytest.mark.parametrize("stack", [DOCKER, DISTRIBUTED], ids=["docker", "distributed"])
def test_no_text_needs_the_address_of_the_host(stack: Stack) -> None:
    assert "host.docker.internal" not in stack.text


def test_internal_storage_is_the_folder_that_notebooks_see() -> None:
    assert DOCKER.configuration()["kestra"]["storage"] == {"type": "local", "local": {"basePath": "/app/storage"}}
    assert "./kestra-storage:/app/storage" in DOCKER.services["kestra"]["volumes"]


def test_flows_are_posted_at_start_and_again_when_edited() -> None:
    assert "./flows:/app/flows:ro" in DOCKER.services["kestra"]["volumes"]
    assert DOCKER.services["kestra"]["command"].endswith("--flow-path /app/flows")
    dev = Stack("docker-compose.dev.yml").services["kestra"]
    assert dev["environment"]["MICRONAUT_IO_WATCH_PATHS"] == "/app/flows"
    assert "./flows:/app/flows" in dev["volumes"]


@pytest.mark.parametrize("stack", [DOCKER, DISTRIBUTED], ids=["docker", "distributed"])
def test_namespace_files_are_uploaded_at_start_and_again_when_edited(stack: Stack) -> None:
    service = stack.services["flow_files"]
    assert service["entrypoint"] == ["sh", "/upload-files.sh", "/files"]
    assert {"./docker/upload-files.sh:/upload-files.sh:ro", "./flows/files:/files:ro"} == set(service["volumes"])
    login = stack.configuration("kestra" if stack is DOCKER else "webserver")["kestra"]["server"]["basicAuth"]
    environment = service["environment"]
    assert {"username": environment["KESTRA_USERNAME"], "password": environment["KESTRA_PASSWORD"]} == login
    host = urlsplit(environment["KESTRA_URL"]).hostname
    assert service["depends_on"][host] == {"condition": "service_healthy"}


def test_flows_find_every_store_by_the_name_of_its_service() -> None:
    seen = DOCKER.environment("kestra")
    hosts = [seen[f"ENV_{name}_HOST"] for name in ("POSTGRES", "TIMESCALE", "CLICKHOUSE")]
    hosts += [urlsplit(seen[f"ENV_{name}_URL"]).hostname or "" for name in ("ELASTICSEARCH", "QDRANT", "AWS_ENDPOINT")]
    assert hosts == ["pgdatabase", *STORES]


def test_google_s_names_lead_elsewhere_only_where_the_stand_in_gives_tokens() -> None:
    networks = DOCKER.services["gcp"]["networks"]
    assert networks.keys() == {"google"}
    served, ending = set(NAMES), {"oauth2.googleapis.com", "www.googleapis.com", "accounts.google.com"}
    assert served | ending <= set(networks["google"]["aliases"])
    assert not any(
        "google" in service.get("networks", []) for name, service in DOCKER.services.items() if name != "gcp"
    )
    assert GOOGLE.services.keys() == {"kestra"}
    assert GOOGLE.services["kestra"]["networks"] == ["default", "google"]


def test_kestra_believes_in_the_stand_in_by_the_truststore_that_it_writes() -> None:
    kestra, gcp = GOOGLE.services["kestra"], DOCKER.services["gcp"]
    (shared,) = kestra["volumes"]
    assert f"{shared.split(':')[0]}:/data/{TRUSTSTORE.parent}" in gcp["volumes"]
    assert gcp["environment"]["GCP_HOME"] == "/data"
    options = kestra["environment"]["JAVA_OPTS"].split()
    assert f"-Djavax.net.ssl.trustStore={shared.split(':')[1]}/{TRUSTSTORE.name}" in options
    assert f"-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}" in options
    assert kestra["depends_on"] == {"gcp": {"condition": "service_healthy"}}


def test_the_settings_of_all_lessons_start_everything_and_find_it() -> None:
    told = lessons()
    profiles = str(told["COMPOSE_PROFILES"]).split(",")
    assert set(profiles) == {one for service in DOCKER.services.values() for one in service.get("profiles", [])}
    assert str(told["COMPOSE_FILE"]).split(":") == ["docker-compose.yml", "docker/compose.gcp.yml"]
    assert urlsplit(str(told["FLOWS_DATASET_URL"])).hostname in DOCKER.services
    settings = load({name: str(value) for name, value in told.items()}, ROOT / "no.env")
    assert settings.generated_data
    assert (settings.gcp_creds_file, settings.stack) == (str(ROOT / ".gcp" / KEY_FILE), "docker")
    assert f"./{Path(str(told['GCP_CREDS_FILE'])).parent}:/key" in DOCKER.services["gcp"]["volumes"]
    assert DOCKER.services["gcp"]["environment"]["GCP_KEY_FOLDER"] == "/key"


def test_flows_read_generated_files_as_soon_as_they_are_told_where() -> None:
    text = (ROOT / "docker" / "flows.env").read_text()
    assert "${TAXI_BASE_URL:-${FLOWS_DATASET_URL:-https://" in text
    assert "${PRODUCTS_URL:-${FLOWS_DATASET_URL:-https://dummyjson.com}/products}" in text


def test_every_variable_that_a_flow_reads_is_given() -> None:
    texts = "\n".join(path.read_text() for path in (ROOT / "flows").glob("*.y*ml"))
    names = DOCKER.environment("kestra").keys()
    read = {name.upper() for name in re.findall(r"envs\.(\w+)", texts)}
    assert read
    assert {f"ENV_{name}" for name in read} <= names
    secrets = set(re.findall(r"secret\('(\w+)'\)", texts))
    assert {f"SECRET_{name}" for name in secrets} <= names


@pytest.mark.parametrize("name", STORES)
def test_stores_start_only_when_asked_for(name: str) -> None:
    assert "stores" in DOCKER.services[name]["profiles"]


def test_the_default_is_kestra_with_the_taxi_database() -> None:
    default = {name for name, service in DOCKER.services.items() if "profiles" not in service}
    assert default == {"guard", "pgdatabase", "pgadmin", "kestra_postgres", "kestra", "flow_files"}


@pytest.mark.parametrize(("stack", "name"), [(DOCKER, "kestra"), (DISTRIBUTED, "worker")])
def test_task_containers_are_on_the_network_of_the_stack(stack: Stack, name: str) -> None:
    (runner,) = stack.configuration(name)["kestra"]["plugins"]["defaults"]
    assert runner["type"] == "io.kestra.plugin.scripts.runner.docker.Docker"
    assert runner["values"] == {"networkMode": stack.whole["networks"]["default"]["name"]}


@pytest.mark.parametrize(
    ("stack", "name"),
    [(DOCKER, "pgdatabase"), (DOCKER, "kestra_postgres"), (DOCKER, "timescale"), (DISTRIBUTED, "kestra_queue")],
)
def test_postgres_18_keeps_its_data_in_a_volume_at_the_right_place(stack: Stack, name: str) -> None:
    assert stack.services[name]["volumes"][0].partition(":")[2] == "/var/lib/postgresql"


@pytest.mark.parametrize(("stack", "service"), [(DOCKER, "kestra"), (DISTRIBUTED, "executor")], ids=["one", "many"])
def test_kestra_can_encrypt_secret_inputs(stack: Stack, service: str) -> None:
    configuration = yaml.safe_load(stack.environment(service)["KESTRA_CONFIGURATION"])
    assert len(b64decode(configuration["kestra"]["encryption"]["secret-key"])) == 32


def test_kestra_has_more_memory_than_it_dies_of() -> None:
    assert int(DOCKER.services["kestra"]["deploy"]["resources"]["limits"]["memory"].rstrip("g")) > 1
    components = ("webserver", "executor", "scheduler", "indexer", "worker")
    limits = [DISTRIBUTED.services[name]["deploy"]["resources"]["limits"]["memory"] for name in components]
    assert all(int(limit.rstrip("g")) > 1 for limit in limits)


def test_workers_scale_by_a_number_and_share_one_storage() -> None:
    raw = yaml.safe_load((ROOT / "docker/compose.distributed.yml").read_text())["services"]
    assert raw["worker"]["deploy"]["replicas"] == "${WORKERS:-2}"
    assert (raw["webserver"]["deploy"]["replicas"], raw["executor"]["deploy"]["replicas"]) == (2, 2)
    storages = {str(DISTRIBUTED.configuration(name)["kestra"]["storage"]) for name in ("webserver", "worker")}
    assert len(storages) == 1
    assert "'endpoint': 'storage'" in storages.pop()

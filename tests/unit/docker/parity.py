"""What has to be the same in `.env.example`, in the compose files and in the embedded stack, fact by fact."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from embedded.services.kestra.engine import VERSION
from embedded.shared.settings import Settings
from tests.support.compose import Stack, example
from tests.support.stack import ROOT
from tests.unit.docker.versions import store_versions

EMBEDDED = Settings.load({}, env_file=Path("/nonexistent"))
COMPONENTS = ("webserver", "executor", "scheduler", "indexer", "worker")


def differences(texts: Mapping[str, str] | None = None) -> list[str]:
    """Every fact that is not the same everywhere, with its values.

    Parameters:
        texts: other texts for some files, to see what a change of them does.
    """
    docker = Stack("docker-compose.yml", texts)
    distributed = Stack("docker/compose.distributed.yml", texts)
    facts = [*_settings(docker, example(texts)), *_seen_by_flows(docker), *_between(docker, distributed)]
    facts += store_versions(docker)
    return [f"{name}: {values}" for name, values in facts if len({str(value) for value in values.values()}) > 1]


Fact = tuple[str, dict[str, Any]]


def _settings(docker: Stack, shown: Mapping[str, str]) -> list[Fact]:
    """Ports, users, databases and passwords: in the compose file, in the example and in the embedded stack."""
    kestra = docker.configuration()["kestra"]
    login = kestra["server"]["basicAuth"]
    in_docker = {
        "KESTRA_PORT": docker.published("kestra", 8080),
        "KESTRA_USERNAME": login["username"],
        "KESTRA_PASSWORD": login["password"],
        "POSTGRES_PORT": docker.published("pgdatabase", 5432),
        "TIMESCALE_PORT": docker.published("timescale", 5432),
        "CLICKHOUSE_PORT": docker.published("clickhouse", 8123),
        "CLICKHOUSE_TCP_PORT": docker.published("clickhouse", 9000),
        "ELASTICSEARCH_PORT": docker.published("elasticsearch", 9200),
        "QDRANT_HTTP_PORT": docker.published("qdrant", 6333),
        "AWS_PORT": docker.published("aws", 4566),
        "CLICKHOUSE_USER": docker.environment("clickhouse")["CLICKHOUSE_USER"],
        "CLICKHOUSE_PASSWORD": docker.environment("clickhouse")["CLICKHOUSE_PASSWORD"],
        "ES_PASSWORD": docker.environment("elasticsearch")["ELASTIC_PASSWORD"],
        "AWS_ACCESS_KEY_ID": docker.environment("aws")["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": docker.environment("aws")["AWS_SECRET_ACCESS_KEY"],
        "DATASET_PORT": docker.published("dataset", 8090),
        "DATASET_ROWS": docker.environment("dataset")["DATASET_ROWS"],
        "DATASET_SEED": docker.environment("dataset")["DATASET_SEED"],
        "GCP_PORT": docker.published("gcp", 4443),
        "GCP_PROJECT_ID": docker.environment("gcp")["GCP_PROJECT_ID"],
    }
    for service, prefix in (("pgdatabase", "POSTGRES"), ("timescale", "TIMESCALE")):
        for part in ("DB", "USER", "PASSWORD"):
            in_docker[f"{prefix}_{part}"] = docker.environment(service)[f"POSTGRES_{part}"]
    return [
        (name, {"docker": value, ".env.example": shown.get(name), "embedded": getattr(EMBEDDED, _attribute(name))})
        for name, value in in_docker.items()
    ]


def _seen_by_flows(docker: Stack) -> list[Fact]:
    """What flows read as envs.* and secret() leads to the services of the stack."""
    seen = docker.environment("kestra")
    names = ("POSTGRES_DB", "POSTGRES_USER", "TIMESCALE_DB", "TIMESCALE_USER", "CLICKHOUSE_USER", "ES_USER")
    names += ("AWS_REGION", "GCP_PROJECT_ID", "GCP_LOCATION")
    secret = ("POSTGRES_PASSWORD", "TIMESCALE_PASSWORD", "CLICKHOUSE_PASSWORD", "ES_PASSWORD")
    secret += ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    plain = [(f"ENV_{name}", {"docker": seen.get(f"ENV_{name}"), "embedded": _embedded(name)}) for name in names]
    return plain + [
        (f"SECRET_{name}", {"docker": _decoded(seen.get(f"SECRET_{name}", "")), "embedded": _embedded(name)})
        for name in secret
    ]


def _between(docker: Stack, distributed: Stack) -> list[Fact]:
    """Versions, logins and the network: in both compose files, and in the embedded engine."""
    tags = {"embedded": f"v{VERSION}", "docker": docker.tag("kestra")}
    tags |= {component: distributed.tag(component) for component in COMPONENTS}
    pom = (ROOT / "bench" / "google_java" / "pom.xml").read_text()
    tags["bench"] = "v" + re.findall(r"<artifactId>platform</artifactId>\s*<version>([^<]+)", pom)[0]
    logins = {
        "docker": docker.configuration()["kestra"]["server"]["basicAuth"],
        **{name: distributed.configuration(name)["kestra"]["server"]["basicAuth"] for name in COMPONENTS},
    }
    variables = {
        name: {key: value for key, value in stack.environment(name).items() if key.startswith(("ENV_", "SECRET_"))}
        for stack, names in ((docker, ("kestra",)), (distributed, COMPONENTS))
        for name in names
    }
    flow = yaml.safe_load((ROOT / "flows" / "insightflow_prod_pipeline.yml").read_text())
    dbt = {"docker": docker.services["dbt"]["image"], "flow": flow["pluginDefaults"][1]["values"]["containerImage"]}
    dbt["Dockerfile"] = f"insightflow-dbt:{_dbt_core()}"
    ports = {"docker": docker.published("kestra", 8080), "distributed": distributed.published("proxy", 8080)}
    networks = {stack.whole["name"]: stack.whole["networks"]["default"]["name"] for stack in (docker, distributed)}
    return [
        ("version of Kestra", tags),
        ("login of Kestra", logins),
        ("image of dbt", dbt),
        ("variables of flows", variables),
        ("port of Kestra", ports),
        ("network", networks),
        ("version of PostgreSQL", {"docker": docker.tag("kestra_postgres"), "queue": distributed.tag("kestra_queue")}),
    ]


def _dbt_core() -> str:
    return re.findall(r"dbt-core==(\S+)", (ROOT / "projects" / "insightflow" / "dbt" / "Dockerfile").read_text())[0]


def _attribute(variable: str) -> str:
    return {"QDRANT_HTTP_PORT": "qdrant_port"}.get(variable, variable.lower())


def _embedded(variable: str) -> Any:
    return getattr(EMBEDDED, _attribute(variable))


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()

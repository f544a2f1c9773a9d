"""What has to be the same in the catalog, in `.env.example`, in the compose files and in README, fact by fact."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from catalog import SERVICES, ServiceSpec, versions
from catalog.services.kestra import KESTRA
from catalog.setting import Kind
from catalog.spec import Container
from tests.support.compose import FILES, Stack, example
from tests.support.stack import ROOT
from tests.unit.docker.readme import service_rows, setting_names
from tests.unit.docker.versions import kestra_versions, store_versions

IN_DOCKER = [spec for spec in SERVICES if spec.container]
COMPONENTS = ("webserver", "executor", "scheduler", "indexer", "worker")
_DEFAULT = re.compile(r"\$\{(\w+):?-([^{}]*)\}")
Fact = tuple[str, dict[str, Any]]


def differences(texts: Mapping[str, str] | None = None) -> list[str]:
    """Every fact that is not the same everywhere, with its values.

    Parameters:
        texts: other texts for some files, to see what a change of them does.
    """
    docker = Stack("docker-compose.yml", texts)
    distributed = Stack("docker/compose.distributed.yml", texts)
    facts = [*_example(example(texts)), *_readme(docker.read("README.md")), *_login(docker), *_seen_by_flows(docker)]
    facts += _guarded(docker.read("docker/guard.sh"))
    facts += [fact for spec in SERVICES if spec.container for fact in _container(docker, spec, spec.container)]
    facts += [fact for file in (*FILES, "docker/flows.env") for fact in _defaults(file, docker.read(file))]
    facts += [*_between(docker, distributed), *store_versions(docker), *kestra_versions(docker.read)]
    return [f"{name}: {values}" for name, values in facts if len({str(value) for value in values.values()}) > 1]


def _example(shown: Mapping[str, str]) -> Iterator[Fact]:
    """`.env.example` has every setting, with its default."""
    for spec in IN_DOCKER:
        for setting in spec.all_settings:
            default = setting.default if setting.default is not None else shown.get(setting.variable, "a value")
            yield setting.variable, {".env.example": shown.get(setting.variable), "catalog": default}


def _readme(text: str) -> Iterator[Fact]:
    """README's table of services has ports and users, and its table of settings has every variable."""
    rows, names = service_rows(text), setting_names(text)
    for spec in IN_DOCKER:
        for setting in spec.all_settings:
            yield setting.variable, {"README's settings": setting.variable in names, "catalog": True}
            if setting.kind in (Kind.PORT, Kind.NAME, Kind.EMAIL) or setting.secret:
                row = rows.get(spec.name, "")
                shown = re.search(rf"(?<!\w){re.escape(str(setting.default))}(?!\w)", row)
                yield setting.variable, {"README's services": shown is not None, "catalog": True}


def _container(docker: Stack, spec: ServiceSpec[Any], container: Container) -> Iterator[Fact]:
    """Ports, users, databases and passwords of a service, its image, its health check and its memory."""
    written = docker.services[container.name]
    shown: dict[str, Any] = {
        port.variable: docker.published(container.name, port.container_port) for port in spec.ports
    }
    inside = docker.environment(container.name)
    shown |= {variable: inside.get(name) for name, variable in container.environment.items()}
    for variable, value in shown.items():
        yield variable, {"docker": value, "catalog": spec.setting(variable).default}
    yield f"version of {spec.name}", {"docker": written["image"], "catalog": container.image}
    yield f"memory of {spec.name}", {"docker": _memory_limit(written), "catalog": container.memory}
    check = " ".join(written["healthcheck"]["test"])
    yield f"health of {spec.name}", {"docker": check if container.health not in check else "", "catalog": ""}


def _memory_limit(service: Mapping[str, Any]) -> str:
    return service["deploy"]["resources"]["limits"]["memory"]


def _login(docker: Stack) -> list[Fact]:
    """Kestra's user, which is in its own configuration."""
    login = docker.configuration()["kestra"]["server"]["basicAuth"]
    settings = [KESTRA.setting(field) for field in ("username", "password")]
    return [(setting.variable, {"docker": login[setting.field], "catalog": setting.default}) for setting in settings]


def _seen_by_flows(docker: Stack) -> Iterator[Fact]:
    """What flows read as envs.* and secret(): no more and no less than the catalog says."""
    envs = {f"ENV_{name}": value for spec in IN_DOCKER for name, value in spec.flow_variables().items()}
    written = dict(re.findall(r"^(ENV_\w+)=(.*)$", docker.read("docker/flows.env"), re.MULTILINE))
    secrets = {f"SECRET_{name}": spec.setting(name).default for spec in IN_DOCKER for name in spec.secrets}
    seen = docker.environment("kestra")
    decoded = {name: _decoded(value) for name, value in seen.items() if name.startswith("SECRET_")}
    for shown, expected in ((written, envs), (decoded, secrets)):
        for name in sorted(shown.keys() | expected.keys()):
            yield name, {"docker": shown.get(name), "catalog": expected.get(name)}


def _guarded(text: str) -> Iterator[Fact]:
    """The guard refuses every sample password of the catalog on an address that others reach."""
    cases = re.findall(r"^\s*([A-Z_|]+)\) echo (\S+) ;;", text, re.MULTILINE)
    samples = {name: value for names, value in cases for name in names.split("|")}
    for spec in IN_DOCKER:
        for setting in spec.all_settings:
            if setting.secret:
                yield setting.variable, {"guard": samples.get(setting.variable), "catalog": setting.default}


def _defaults(file: str, text: str) -> Iterator[Fact]:
    """Every `${NAME:-default}` of a setting of the catalog."""
    defaults = {setting.variable: setting.default for spec in SERVICES for setting in spec.all_settings}
    for name, value in _DEFAULT.findall(text):
        if defaults.get(name) is not None:
            yield name, {file: value, "catalog": defaults[name]}


def _between(docker: Stack, distributed: Stack) -> list[Fact]:
    """Versions, logins and the network: in both compose files, and in the catalog."""
    tags = {"catalog": f"v{versions.KESTRA}", "docker": docker.tag("kestra")}
    tags |= {component: distributed.tag(component) for component in COMPONENTS}
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


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()

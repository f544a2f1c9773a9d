"""The Kestra engine and its API as a service of the embedded stack."""

from __future__ import annotations

import base64
import sys

from embedded.service import Context, Launch, Service
from embedded.shared.loopback import HOST, http_ok
from embedded.shared.settings import Settings
from embedded.shared.state_folder import is_ours, mark

_ENVS = (
    *("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "POSTGRES_USER", "TAXI_BASE_URL", "PRODUCTS_URL"),
    *("TIMESCALE_HOST", "TIMESCALE_PORT", "TIMESCALE_DB", "TIMESCALE_USER"),
    *("CLICKHOUSE_HOST", "CLICKHOUSE_PORT", "CLICKHOUSE_USER", "ELASTICSEARCH_URL", "ES_USER", "QDRANT_URL"),
    *("AWS_ENDPOINT_URL", "AWS_REGION", "GCP_PROJECT_ID", "GCP_LOCATION"),
)
"""What flows see as `{{ envs.postgres_host }}` and so on."""
_SECRETS = (
    *("POSTGRES_PASSWORD", "TIMESCALE_PASSWORD", "CLICKHOUSE_PASSWORD", "ES_PASSWORD"),
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
)
"""What flows get by `{{ secret('POSTGRES_PASSWORD') }}` and so on."""
_CLOUD = (
    *("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"),
    *("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"),
)
"""What the clouds' own clients read from the environment: AWS tasks that name no credentials take these, as in Kestra;
Google's take the addresses, and only for a key of the embedded Google Cloud."""


class Kestra(Service):
    """The engine with the REST API; see `embedded.services.kestra`."""

    name = "kestra"
    requires = ("postgres", "dataset", "timescale", "clickhouse", "elasticsearch", "qdrant", "aws", "gcp")
    start_timeout = 300.0  # the first start may fetch and compile
    grace = 30.0

    def wanted_ports(self, settings: Settings) -> dict[str, int]:
        return {"KESTRA_PORT": settings.kestra_port}

    def prepare(self, context: Context) -> None:
        storage = context.settings.storage
        storage.mkdir(parents=True, exist_ok=True)
        if is_ours(storage):
            mark(storage)  # so that `reset` may clear it

    def command(self, context: Context) -> Launch:
        settings = context.settings
        required = {**context.required, **_account(settings)}
        env = {
            **self.environment(context),
            **({"KESTRA_HEAP": settings.kestra_heap} if settings.kestra_heap else {}),
            "KESTRA_HOME": str(context.home),
            "EMBEDDED_CACHE": str(settings.cache),
            **settings.passed_on,
            **{name: required[name] for name in _CLOUD},
            **{f"ENV_{name}": required[name] for name in _ENVS},
            **{f"SECRET_{name}": base64.b64encode(required[name].encode()).decode() for name in _SECRETS},
        }
        return Launch([sys.executable, "-m", "embedded.services.kestra"], env, lifeline=True)

    def healthy(self, context: Context) -> bool:
        return http_ok(context.ports["KESTRA_PORT"], "/health")

    def environment(self, context: Context) -> dict[str, str]:
        settings = context.settings
        port = context.ports["KESTRA_PORT"]
        return {
            "KESTRA_URL": f"http://{HOST}:{port}",
            "KESTRA_PORT": str(port),
            "KESTRA_USERNAME": settings.kestra_username,
            "KESTRA_PASSWORD": settings.kestra_password,
            "KESTRA_STORAGE": str(settings.storage),
        }


def _account(settings: Settings) -> dict[str, str]:
    """On the cloud stack, what replaces the embedded AWS: an account's keys go with AWS's own addresses only."""
    if not settings.real_aws:
        return {}
    return {
        "AWS_ENDPOINT_URL": settings.real_aws_endpoint or "",  # empty, AWS's clients take it as not set
        "AWS_ACCESS_KEY_ID": settings.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": settings.aws_secret_access_key,
        "AWS_REGION": settings.aws_region,
        "AWS_DEFAULT_REGION": settings.aws_region,
    }

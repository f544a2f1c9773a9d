"""What the embedded stack can be told: environment first, then `.env`, then the defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from embedded.shared.paths import ROOT, cache_folder

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
_PASSED_ON = ("ENV_", "SECRET_")
_OURS = (
    "KESTRA_",
    "POSTGRES_",
    "DATASET_",
    "TIMESCALE_",
    "CLICKHOUSE_",
    "ES_",
    "ELASTICSEARCH_",
    "QDRANT_",
    "AWS_",
    "GCP_",
    "STORAGE_EMULATOR_HOST",
    "BIGQUERY_EMULATOR_HOST",
    *_PASSED_ON,
)


class SettingsError(ValueError):
    """A setting has a value that cannot work; the message names it and says what would."""


@dataclass(frozen=True)
class Settings:
    """Checked settings of one stack. Ports are the wanted ones: a taken port is replaced at start."""

    home: Path
    storage: Path
    cache: Path
    kestra_port: int
    kestra_username: str
    kestra_password: str = field(repr=False)
    kestra_heap: str | None
    postgres_port: int
    postgres_db: str
    postgres_user: str
    postgres_password: str = field(repr=False)
    dataset_port: int
    dataset_rows: int
    dataset_seed: int
    taxi_base_url: str | None
    products_url: str | None
    insightflow_base_url: str | None
    timescale_port: int
    timescale_db: str
    timescale_user: str
    timescale_password: str = field(repr=False)
    clickhouse_port: int
    clickhouse_tcp_port: int
    clickhouse_user: str
    clickhouse_password: str = field(repr=False)
    elasticsearch_port: int
    es_user: str
    es_password: str = field(repr=False)
    elasticsearch_heap: str
    qdrant_port: int
    aws_port: int
    aws_access_key_id: str
    aws_secret_access_key: str = field(repr=False)
    aws_region: str
    real_aws: bool
    """Whether flows work on an account of AWS itself; then the three lines above are of that account."""
    real_aws_endpoint: str | None
    gcp_port: int
    gcp_project_id: str
    gcp_location: str
    passed_on: Mapping[str, str] = field(repr=False, default_factory=dict)
    """Variables named ENV_* and SECRET_*, which reach flows as `envs.*` and `secret()`."""

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, env_file: Path = ROOT / ".env") -> Settings:
        """Read and check every setting.

        Parameters:
            environ: the environment to read; the process's own by default.
            env_file: a file of KEY=value lines; absent is fine.

        Raises:
            SettingsError: a value cannot work.
        """
        values = _merged(os.environ if environ is None else environ, env_file)
        read = _Reader(values)
        return cls(
            home=read.folder("EMBEDDED_HOME", ROOT / ".embedded"),
            storage=read.folder("KESTRA_STORAGE", ROOT / "kestra-storage"),
            cache=read.folder("EMBEDDED_CACHE", cache_folder()),
            kestra_port=read.port("KESTRA_PORT", 8080),
            kestra_username=read.email("KESTRA_USERNAME", "admin@kestra.io"),
            kestra_password=read.kestra_password("KESTRA_PASSWORD", "Admin1234"),
            kestra_heap=read.memory("KESTRA_HEAP"),
            postgres_port=read.port("POSTGRES_PORT", 5432),
            postgres_db=read.plain_name("POSTGRES_DB", "ny_taxi"),
            postgres_user=read.plain_name("POSTGRES_USER", "root"),
            postgres_password=read.text("POSTGRES_PASSWORD", "root"),
            dataset_port=read.port("DATASET_PORT", 8090),
            dataset_rows=read.number("DATASET_ROWS", 10_000, 1, 100_000_000),
            dataset_seed=read.number("DATASET_SEED", 2021, 0, 2**32 - 1),
            taxi_base_url=read.url("TAXI_BASE_URL"),
            products_url=read.url("PRODUCTS_URL"),
            insightflow_base_url=read.url("INSIGHTFLOW_BASE_URL"),
            timescale_port=read.port("TIMESCALE_PORT", 5433),
            timescale_db=read.plain_name("TIMESCALE_DB", "kestra_data"),
            timescale_user=read.plain_name("TIMESCALE_USER", "kestra_user"),
            timescale_password=read.text("TIMESCALE_PASSWORD", "kestra_password"),
            clickhouse_port=read.port("CLICKHOUSE_PORT", 8123),
            clickhouse_tcp_port=read.port("CLICKHOUSE_TCP_PORT", 9000),
            clickhouse_user=read.plain_name("CLICKHOUSE_USER", "admin"),
            clickhouse_password=read.text("CLICKHOUSE_PASSWORD", "admin123"),
            elasticsearch_port=read.port("ELASTICSEARCH_PORT", 9200),
            es_user=read.plain_name("ES_USER", "elastic"),
            es_password=read.text("ES_PASSWORD", "elastic123"),
            elasticsearch_heap=read.memory("ELASTICSEARCH_HEAP") or "256m",
            qdrant_port=read.port("QDRANT_HTTP_PORT", 6333),
            aws_port=read.port("AWS_PORT", 4566),
            aws_access_key_id=read.text("AWS_ACCESS_KEY_ID", "workbook"),
            aws_secret_access_key=read.text("AWS_SECRET_ACCESS_KEY", "workbook-secret"),
            aws_region=read.text("AWS_REGION", "us-east-1"),
            real_aws=read.text("WORKBOOK_STACK", "embedded") == "cloud",
            real_aws_endpoint=read.url("AWS_ENDPOINT_URL"),
            gcp_port=read.port("GCP_PORT", 4443),
            gcp_project_id=read.project("GCP_PROJECT_ID", "workbook-local"),
            gcp_location=read.text("GCP_LOCATION", "us-central1"),
            passed_on={name: value for name, value in values.items() if name.startswith(_PASSED_ON)},
        )


def foreign(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without our own variables: a service gets those that it needs, at their latest values."""
    return {name: value for name, value in environ.items() if not name.startswith(_OURS)}


def _merged(environ: Mapping[str, str], env_file: Path) -> dict[str, str]:
    try:
        from_file = dotenv_values(env_file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{env_file} cannot be read ({error}): make it a readable UTF-8 file") from error
    # An empty variable means "not set", as in a compose file.
    return {name: value for source in (from_file, environ) for name, value in source.items() if value}


class _Reader:
    """Reads one kind of value each, and explains what is wrong with it."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str) -> str:
        value = self._values.get(name, default)
        if any(ord(character) < 32 for character in value):
            raise SettingsError(f"{name} holds a line break or another control character: write it on one line")
        return value

    def folder(self, name: str, default: Path) -> Path:
        path = Path(self.text(name, str(default))).expanduser()
        return (path if path.is_absolute() else ROOT / path).resolve()

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name, str(default))
        number = int(text) if re.fullmatch(r"\d{1,18}", text) else -1
        if not low <= number <= high:
            raise SettingsError(f"{name} is {text!r}: set it to a whole number from {low} to {high}")
        return number

    def port(self, name: str, default: int) -> int:
        """A port; 0 asks for any free one."""
        return self.number(name, default, 0, 65535)

    def email(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not _EMAIL.fullmatch(value):
            raise SettingsError(f"{name} is {value!r}: Kestra takes an e-mail address, such as {default}")
        return value

    def kestra_password(self, name: str, default: str) -> str:
        value = self.text(name, default)
        parts = {"a lower-case letter": "[a-z]", "an upper-case letter": "[A-Z]", "a digit": "[0-9]"}
        missing = [part for part, pattern in parts.items() if not re.search(pattern, value)]
        if len(value) < 8:
            missing.insert(0, "at least 8 characters")
        if missing:
            raise SettingsError(
                f"{name} does not have {' and '.join(missing)}: "
                "Kestra wants 8 or more characters with a lower-case letter, an upper-case letter and a digit"
            )
        return value

    def plain_name(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not _PLAIN_NAME.fullmatch(value):
            raise SettingsError(f"{name} is {value!r}: use letters, digits and underscores, and begin with a letter")
        return value

    def project(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if not _PROJECT.fullmatch(value):
            raise SettingsError(
                f"{name} is {value!r}: a project id has 6 to 30 lower-case letters, digits and dashes, "
                "begins with a letter, and does not end with a dash"
            )
        return value

    def memory(self, name: str) -> str | None:
        value = self.text(name, "")
        if value and not re.fullmatch(r"\d+[mMgG]", value):
            raise SettingsError(f"{name} is {value!r}: write a size such as 512m or 1g")
        return value or None

    def url(self, name: str) -> str | None:
        value = self.text(name, "")
        if value and not re.fullmatch(r"https?://\S+", value):
            raise SettingsError(f"{name} is {value!r}: write an address that begins with http:// or https://")
        return value.rstrip("/") or None

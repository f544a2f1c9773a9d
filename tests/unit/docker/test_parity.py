"""The three stacks agree; and a change in one place alone is found."""

import pytest

from catalog import versions
from catalog.services.clickhouse import CLICKHOUSE
from catalog.services.kestra import KESTRA as KESTRA_SPEC
from tests.support.stack import ROOT
from tests.unit.docker.parity import differences

KESTRA = KESTRA_SPEC.container.image
HTTP_PORT = f"${{{CLICKHOUSE.port_variable}"


def test_nothing_differs() -> None:
    assert differences() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("docker-compose.yml", HTTP_PORT + ":-8123}", HTTP_PORT + ":-8124}", CLICKHOUSE.port_variable),
        ("docker-compose.yml", "${KESTRA_PASSWORD:-Admin1234}", "${KESTRA_PASSWORD:-Admin12345}", "KESTRA_PASSWORD"),
        ("docker-compose.yml", KESTRA, "kestra/kestra:v1.3.30", "version of Kestra"),
        ("docker-compose.yml", "clickhouse-server:26.9", "clickhouse-server:26.3", "version of clickhouse"),
        ("docker-compose.yml", "elasticsearch:8.17.10", "elasticsearch:8.17.9", "version of elasticsearch"),
        ("docker-compose.yml", "qdrant:v1.19.1", "qdrant:v1.18.0", "version of qdrant"),
        ("docker-compose.yml", "timescaledb:2.29.1-pg18", "timescaledb:2.29.1-pg17", "version of timescale"),
        ("docker-compose.yml", "${TIMESCALE_DB:-kestra_data}", "${TIMESCALE_DB:-data}", "TIMESCALE_DB"),
        ("docker/compose.distributed.yml", KESTRA, "kestra/kestra:v1.4.0", "version of Kestra"),
        ("docker/compose.distributed.yml", "${KESTRA_PORT:-8080}:8080", "${KESTRA_PORT:-8081}:8080", "port of Kestra"),
        ("docker-compose.yml", "${DATASET_SEED:-2021}", "${DATASET_SEED:-2022}", "DATASET_SEED"),
        ("docker-compose.yml", "insightflow-dbt:1.11.16", "insightflow-dbt:1.11.17", "image of dbt"),
        (".env.example", "#POSTGRES_PORT=5432", "#POSTGRES_PORT=5431", "POSTGRES_PORT"),
        (".env.example", "#AWS_SECRET_ACCESS_KEY=workbook-secret", "#AWS_SECRET_ACCESS_KEY=x", "AWS_SECRET_ACCESS_KEY"),
        ("docker/flows.env", "${CLICKHOUSE_USER:-admin}", "${CLICKHOUSE_USER:-root}", "ENV_CLICKHOUSE_USER"),
        ("docker/flows.env", "ENV_QDRANT_URL=", "ENV_QDRANT=", "ENV_QDRANT_URL"),
        ("docker/flows.env", "ENV_QDRANT_URL=", "ENV_QDRANT=", "ENV_QDRANT:"),
        ("docker-compose.yml", "memory: 1536m", "memory: 1g", "memory of qdrant"),
        ("docker-compose.yml", "localhost:4566/_health", "localhost:4566/", "health of aws"),
        ("README.md", "| qdrant | 6333 |", "| qdrant | 6334 |", "QDRANT_HTTP_PORT"),
        ("README.md", "`QDRANT_URL`, `QDRANT_HTTP_PORT`", "`QDRANT_URL`", "QDRANT_HTTP_PORT"),
        ("README.md", KESTRA, "kestra/kestra:v1.3.30", "version of Kestra"),
        ("docs/sizing.md", f"Kestra {versions.KESTRA}", "Kestra 1.3.30", "version of Kestra"),
        ("embedded/services/kestra/engine.lock", f"core:jar:{versions.KESTRA}", "core:jar:1.3.30", "version of Kestra"),
        (".env.example", "#ELASTICSEARCH_HEAP=", "#ES_HEAP=", "ELASTICSEARCH_HEAP"),
        ("docker/guard.sh", "echo elastic123", "echo elastic", "ES_PASSWORD"),
        ("docker/secrets.sample.env", "cm9vdA==", "cm9vdDI=", "SECRET_POSTGRES_PASSWORD"),
    ],
)
def test_a_change_in_one_place_is_found(file: str, old: str, new: str, named: str) -> None:
    text = (ROOT / file).read_text()
    assert old in text
    assert any(found.startswith(named) for found in differences({file: text.replace(old, new)}))

"""The three stacks agree; and a change in one place alone is found."""

import pytest

from tests.support.stack import ROOT
from tests.unit.docker.parity import differences


def test_nothing_differs() -> None:
    assert differences() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("docker-compose.yml", "${CLICKHOUSE_PORT:-8123}", "${CLICKHOUSE_PORT:-8124}", "CLICKHOUSE_PORT"),
        ("docker-compose.yml", "${KESTRA_PASSWORD:-Admin1234}", "${KESTRA_PASSWORD:-Admin12345}", "KESTRA_PASSWORD"),
        ("docker-compose.yml", "kestra/kestra:v1.3.31", "kestra/kestra:v1.3.30", "version of Kestra"),
        ("docker-compose.yml", "clickhouse-server:26.9", "clickhouse-server:26.3", "version of clickhouse"),
        ("docker-compose.yml", "elasticsearch:8.17.10", "elasticsearch:8.17.9", "version of elasticsearch"),
        ("docker-compose.yml", "qdrant:v1.19.1", "qdrant:v1.18.0", "version of qdrant"),
        ("docker-compose.yml", "timescaledb:2.29.1-pg18", "timescaledb:2.29.1-pg17", "version of timescale"),
        ("docker-compose.yml", "${TIMESCALE_DB:-kestra_data}", "${TIMESCALE_DB:-data}", "TIMESCALE_DB"),
        ("docker/compose.distributed.yml", "kestra/kestra:v1.3.31", "kestra/kestra:v1.4.0", "version of Kestra"),
        ("docker/compose.distributed.yml", "${KESTRA_PORT:-8080}:8080", "${KESTRA_PORT:-8081}:8080", "port of Kestra"),
        ("docker-compose.yml", "${DATASET_SEED:-2021}", "${DATASET_SEED:-2022}", "DATASET_SEED"),
        ("docker-compose.yml", "insightflow-dbt:1.11.16", "insightflow-dbt:1.11.17", "image of dbt"),
        (".env.example", "#POSTGRES_PORT=5432", "#POSTGRES_PORT=5431", "POSTGRES_PORT"),
        (".env.example", "#AWS_SECRET_ACCESS_KEY=workbook-secret", "#AWS_SECRET_ACCESS_KEY=x", "AWS_SECRET_ACCESS_KEY"),
        ("docker/flows.env", "${CLICKHOUSE_USER:-admin}", "${CLICKHOUSE_USER:-root}", "ENV_CLICKHOUSE_USER"),
        ("docker/secrets.sample.env", "cm9vdA==", "cm9vdDI=", "SECRET_POSTGRES_PASSWORD"),
    ],
)
def test_a_change_in_one_place_is_found(file: str, old: str, new: str, named: str) -> None:
    text = (ROOT / file).read_text()
    assert old in text
    assert any(found.startswith(named) for found in differences({file: text.replace(old, new)}))

"""One stack with the engine, PostgreSQL, ClickHouse, Elasticsearch, S3 and Google Cloud for all tests of task types."""

from collections.abc import Iterator

import pytest

from tests.support.stack import own_stack
from tests.wire.kestra_tasks.client import Kestra


@pytest.fixture(scope="session")
def kestra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kestra]:
    services = ("kestra", "postgres", "clickhouse", "elasticsearch", "aws", "gcp")
    with own_stack(tmp_path_factory.mktemp("tasks"), *services) as environment:
        yield Kestra(environment)

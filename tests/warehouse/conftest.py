"""One `aws` service for all tests of Athena that do not end it, and one BigQuery likewise."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.cloud import bigquery

from tests.aws.server import Server, running
from tests.warehouse.athena import furnished
from tests.warehouse.bigquery_server import client, served
from tests.warehouse.folder import Folder


@pytest.fixture(scope="session")
def aws_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(Path(tmp_path_factory.mktemp("athena"))) as server:
        yield furnished(server)


@pytest.fixture(scope="session")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """What the tests put into Cloud Storage."""
    return Folder(tmp_path_factory.mktemp("buckets"))


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory, buckets: Folder) -> Iterator[bigquery.Client]:
    """Google's client of one BigQuery, for tests that use data sets of their own."""
    with served(tmp_path_factory.mktemp("bigquery"), buckets) as address:
        yield client(address)

"""One BigQuery for all tests that do not end it."""

from collections.abc import Iterator

import pytest
from google.cloud import bigquery

from tests.wire.gcp.bigquery.folder import Folder
from tests.wire.gcp.bigquery.server import client, served


@pytest.fixture(scope="session")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """What the tests put into Cloud Storage."""
    return Folder(tmp_path_factory.mktemp("buckets"))


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory, buckets: Folder) -> Iterator[bigquery.Client]:
    """Google's client of one BigQuery, for tests that use data sets of their own."""
    with served(tmp_path_factory.mktemp("bigquery"), buckets) as address:
        yield client(address)

"""One `aws` service for all tests of Athena that do not end it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.aws.athena.client import furnished
from tests.wire.aws.server import Server, running


@pytest.fixture(scope="session")
def aws_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(Path(tmp_path_factory.mktemp("athena"))) as server:
        yield furnished(server)

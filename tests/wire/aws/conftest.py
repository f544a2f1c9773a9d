"""One server for all tests of AWS that do not end it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.aws.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(Path(tmp_path_factory.mktemp("aws"))) as server:
        yield server

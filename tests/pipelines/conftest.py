"""One stack with S3 and the four stores for all tests of the pipelines."""

from collections.abc import Iterator

import pytest

from tests.pipelines.client import SERVICES, Pipelines
from tests.support.stack import own_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with own_stack(tmp_path_factory.mktemp("pipelines"), *SERVICES) as environment:
        yield environment


@pytest.fixture(scope="session")
def pipelines(stack: dict[str, str]) -> Pipelines:
    return Pipelines(stack)

"""One stack with S3 and the four stores for all tests of the pipelines."""

from collections.abc import Iterator

import pytest

import catalog
from tests.pipelines.client import SERVICES, Pipelines
from tests.support.stack import own_stack

SECRETS = {
    service.name: [setting.variable for setting in service.all_settings if setting.secret]
    for service in catalog.SERVICES
}
PASSWORDS = {name: f"Canary-0-{name}" for names in SECRETS.values() for name in names}
"""Each is its own, so that it can be told where one turns up."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with own_stack(tmp_path_factory.mktemp("pipelines"), *SERVICES, **PASSWORDS) as environment:
        yield environment


@pytest.fixture(scope="session")
def pipelines(stack: dict[str, str]) -> Pipelines:
    return Pipelines(stack)

"""What the tests of the workbook share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fake_kestra import FakeKestra, fake_kestra, recorded
from tests.support.network import Network, local_network
from workbook.kestra import KestraClient
from workbook.kestra.models import Execution


@pytest.fixture(autouse=True)
def network() -> Iterator[Network]:
    with local_network() as network:
        yield network


@pytest.fixture
def fake(network: Network) -> Iterator[FakeKestra]:
    with fake_kestra(network) as server:
        yield server


@pytest.fixture
def client(fake: FakeKestra) -> Iterator[KestraClient]:
    client = KestraClient(fake.url, "admin@kestra.io", "Admin1234")
    yield client
    client.http.close()


@pytest.fixture
def executed() -> Any:
    """Gives a recorded execution by the name of its flow."""
    return lambda name: Execution.from_json(recorded(f"{name}.execution"), "http://127.0.0.1:1")

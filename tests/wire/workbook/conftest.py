"""A server that speaks Kestra's API, on a port, for clients in other processes."""

from collections.abc import Iterator

import pytest

from tests.support.fake_kestra import FakeKestra, fake_kestra


@pytest.fixture
def fake() -> Iterator[FakeKestra]:
    with fake_kestra() as server:
        yield server

"""Takes the place of the `conftest.py` of the SDK's own tests: the server is the one that runs, with Kestra's user.

Theirs sets up a server of the Enterprise edition. Its other fixtures are used as they are.
"""

import os

import pytest
from kestrapy import KestraClient
from official_conftest import (  # type: ignore[import-not-found]  # a copy of theirs
    fresh_execution as fresh_execution,
)
from official_conftest import (
    shared_flow as shared_flow,
)
from official_conftest import (
    succeeded_execution as succeeded_execution,
)


@pytest.fixture(scope="session")
def client() -> KestraClient:
    """The SDK's client of the running server."""
    return KestraClient(
        host=os.environ["KESTRA_URL"],
        username=os.environ["KESTRA_USERNAME"],
        password=os.environ["KESTRA_PASSWORD"],
    )

"""A whole stack of its own for the flows that load taxi files, with small files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.taxis import Taxis
from tests.support.stack import own_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    services = ("kestra", "postgres", "dataset", "gcp")
    with own_stack(tmp_path_factory.mktemp("flows"), *services, DATASET_ROWS="2000") as environment:
        yield environment


@pytest.fixture
def taxis(stack: dict[str, str]) -> Taxis:
    """Kestra and an empty database."""
    found = Taxis(stack, Path(stack["KESTRA_STORAGE"]))
    found.forget()
    return found

"""One stack with the engine, AWS and the generated files for all tests of the InsightFlow pipeline."""

from collections.abc import Iterator

import pytest

from tests.insightflow.pipeline import Pipeline
from tests.support.stack import own_stack
from workbook.kestra.models import Execution


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of the stack, also of the ingestion program by itself."""
    with own_stack(tmp_path_factory.mktemp("insightflow"), "kestra", "dataset", "aws") as environment:
        yield environment


@pytest.fixture(scope="session")
def pipeline(stack: dict[str, str]) -> Pipeline:
    """The pipeline on an account that has nothing yet."""
    pipeline = Pipeline(stack)
    pipeline.set_up()
    return pipeline


@pytest.fixture(scope="session")
def first(pipeline: Pipeline) -> Execution:
    """The first run of all, on good data."""
    return pipeline.run()

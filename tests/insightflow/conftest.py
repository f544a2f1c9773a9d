"""One stack with the engine, AWS and the generated files for all tests of the InsightFlow pipeline."""

from collections.abc import Iterator

import pytest

from tests.insightflow.pipeline import Pipeline
from tests.support.stack import own_stack
from workbook.kestra.models import Execution


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """The pipeline on an account that has nothing yet."""
    with own_stack(tmp_path_factory.mktemp("insightflow"), "kestra", "dataset", "aws") as environment:
        found = Pipeline(environment)
        found.set_up()
        yield found


@pytest.fixture(scope="session")
def first(pipeline: Pipeline) -> Execution:
    """The first run of all, on good data."""
    return pipeline.run()

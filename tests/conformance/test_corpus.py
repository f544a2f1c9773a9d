"""Kestra's own flows: the same engine from the same artifacts, with and without this project, beside each other."""

import pytest

from embedded.shared.downloads import ArtifactError
from tests.conformance import corpus
from tests.conformance.conftest import Results, created_flows, run_flows
from tests.conformance.left_out import RUNS
from tests.conformance.result import comparable

try:
    ALL, CREATED, RUN = ([flow.name for flow in flows] for flows in (corpus.flows(), created_flows(), run_flows()))
except ArtifactError as problem:  # no network, and never fetched before
    pytest.skip(str(problem), allow_module_level=True)


@pytest.mark.parametrize("name", ALL)
def test_a_flow_is_valid_here_as_there(name: str, here: Results, there: Results) -> None:
    assert (here.wrong[name] is None) == (there.wrong[name] is None), (here.wrong[name], there.wrong[name])


@pytest.mark.parametrize("name", CREATED)
def test_a_flow_is_created_here_as_there(name: str, here: Results, there: Results) -> None:
    assert (here.created[name] is None) == (there.created[name] is None), (here.created[name], there.created[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_a_flow_runs_here_as_there(name: str, here: Results, there: Results) -> None:
    assert comparable(here.executions[name]) == comparable(there.executions[name])


def test_what_is_left_out_exists() -> None:
    assert set(RUNS) <= set(CREATED)


def test_the_corpus_is_the_whole_one() -> None:
    folders = [name.rpartition("/")[0] for name in ALL]
    counts = {folder: folders.count(folder) for folder in corpus.FOLDERS}
    assert counts == {"flows/valids": 306, "flows/invalids": 26, "flows/tests": 11, "sanity-checks": 26}

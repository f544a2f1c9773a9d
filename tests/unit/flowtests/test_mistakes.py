"""Mistakes in tests are found before anything runs, with file, line and remedy."""

from pathlib import Path
from textwrap import dedent

import pytest

from flowtests.errors import FlowTestError
from flowtests.folder import Folder
from tests.support.flow_tests import FLOW, SUITE

OK = 'assertions: [{value: "{{ outputs.total.value }}", equalTo: 6}]'


@pytest.fixture(autouse=True)
def in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the folder of the tests: problems then name the file alone, wherever the checkout lies."""
    monkeypatch.chdir(tmp_path)


def problems(folder: Path, cases: str, suite: str = SUITE) -> list[str]:
    """What is wrong with the test cases."""
    (folder / "price.yaml").write_text(FLOW)
    (folder / "tests.yaml").write_text(suite.lstrip("\n") + cases)
    all_problems = []
    for parsed in Folder.of(folder).all_suites():
        all_problems += [*parsed.problems, *(problem for case in parsed.cases for problem in case.problems)]
    return [str(problem) for problem in all_problems]


MISTAKES = (
    ("fixtures: {}", 5, "this test asserts nothing, so it could never fail. Add assertions"),
    ("expect: {}", 5, "this test asserts nothing"),
    (
        "fixtures: {tasks: [{id: aks}]}",
        6,
        "the flow 'price' has no task 'aks'. Did you mean 'ask'? Its tasks: ask, total.",
    ),
    ("fixtures: {tasks: [{id: ask, state: FINE}]}", 6, "a task cannot be given the state 'FINE'."),
    ("fixtures: {tasks: [{id: ask}, {id: ask}]}", 6, "there is another fixture for 'ask'"),
    ("fixtures: {tasks: [{id: ask, output: {}}]}", 6, "of a task has no 'output'. Did you mean 'outputs'?"),
    ("fixtures: {tasks: [{id: ask, value: 1}]}", 6, 'the item of a loop is a text: write value: "1"'),
    ("fixtures: {tasks: {id: ask}}", 6, "fixtures.tasks must be a list"),
    ("fixtures: {inputs: {amuont: 1}}", 6, "has no input 'amuont'. Did you mean 'amount'? Its inputs: amount."),
    ("fixtures: {files: {a: 1}}", 6, "the file 'a' must be a text, not 1"),
    ("fixtures: {trigger: {id: daily, type: x}}", 6, "has no trigger 'daily'. Its triggers: none."),
    ("fixture: {}", 6, "a test case has no 'fixture'. Did you mean 'fixtures'?"),
    ("assertions: [{value: x, equalsTo: 6}]", 6, "no operator 'equalsTo'. Did you mean 'equalTo'?"),
    ("assertions: [{value: x}]", 6, "this assertion compares with nothing: add an operator (equalTo, "),
    ("assertions: [{equalTo: x}]", 6, "the assertion needs a value"),
    ("assertions: [{value: x, in: [1, 2]}]", 6, "in takes a list of texts: put the items into quotation marks"),
    ("assertions: [{value: x, equalTo: }]", 6, "equalTo has no value"),
    ("assertions: [{value: x, equalTo: 1, taskId: totl}]", 6, "taskId: the flow 'price' has no task 'totl'."),
    ("assertions: {value: x}", 6, "assertions must be a list"),
    ("assertions: [x]", 6, "an assertion must be a mapping"),
    ("expect: {state: SUCCES}", 6, "no execution ends 'SUCCES'. Did you mean 'SUCCESS'?"),
    ("expect: {tasks: {totl: SUCCESS}}", 6, "expect.tasks: the flow 'price' has no task 'totl'."),
    ("expect: {tasks: {total: DONE}}", 6, "no task ends 'DONE'."),
    ("expect: {refused: x, state: FAILED}", 6, "what is refused never runs"),
    ("expect: {output: {}}", 6, "expect has no 'output'. Did you mean 'outputs'?"),
    ("given: {kvs: {}}", 6, "given has no 'kvs'. Did you mean 'kv'?"),
    ("given: {seconds: soon}", 6, "given.seconds must be a whole number, not 'soon'"),
    ("type: other", 6, "the type of a test case is io.kestra.core.tests.flow.UnitTest, not 'other'"),
    ("given: {}\n    given: {}", 7, "'given' stands here a second time"),
)


@pytest.mark.parametrize(("case", "line", "words"), MISTAKES)
def test_mistakes_in_a_case(tmp_path: Path, case: str, line: int, words: str) -> None:
    block = case if "asserts nothing" in words or case.startswith(("assertions", "expect")) else f"{case}\n    {OK}"
    [problem] = problems(tmp_path, f"  - id: one\n    {block}\n")
    assert problem.startswith(f"tests.yaml:{line}: ")
    assert words in problem


def test_no_mistake(tmp_path: Path) -> None:
    assert problems(tmp_path, f"  - id: one\n    {OK}\n") == []


@pytest.mark.parametrize(
    ("suite", "words"),
    [
        (
            SUITE.replace("flowId: price", "flowId: prize"),
            "there is no flow 'tests.shop.prize'. Did you mean 'tests.sh",
        ),
        (SUITE.replace("flowId: price", "flow: price"), "a test suite has no 'flow'. Did you mean 'flowId'?"),
        (SUITE.replace("id: price_tests\n", ""), "the test suite needs 'id'"),
    ],
)
def test_mistakes_in_a_suite(tmp_path: Path, suite: str, words: str) -> None:
    assert any(words in problem for problem in problems(tmp_path, f"  - id: one\n    {OK}\n", suite))


def test_two_cases_of_one_id(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, f"  - id: one\n    {OK}\n" * 2)
    assert problem.startswith("tests.yaml:7: there is another test case 'one'")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("service: [postgres]", "flowtests.yaml:1: there is no setting 'service'. Did you mean 'services'?"),
        ("seconds: soon", "flowtests.yaml:1: seconds must be a number of seconds, not 'soon'"),
        ("services: postgres", "flowtests.yaml:1: services must be a list, not 'postgres'"),
        ("namespaceFiles: {a.b: nowhere}", "flowtests.yaml:1: there is no folder"),
        ("seconds: [", "flowtests.yaml:2: this is no valid YAML"),
    ],
)
def test_mistakes_in_the_configuration(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "flowtests.yaml").write_text(dedent(text) + "\n")
    with pytest.raises(FlowTestError) as caught:
        Folder.of(tmp_path)
    assert words in str(caught.value)


def test_key_that_is_no_scalar(tmp_path: Path) -> None:
    (tmp_path / "flow.yaml").write_text("id: f\nnamespace: a.b\ntasks: {{name}}\n")
    [problem] = Folder.of(tmp_path).broken.values()
    assert str(problem).endswith(
        "flow.yaml:3: this is no valid YAML: found unhashable key. Mend the file, or take it out of the folder."
    )

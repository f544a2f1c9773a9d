"""Each test belongs to one suite, and suites are run longest first."""

from pathlib import Path

import pytest

from tools import test_suites


def test_each_test_file_is_in_exactly_one_suite() -> None:
    folders = [Path(name) for names in test_suites.SUITES.values() for name in names]
    files = [path.relative_to(test_suites.FOLDER) for path in test_suites.FOLDER.rglob("test_*.py")]
    homes = {file: [folder for folder in folders if file.is_relative_to(folder)] for file in files}
    assert files
    assert {file: found for file, found in homes.items() if len(found) != 1} == {}


@pytest.mark.parametrize(
    ("name", "suites"),
    [
        ("api", ["api"]),
        ("notebooks", ["notebooks-pipelines", "notebooks-course", "notebooks-concepts"]),
        ("notebooks-course", ["notebooks-course"]),
        ("note", []),
    ],
)
def test_a_name_chooses_the_suites_of_its_group(name: str, suites: list[str]) -> None:
    assert test_suites.suites_of(name) == suites


def test_as_many_suites_run_at_once_as_memory_allows() -> None:
    assert [test_suites.at_once(gigabytes << 30) for gigabytes in (4, 7, 12, 64)] == [1, 1, 2, 3]


@pytest.mark.parametrize(
    ("codes", "code", "words"),
    [
        ((0, 0), 0, "2 suites, all passed"),
        ((0, 1), 1, "2 suites, failed: b"),
        ((test_suites.NOTHING_SELECTED, 0), 0, "1 suites, all passed"),
        ((test_suites.NOTHING_SELECTED, test_suites.NOTHING_SELECTED), 1, "no test matches"),
    ],
)
def test_the_end_is_told(codes: tuple[int, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    results = [test_suites.Result(name, ended, 1.0) for name, ended in zip("ab", codes, strict=True)]
    assert test_suites.summarize(results) == code
    assert capsys.readouterr().out == f"{words}\n"


def result(suite: str, code: int, *failed: str) -> test_suites.Result:
    return test_suites.Result(suite, code, 1.0, failed)


FINE = result("fine", 0)
FEW = result("few", 1, "a::one", "a::two")


@pytest.mark.parametrize(
    ("ended", "tried"),
    [
        ((FINE, FEW), [FEW]),
        ((FEW, result("another", 1, "b::one")), [FEW, result("another", 1, "b::one")]),
        ((FEW, result("many", 1, "b::one", "b::two")), []),
        ((FEW, result("died", 3)), []),
        ((FINE, result("none", test_suites.NOTHING_SELECTED)), []),
    ],
)
def test_few_failed_tests_are_tried_again(
    ended: tuple[test_suites.Result, ...], tried: list[test_suites.Result]
) -> None:
    assert test_suites.to_try_again(ended) == tried


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "unsteady, passed alone: a::one\nunsteady, passed alone: a::two\n2 suites, all passed\n"),
        (1, "2 suites, failed: few\n"),
    ],
)
def test_an_unsteady_test_is_named(code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert test_suites.summarize([FINE, FEW], [result("few", code)]) == code
    assert capsys.readouterr().out == words

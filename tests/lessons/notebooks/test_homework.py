"""The homework as a learner fills it in: on a second data server with other rows, and on the generated files."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.lessons.notebooks.homework import QUESTIONS, QUICK, Answer, filled_sheet
from tests.support.stack import own_stack

GUESSES = {"homework.a": "b", "homework.b": "a", "homework.c": "c"}
OPTIONS = {2: "green_tripdata_2020-04.csv", 6: "America/New_York"}
"""What the form offers for the two questions that do not depend on the files."""
PROOFS = {1: 1, 2: 1, 3: 12, 4: 12, 5: 1, 6: 2}
"""How many executions each answer rests on."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A stack whose flows read the generated files, as every learner's first one does."""
    with own_stack(tmp_path_factory.mktemp("generated"), "kestra", "postgres", "dataset", DATASET_ROWS="2000") as stack:
        yield stack


def test_three_answers_are_proved_on_another_data_server(
    elsewhere: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = fill_in(elsewhere, tmp_path, monkeypatch, QUICK)
    assert [number for number, answer in sheet.items() if answer.option == "open"] == [3, 4, 6]
    assert_right(elsewhere, {number: sheet[number] for number in (1, 2, 5)})
    assert kept_guesses(elsewhere) == GUESSES


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("source", ["elsewhere", "generated"])
def test_all_answers_are_proved(
    request: pytest.FixtureRequest, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = request.getfixturevalue(source)
    assert_right(stack, fill_in(stack, tmp_path, monkeypatch))


def fill_in(
    stack: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch, cells: tuple[str, ...] = ()
) -> dict[int, Answer]:
    """The sheet of a learner whose stack this is."""
    for name, value in stack.items():
        monkeypatch.setenv(name, value)
    sheet = filled_sheet(folder, GUESSES, cells)
    assert list(sheet) == list(QUESTIONS)
    return sheet


def assert_right(stack: dict[str, str], sheet: dict[int, Answer]) -> None:
    """Each answer is that of the files, and rests on executions that exist."""
    assert {number: answer.option for number, answer in sheet.items()} == {
        number: OPTIONS.get(number, "not an answer") for number in sheet
    }
    assert {number: answer.found for number, answer in sheet.items()} == {
        number: found_in_files(stack, number) for number in sheet
    }
    assert {number: len(set(answer.links)) for number, answer in sheet.items()} == {it: PROOFS[it] for it in sheet}
    for answer in sheet.values():
        for execution, address in answer.links:
            assert_exists(stack, execution, address)


def assert_exists(stack: dict[str, str], execution: str, address: str) -> None:
    """An execution is there, has ended well, and the address is that of its page."""
    login = (stack["KESTRA_USERNAME"], stack["KESTRA_PASSWORD"])
    found = requests.get(f"{stack['KESTRA_URL']}/api/v1/main/executions/{execution}", auth=login, timeout=30).json()
    assert found["state"]["current"] == "SUCCESS"
    assert found["flowId"].startswith("homework_")
    page = f"{stack['KESTRA_URL']}/ui/main/executions/{found['namespace']}/{found['flowId']}/{execution}"
    assert address == page


def found_in_files(stack: dict[str, str], question: int) -> str:
    """The answer, counted in the files themselves."""
    year = [f"2020-{month:02}" for month in range(1, 13)]
    match question:
        case 1:
            return f"{len(unpacked(stack, 'yellow', '2020-12')) / 2**20:,.1f} MiB"
        case 3 | 4:
            return f"{sum(rows(stack, {3: 'yellow', 4: 'green'}[question], month) for month in year):,}"
        case 5:
            return f"{rows(stack, 'yellow', '2021-03'):,}"
    return OPTIONS[question]


def rows(stack: dict[str, str], taxi: str, month: str) -> int:
    """How many trips a file has; no field holds a line's end."""
    return len(re.findall(rb"\n", unpacked(stack, taxi, month))) - 1


def unpacked(stack: dict[str, str], taxi: str, month: str) -> bytes:
    """A file as the stack's flows unpack it."""
    base = stack.get("TAXI_BASE_URL") or stack["DATASET_URL"]
    answer = requests.get(f"{base}/{taxi}/{taxi}_tripdata_{month}.csv.gz", timeout=60)
    answer.raise_for_status()
    return gzip.decompress(answer.content)


def kept_guesses(stack: dict[str, str]) -> dict[str, str]:
    """The guesses that the learner's progress holds."""
    kept: dict[str, str] = json.loads(Path(stack["WORKBOOK_PROGRESS"]).read_text())["predictions"]
    return kept

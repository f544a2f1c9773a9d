"""The homework: no number is an answer on other files than the public ones, and nothing begins without room for it."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from tests.support.fake_kestra import recorded
from workbook import homework as module
from workbook.errors import SourceFailed, StackError
from workbook.homework import OPTIONS, Homework
from workbook.kestra.models import Execution, Flow
from workbook.lesson_files import NOTEBOOKS

RUN = Execution.from_json(recorded("taxi.execution"), "http://localhost:8080")
FOUND: dict[int, str | float] = {
    1: 134.5012,
    2: "green_tripdata_2020-04.csv",
    3: 24_648_499,
    4: 1_734_051,
    5: 1_925_152,
    6: "America/New_York",
}


class _Kestra:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.deleted: list[str] = []

    def import_flow(self, text: str) -> Flow:
        self.sent.append(text)
        return Flow.from_json({"id": "homework", "namespace": "zoomcamp", "source": text})

    def delete_flow(self, flow: str, *, executions: bool) -> bool:
        self.deleted.append(flow)
        return executions


class _Postgres:
    """Counts what it is told to."""

    def __init__(self, rows: int = 0) -> None:
        self.rows = rows
        self.statements: list[str] = []

    def count(self, table: str, condition: str, **parameters: Any) -> int:
        return self.rows

    def execute(self, statement: str) -> None:
        self.statements.append(statement)


def _homework(public: bool, rows: int = 0, base: str = "http://127.0.0.1:8090") -> Any:
    dataset = SimpleNamespace(source=lambda name: {"rows": 7})
    settings = SimpleNamespace(taxi_base_url=base)
    lab: Any = SimpleNamespace(kestra=_Kestra(), postgres=_Postgres(rows), dataset=dataset, settings=settings)
    return Homework(lab, public)


@pytest.mark.parametrize("question", OPTIONS)
def test_on_public_files_the_evidence_picks_the_option(question: int) -> None:
    homework = _homework(public=True)
    assert str(homework.answer(question, FOUND[question], RUN)).startswith("✓")
    assert homework.answers[question].option in OPTIONS[question]


@pytest.mark.parametrize("question", [1, 3, 4, 5])
def test_on_other_files_no_number_is_an_answer_not_even_one_of_the_form(question: int) -> None:
    homework = _homework(public=False)
    assert "not an answer" in str(homework.answer(question, FOUND[question], RUN))
    assert homework.answers[question].option == ""
    assert "Not an answer sheet" in str(homework.sheet())


@pytest.mark.parametrize("question", [2, 6])
def test_what_is_about_flows_holds_for_any_files(question: int) -> None:
    assert str(_homework(public=False).answer(question, FOUND[question], RUN)).startswith("✓")


def test_a_number_that_is_not_on_the_form_is_doubted() -> None:
    assert "Was every file loaded" in str(_homework(public=True).answer(3, 24_648_500, RUN))


def test_settings_that_name_the_public_files_are_the_switch_too() -> None:
    assert _homework(public=False, base=module.TAXI_RELEASES).on_public_files


def test_the_sheet_links_to_what_proves_each_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHEET", tmp_path / "new" / "sheet.md")
    homework = _homework(public=True)
    homework.answer(4, FOUND[4], [RUN, RUN])
    homework.sheet()
    lines = (tmp_path / "new" / "sheet.md").read_text().splitlines()
    link = f"[{RUN.id}]({RUN.url})"
    assert f"| 4 | `1,734,051` | 1,734,051 | {link}, {link} |" in lines
    assert "| 1 | | open | |" in lines


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("file", ["flows/04_postgres_taxi.yaml", "flows/05_postgres_taxi_scheduled.yaml"])
def test_the_copies_of_the_flows_have_names_tables_and_indexes_of_their_own(file: str, public: bool) -> None:
    homework = _homework(public)
    homework.import_flow(file, keep_files=True)
    [text] = homework.lab.kestra.sent
    where = "public" if public else "local"
    assert f"id: homework_{Path(file).stem}\n" in text
    assert f'table: "public.homework_{where}_{{{{ inputs.taxi }}}}"' in text
    assert f"yellow_{where}_homework_row_id" in text
    assert ("{{ envs.taxi_base_url }}" in text) is not public
    assert (module.TAXI_RELEASES in text) is public
    assert "disabled: false" not in text


def test_counts_are_compared_file_by_file() -> None:
    execution = SimpleNamespace(labels={"file": "green_tripdata_2020-04.csv", "taxi": "green"}, outputs={"rows": 9})
    assert _homework(public=False, rows=7).check_counts([execution]) == 7
    assert _homework(public=True, rows=9).check_counts([execution, execution]) == 18
    with pytest.raises(
        AssertionError,
        match=r'has 7 rows, and the table 8: .* Run lab\.postgres\.drop\("public\.homework_local_green"\)',
    ):
        _homework(public=False, rows=8).check_counts([execution])


def test_nothing_begins_without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 << 30))
    with pytest.raises(StackError, match="14 GiB of disk are needed, and 3 are free"):
        _homework(public=True).check_machine()


def test_nothing_begins_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise requests.ConnectionError("no route")

    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300 << 30))
    monkeypatch.setattr(requests.Session, "get", refuse)
    with pytest.raises(SourceFailed, match="leave the switch off"):
        _homework(public=True).check_machine()


def test_with_room_and_network_the_time_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300 << 30))
    monkeypatch.setattr(module, "_measure_network", lambda: 2e6)
    disk, network, minutes = _homework(public=True).check_machine()
    assert "300 GiB are free, about 14 are needed" in disk
    assert "2.0 MB/s" in network
    assert "about 15 minutes" in minutes


def test_the_notebook_says_what_the_public_files_take() -> None:
    text = (NOTEBOOKS / "homework" / "2026.ipynb").read_text(encoding="utf-8")
    seconds = module.PUBLIC_ROWS / module.ROWS_A_SECOND
    fetched = module.PUBLIC_ROWS * module.BYTES_A_ROW
    assert (
        f"{sum(module.PUBLIC_GIB.values())} GiB of disk at the peak, of which {module.PUBLIC_GIB['the database']}"
        in text
    )
    assert f"{fetched / 1e9:.1f} GB packed" in text
    assert f"some {round(seconds / 60, -1):.0f} minutes beside" in text
    assert f"{fetched / 2e6 / 60:.0f} minutes at 2 MB/s" in text


def test_other_files_need_no_check() -> None:
    [line] = _homework(public=False).check_machine()
    assert "nothing of it is an answer" in line


def test_cleaning_up_takes_flows_and_tables() -> None:
    homework = _homework(public=False)
    homework.clean_up()
    assert homework.lab.kestra.deleted == list(module.FLOWS)
    assert homework.lab.postgres.statements == [
        f"DROP TABLE IF EXISTS public.homework_local_{taxi}" for taxi in ("yellow", "green")
    ]

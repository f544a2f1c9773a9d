"""A path from the project's root is found from every working folder."""

from pathlib import Path

import pytest

import workbook
from workbook.project import ROOT, project_path

FLOW = "flows/01_hello_world.yaml"


@pytest.mark.parametrize("folder", [ROOT, ROOT / "notebooks", ROOT / "tests" / "unit"])
def test_a_path_from_the_root_is_found_from_anywhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert project_path(FLOW).samefile(ROOT / FLOW)
    assert workbook.read_flow(FLOW) == (ROOT / FLOW).read_text()


def test_a_file_of_the_working_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / FLOW).write_text("id: mine\n")
    monkeypatch.chdir(tmp_path)
    assert workbook.read_flow(FLOW) == "id: mine\n"


def test_what_is_nowhere_is_named_as_it_was_asked_for() -> None:
    with pytest.raises(workbook.NotFound, match=r"flows/99_nothing\.yaml"):
        workbook.read_flow("flows/99_nothing.yaml")

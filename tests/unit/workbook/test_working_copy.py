"""The learner's copies: what is renewed, what is kept, and that nothing a learner wrote is lost."""

import json
from pathlib import Path

import pytest

from workbook import working_copy
from workbook.errors import NotFound
from workbook.working_copy import renew

TAXI = "04_taxi.ipynb"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two lessons and one in a folder below; the folder of the learner does not exist yet."""
    originals = tmp_path / "notebooks"
    for name in ("00_tour.ipynb", TAXI, "homework/2026.ipynb"):
        write(originals / name, "print(1)")
    return originals, tmp_path / "my-lessons"


def write(path: Path, source: str) -> None:
    """A notebook of one cell that has run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    output = {"output_type": "stream", "name": "stdout", "text": ["the answer"]}
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": [source],
        "outputs": [output],
        "execution_count": 3,
    }
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def source(path: Path) -> str:
    """What the one cell says."""
    return "".join(json.loads(path.read_text())["cells"][0]["source"])


def spoken_lines(outcome: working_copy.Outcome) -> str:
    return "\n".join(outcome.lines("my-lessons"))


def test_the_first_copy_is_of_all_and_has_no_outputs(folders: tuple[Path, Path]) -> None:
    outcome = renew("", *folders)
    assert outcome.added == ["00_tour.ipynb", TAXI, "homework/2026.ipynb"]
    assert spoken_lines(outcome) == "3 notebooks copied to my-lessons/, which is yours to change: 00, 04, homework/2026"
    for name in outcome.added:
        [cell] = json.loads((folders[1] / name).read_text())["cells"]
        assert (cell["source"], cell["outputs"], cell["execution_count"]) == (["print(1)"], [], None)


def test_nothing_new_says_nothing_and_touches_nothing(folders: tuple[Path, Path]) -> None:
    renew("", *folders)
    write(folders[1] / TAXI, "print(1)")  # run, not changed
    before = (folders[1] / TAXI).read_bytes()
    assert spoken_lines(renew("", *folders)) == ""
    assert (folders[1] / TAXI).read_bytes() == before


def test_a_copy_names_the_kernel_that_opens_it(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working_copy, "kernel_metadata", lambda: {"language_info": {"version": "3.11"}})
    renew("", *folders)
    write(folders[1] / TAXI, "print(1)")  # run
    monkeypatch.setattr(working_copy, "kernel_metadata", lambda: {"language_info": {"version": "3.12"}})
    assert spoken_lines(renew("", *folders)) == ""
    named = {path.name: json.loads(path.read_text())["metadata"] for path in folders[1].rglob("*.ipynb")}
    newer = {"language_info": {"version": "3.12"}}
    assert named == {"00_tour.ipynb": newer, TAXI: {}, "2026.ipynb": newer}


def test_a_lesson_that_was_only_run_is_renewed(folders: tuple[Path, Path]) -> None:
    renew("", *folders)
    write(folders[1] / TAXI, "print(1)")
    write(folders[0] / TAXI, "print(2)")
    outcome = renew("", *folders)
    assert spoken_lines(outcome) == "1 notebook renewed that you had not changed: 04"
    assert source(folders[1] / TAXI) == "print(2)"


def test_a_changed_lesson_is_kept_and_its_learner_told_each_time(folders: tuple[Path, Path]) -> None:
    renew("", *folders)
    write(folders[1] / TAXI, "answer = 42")
    assert spoken_lines(renew("", *folders)) == ""
    write(folders[0] / TAXI, "print(2)")
    for _ in range(2):
        text = spoken_lines(renew("", *folders))
        assert "newer 04; yours is kept" in text
        assert "`make lab RESET=04`" in text
        assert source(folders[1] / TAXI) == "answer = 42"


def test_a_reset_keeps_the_old_one_beside_the_fresh_one_each_time(folders: tuple[Path, Path]) -> None:
    renew("", *folders)
    kept = []
    for answer in ("answer = 1", "answer = 2", "answer = 3"):
        write(folders[1] / TAXI, answer)
        outcome = renew("04", *folders)
        [name] = outcome.reset.values()
        assert name is not None
        assert spoken_lines(outcome) == f"my-lessons/{TAXI} is fresh; yours is kept as my-lessons/{name}"
        assert source(folders[1] / TAXI) == "print(1)"
        kept.append(source(folders[1] / name))
    assert kept == ["answer = 1", "answer = 2", "answer = 3"]
    assert len(list(folders[1].glob("04_taxi*.ipynb"))) == 4
    assert spoken_lines(renew("", *folders)) == ""


def test_a_reset_of_what_is_fresh_keeps_nothing_beside_it(folders: tuple[Path, Path]) -> None:
    renew("", *folders)
    assert renew("homework", *folders).reset == {"homework/2026.ipynb": None}
    assert sorted(path.name for path in folders[1].rglob("*.ipynb")) == ["00_tour.ipynb", TAXI, "2026.ipynb"]


@pytest.mark.parametrize("name", ["04", TAXI, f"my-lessons/{TAXI}", f"notebooks/{TAXI}"])
def test_a_lesson_is_named_in_any_way_that_a_learner_sees(folders: tuple[Path, Path], name: str) -> None:
    renew("", *folders)
    assert list(renew(name, *folders).reset) == [TAXI]


def test_an_unknown_lesson_is_refused_and_nothing_is_copied(folders: tuple[Path, Path]) -> None:
    with pytest.raises(NotFound, match=r"No lesson begins with '44'. There are: 00, 04, homework/2026"):
        renew("44", *folders)
    assert not folders[1].exists()


def test_a_removed_copy_comes_back_and_one_whose_original_went_stays(folders: tuple[Path, Path]) -> None:
    renew("", *folders)
    (folders[1] / TAXI).unlink()
    (folders[0] / "00_tour.ipynb").unlink()
    assert renew("", *folders).added == [TAXI]
    assert source(folders[1] / "00_tour.ipynb") == "print(1)"


@pytest.mark.parametrize("text", ["", "[]", "{broken"])
def test_what_is_no_notebook_any_more_is_kept(folders: tuple[Path, Path], text: str) -> None:
    renew("", *folders)
    (folders[1] / TAXI).write_text(text)
    write(folders[0] / TAXI, "print(2)")
    assert renew("", *folders).outdated == [TAXI]
    assert (folders[1] / TAXI).read_text() == text


@pytest.mark.parametrize("state", [None, "", "[]", "{broken"])
def test_a_lost_state_loses_no_work(folders: tuple[Path, Path], state: str | None) -> None:
    renew("", *folders)
    write(folders[1] / TAXI, "answer = 42")
    file = folders[1] / working_copy.STATE
    file.unlink() if state is None else file.write_text(state)
    outcome = renew("", *folders)
    assert (outcome.added, outcome.renewed, outcome.outdated) == ([], [], [TAXI])
    assert source(folders[1] / TAXI) == "answer = 42"
    write(folders[0] / "00_tour.ipynb", "print(2)")
    assert renew("", *folders).renewed == ["00_tour.ipynb"]


def test_what_tools_keep_in_hidden_folders_is_no_lesson(folders: tuple[Path, Path]) -> None:
    write(folders[0] / ".ipynb_checkpoints" / TAXI, "print(0)")
    assert len(renew("", *folders).added) == 3

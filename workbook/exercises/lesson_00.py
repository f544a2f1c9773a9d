"""Checks of lesson 00."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.exercises.learner_flow import current_execution
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from workbook.lab import Lab

FLOW = "00_tour"
DEFAULT_GREETING = "Good morning"


@exercise("00.1")
def greeting_of_your_own(lab: Lab, answer: Any) -> str:
    """An execution with another greeting than the flow's default."""
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. Read its log: lab.kestra.logs(answer).")
    greeting = execution.inputs["greeting"]
    if greeting == DEFAULT_GREETING:
        raise Hint(f"This one says {greeting!r}, the default. Pass your own: inputs={{'greeting': '...'}}.")
    return f"One flow, two executions, and the second said {greeting!r}. What changes between runs belongs in an input."


@exercise("00.2")
def rows_of_a_year(lab: Lab, answer: Any) -> str:
    """The rows of the yellow files of 2020, from the manifest."""
    try:
        number = int(answer)
    except (TypeError, ValueError) as no_number:
        raise Hint(f"The answer is a {type(answer).__name__}; put one number into it.") from no_number
    files = list(lab.dataset.manifest()["files"].values())
    if number != sum(file["rows"] for file in files if file["taxi"] == "yellow" and file["year"] == 2020):
        raise Hint(_what_was_counted(files, number))
    return "Now you can tell a complete load of 2020 from half of one. Lesson 05 compares with this very number."


def _what_was_counted(files: list[dict[str, Any]], number: int) -> str:
    yellow = [file for file in files if file["taxi"] == "yellow"]
    of_2020 = [file for file in files if file["year"] == 2020]
    mistakes = {
        sum(file["year"] == 2020 for file in yellow): "That is the number of files. Add up their column `rows`.",
        sum(file["rows"] for file in yellow): "Those are the yellow rows of all years. Keep only year == 2020.",
        sum(file["rows"] for file in of_2020): "Those are both taxis. Keep only taxi == 'yellow'.",
        sum(file["rows"] for file in of_2020 if file["taxi"] == "green"): "Those are the green rows; you want yellow.",
    }
    advice = "Filter `files` by taxi and by year, then add up the column `rows`."
    return mistakes.get(number, f"{number:,} is not what the manifest says. {advice}")


@exercise("00.3")
def path_of_a_file(lab: Lab, answer: Any) -> str:
    """The path of the file that an execution with the greeting `Found me` wrote."""
    if str(answer).startswith("kestra:"):
        raise Hint("That is the file's address inside Kestra. On disk it lies below lab.storage: look for it there.")
    if not isinstance(answer, str | Path):
        raise Hint(f"The answer is a {type(answer).__name__}; a path is asked for. A glob gives many: take one.")
    file = Path(answer)
    if not file.resolve().is_relative_to(lab.storage.resolve()):
        raise Hint(f"That path lies outside of the storage. Start from lab.storage ({lab.storage.name}/).")
    if not file.exists():
        raise Hint("There is nothing at that path. The folder is .../executions/<execution id>/tasks/note/*/.")
    if file.is_dir():
        raise Hint("That is a folder. The file lies deeper: tasks/note/<task run>/<name>.txt.")
    if not (content := file.read_text()).startswith("Found me"):
        raise Hint(f"That file says {content!r}: it is another execution's. Start from the id of the one you ran.")
    return "When somebody asks where the data of last night's run is, you know the way from an execution to its file."

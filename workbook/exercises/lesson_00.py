"""Checks of lesson 00."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbook.exercises.learner_flow import current_execution
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Execution, Flow

if TYPE_CHECKING:
    from workbook.lab import Lab

FLOW = "00_tour"
DEFAULT_GREETING = "Good morning"
ID_LENGTH = 18
"""Kestra's ids have more letters and digits than this; a greeting in one word rarely has."""


@exercise("00.1")
def greeting_of_your_own(lab: Lab, answer: Any) -> str:
    """An execution with another greeting than the flow's default."""
    if isinstance(answer, str) and answer.isalnum() and len(answer) > ID_LENGTH:
        raise Hint("That is an execution's id. Put the execution itself into the answer, without `.id`.")
    if isinstance(answer, Flow):
        raise Hint("That is the flow, the recipe. Run it: lab.kestra.execute(flow, inputs={'greeting': '...'}).")
    execution = current_execution(lab, answer, FLOW)
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. Read its log: lab.kestra.logs(answer).")
    greeting = execution.inputs["greeting"]
    if not greeting.strip():
        raise Hint("This one says nothing: its greeting is empty. Pass words of your own.")
    if greeting == DEFAULT_GREETING:
        raise Hint(f"This one says {greeting!r}, the default. Pass your own: inputs={{'greeting': '...'}}.")
    return f"One flow, two executions, and the second said {greeting!r}. What changes between runs belongs in an input."


@exercise("00.2")
def rows_of_a_year(lab: Lab, answer: Any) -> str:
    """The rows of the yellow files of 2020, from the manifest."""
    number = _one_number(answer)
    files = list(lab.dataset.manifest()["files"].values())
    if number != sum(file["rows"] for file in files if file["taxi"] == "yellow" and file["year"] == 2020):
        raise Hint(_what_was_counted(files, number))
    return "Now you can tell a complete load of 2020 from half of one. Lesson 05 compares with this very number."


def _one_number(answer: Any) -> int:
    """The learner's number.

    Raises:
        Hint: it is none, or many.
    """
    if isinstance(answer, pd.Series | pd.DataFrame):
        raise Hint(f"The answer is a table of {len(answer)} rows. Take its column `rows`, and add it up with .sum().")
    if callable(answer):
        raise Hint("The answer is a function that was not called: a pair of parentheses is missing, as in .sum().")
    try:
        return int(float(str(answer).replace(",", "").replace("_", "")))
    except (ValueError, OverflowError) as no_number:
        raise Hint(f"The answer is a {type(answer).__name__}; put one whole number into it.") from no_number


def _what_was_counted(files: list[dict[str, Any]], number: int) -> str:
    yellow = [file for file in files if file["taxi"] == "yellow"]
    of_2020 = [file for file in files if file["year"] == 2020]
    yellow_of_2020 = [file for file in yellow if file["year"] == 2020]
    mistakes = {
        0: "No row is left. In `files` the year is a number and the taxi a text: year == 2020, taxi == 'yellow'.",
        sum(file["bytes"] for file in yellow_of_2020): "Those are the bytes of the files. Add up the column `rows`.",
        sum(file["rows"] for file in yellow_of_2020) // len(yellow_of_2020): "That is the average month. Add them up.",
        sum(file["year"] == 2020 for file in yellow): "That is the number of files. Add up their column `rows`.",
        sum(file["rows"] for file in yellow): "Those are the yellow rows of all years. Keep only year == 2020.",
        sum(file["rows"] for file in of_2020): "Those are both taxis. Keep only taxi == 'yellow'.",
        sum(file["rows"] for file in of_2020 if file["taxi"] == "green"): "Those are the green rows; you want yellow.",
    }
    for year in (2019, 2021):
        rows = sum(file["rows"] for file in yellow if file["year"] == year)
        mistakes[rows] = f"Those are the yellow rows of {year}. Keep only year == 2020."
    advice = "Filter `files` by taxi and by year, then add up the column `rows`."
    return mistakes.get(number, f"{number:,} is not what the manifest says. {advice}")


@exercise("00.3")
def path_of_a_file(lab: Lab, answer: Any) -> str:
    """The path of the file that an execution with the greeting `Found me` wrote."""
    file = _one_path(answer)
    if (lab.storage / file).is_file() and not file.is_absolute():
        raise Hint("That path begins inside of the storage. Put lab.storage / before it.")
    if not file.resolve().is_relative_to(lab.storage.resolve()):
        raise Hint(f"That path lies outside of the storage. Start from lab.storage ({lab.storage.name}/).")
    if not file.exists():
        raise Hint("There is nothing at that path. The folder is .../executions/<execution id>/tasks/note/*/.")
    if file.is_dir():
        raise Hint("That is a folder. The file lies deeper: tasks/note/<task run>/<name>.txt.")
    if not (content := file.read_text()).startswith("Found me"):
        raise Hint(f"That file says {content!r}: it is another execution's. Start from the id of the one you ran.")
    return "When somebody asks where the data of last night's run is, you know the way from an execution to its file."


def _one_path(answer: Any) -> Path:
    """The learner's path.

    Raises:
        Hint: it is none, or many.
    """
    if str(answer).startswith("kestra:"):
        raise Hint("That is the file's address inside Kestra. On disk it lies below lab.storage: look for it there.")
    if isinstance(answer, list) and len(answer) == 1:
        raise Hint("The answer is a list with one path in it. Take the path out: [answer] = ..., or answer[0].")
    if isinstance(answer, Execution):
        raise Hint(
            "That is the execution. Its file lies below lab.storage / 'main/zoomcamp/00-tour/executions' / its id."
        )
    if isinstance(answer, str) and answer.startswith("Found me"):
        raise Hint("That is what the file says. The exercise asks where it lies: the path, without read_text().")
    if not isinstance(answer, str | Path):
        raise Hint(f"The answer is a {type(answer).__name__}; a path is asked for. A glob gives many: take one.")
    return Path(answer)

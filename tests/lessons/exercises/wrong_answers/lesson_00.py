"""Typical wrong answers of lesson 00, each with a part of the hint it must get."""

import pandas as pd

FLOW = "zoomcamp/00_tour"


def _execution_with(lab, greeting):
    lab.kestra.import_flow(lab.settings.root / "flows" / "00_tour.yaml")
    return lab.kestra.execute(FLOW, inputs={"greeting": greeting})


def _rows(lab, taxi=None, year=None):
    files = lab.dataset.manifest()["files"].values()
    return sum(file["rows"] for file in files if taxi in (None, file["taxi"]) and year in (None, file["year"]))


def _folder(lab, greeting):
    return lab.storage / "main/zoomcamp/00-tour/executions" / _execution_with(lab, greeting).id / "tasks/note"


def _inside(lab, greeting):
    return next(_folder(lab, greeting).glob("*/*.txt")).relative_to(lab.storage)


def _execution_of_another_flow(lab):
    lab.kestra.import_flow("flows/01_hello_world.yaml")
    return lab.kestra.execute("zoomcamp/01_hello_world", inputs={"name": "Ada"}, wait=False)


def _table(lab):
    files = pd.DataFrame(lab.dataset.manifest()["files"].values())
    return files[(files["taxi"] == "yellow") & (files["year"] == 2020)]


WRONG = {
    "00.1": [
        (lambda lab: _execution_with(lab, "Good morning"), "the default"),
        (lambda lab: "Buenos días", "lab.kestra.execute"),
        (lambda lab: _execution_with(lab, "Hi").id, "without `.id`"),
        (lambda lab: lab.kestra.import_flow("flows/00_tour.yaml"), "the recipe"),
        (lambda lab: _execution_with(lab, "  "), "says nothing"),
        (lambda lab: _execution_of_another_flow(lab), "one of 00_tour"),
        (lambda lab: _execution_with(lab, "Hi").state, "The answer is a"),
    ],
    "00.2": [
        (lambda lab: 12, "number of files"),
        (lambda lab: _rows(lab, "yellow"), "all years"),
        (lambda lab: _rows(lab, year=2020), "both taxis"),
        (lambda lab: _rows(lab, "green", 2020), "green rows"),
        (lambda lab: "many", "put one whole number"),
        (lambda lab: _table(lab), "a table of 12 rows"),
        (lambda lab: _table(lab)["rows"], "add it up with .sum()"),
        (lambda lab: _table(lab)["rows"].sum, "parentheses"),
        (lambda lab: _rows(lab, "yellow", "2020"), "the year is a number"),
        (lambda lab: _table(lab)["bytes"].sum(), "the bytes"),
        (lambda lab: _table(lab)["rows"].mean(), "average month"),
        (lambda lab: _rows(lab, "yellow", 2019), "yellow rows of 2019"),
        (lambda lab: 1, "Filter `files`"),
    ],
    "00.3": [
        (lambda lab: _folder(lab, "Found me"), "a folder"),
        (lambda lab: next(_folder(lab, "Lost").glob("*/*.txt")), "another execution's"),
        (lambda lab: _execution_with(lab, "Found me").output("note")["uri"], "inside Kestra"),
        (lambda lab: lab.storage / "found.txt", "nothing at that path"),
        (lambda lab: lab.settings.root / "README.md", "outside of the storage"),
        (lambda lab: _folder(lab, "Found me").glob("*/*.txt"), "take one"),
        (lambda lab: list(_folder(lab, "Found me").glob("*/*.txt")), "Take the path out"),
        (lambda lab: next(_folder(lab, "Found me").glob("*/*.txt")).read_text(), "what the file says"),
        (lambda lab: _execution_with(lab, "Found me"), "That is the execution"),
        (lambda lab: _inside(lab, "Found me"), "lab.storage / before it"),
    ],
}

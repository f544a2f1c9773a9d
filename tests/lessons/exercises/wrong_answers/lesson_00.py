"""Typical wrong answers of lesson 00, each with a part of the hint it must get."""

FLOW = "zoomcamp/00_tour"


def _execution_with(lab, greeting):
    lab.kestra.import_flow(lab.settings.root / "flows" / "00_tour.yaml")
    return lab.kestra.execute(FLOW, inputs={"greeting": greeting})


def _rows(lab, taxi=None, year=None):
    files = lab.dataset.manifest()["files"].values()
    return sum(file["rows"] for file in files if taxi in (None, file["taxi"]) and year in (None, file["year"]))


def _folder(lab, greeting):
    return lab.storage / "main/zoomcamp/00-tour/executions" / _execution_with(lab, greeting).id / "tasks/note"


WRONG = {
    "00.1": [
        (lambda lab: _execution_with(lab, "Good morning"), "the default"),
        (lambda lab: "Buenos días", "lab.kestra.execute"),
    ],
    "00.2": [
        (lambda lab: 12, "number of files"),
        (lambda lab: _rows(lab, "yellow"), "all years"),
        (lambda lab: _rows(lab, year=2020), "both taxis"),
        (lambda lab: _rows(lab, "green", 2020), "green rows"),
        (lambda lab: "many", "put one number"),
        (lambda lab: 1, "Filter `files`"),
    ],
    "00.3": [
        (lambda lab: _folder(lab, "Found me"), "a folder"),
        (lambda lab: next(_folder(lab, "Lost").glob("*/*.txt")), "another execution's"),
        (lambda lab: _execution_with(lab, "Found me").output("note")["uri"], "inside Kestra"),
        (lambda lab: lab.storage / "found.txt", "nothing at that path"),
        (lambda lab: lab.settings.root / "README.md", "outside of the storage"),
        (lambda lab: _folder(lab, "Found me").glob("*/*.txt"), "take one"),
    ],
}

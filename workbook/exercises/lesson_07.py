"""Checks of lesson 07."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbook.errors import NotFound
from workbook.exercises.learner_flow import block, last_error, learner_flow, run, text
from workbook.exercises.registry import Hint, exercise
from workbook.kestra.models import Flow

if TYPE_CHECKING:
    from workbook.lab import Lab

NAMESPACE, SETUP = "zoomcamp", "07_gcp_setup"
STAGING = "exercise_07_3"
REGION, CLASS = "EUROPE-WEST1", "COLDLINE"
OBJECT = "exercise/07-2.txt"
FOLDER = "exercise/07-4/"
LABELS = {"purpose": "staging"}
WANTED = (
    *(f"{FOLDER}green/green_2020-{month:02}.csv" for month in range(1, 13)),
    *(f"{FOLDER}yellow/yellow_2020-{month:02}.csv" for month in range(1, 13)),
    *(f"{FOLDER}top_2020-{part}.csv" for part in ("a", "b", "c")),
)
"""More than the 25 that a listing takes unless it is told otherwise."""
OTHERS = {
    f"{FOLDER}green/green_2019-12.csv": "It also lists {}, which is of another year.",
    f"{FOLDER}top_2020-a.csv.gz": "It also lists {}, which is a packed file.",
    f"{FOLDER}notes_2020-csv.txt": "It also lists {}, which is no CSV file: a dot stands for any letter.",
}


@contextmanager
def _tried(lab: Lab, number: str, answer: Any) -> Iterator[Flow]:
    """A flow with the learner's task, and the plugin defaults of the lesson's flow.

    Raises:
        Hint: the engine refuses it, or the lesson's flow is not there.
    """
    try:
        defaults = lab.kestra.flow(f"{NAMESPACE}/{SETUP}").part("pluginDefaults")
    except NotFound as missing:
        raise Hint(f"The flow {SETUP} is not on the server. Run the lesson from its beginning.") from missing
    head = f"id: exercise_{number.replace('.', '_')}\nnamespace: {NAMESPACE}\ntasks:\n"
    with learner_flow(lab, f"{head}{block(text(answer), 2)}\n{defaults}") as flow:
        yield flow


@exercise("07.1")
def archive(lab: Lab, answer: Any) -> str:
    """A task that makes a bucket in another region and of another class."""
    name = f"{lab.kestra.kv(NAMESPACE)['GCP_PROJECT_ID']}-exercise-07-1"
    with _tried(lab, "07.1", answer) as flow:
        lab.gcs.drop(name)
        run(lab, flow, {})
    if name not in lab.gcs.buckets():
        near = [other for other in lab.gcs.buckets() if "exercise" in other]
        found = f", but there is {near[0]}" if near else ""
        raise Hint(f"The flow ran, and there is no bucket {name}{found}. What does your task call it?")
    bucket = lab.gcs.client.get_bucket(name)
    if bucket.location != REGION:
        raise Hint(
            f"The bucket is in {bucket.location.lower()}, and {REGION.lower()} is asked for. Where does the location "
            "of your task come from?"
        )
    if bucket.storage_class != CLASS:
        raise Hint(f"Its storage class is {bucket.storage_class}, and {CLASS} is asked for.")
    return "What the task says wins over the plugin defaults. COLDLINE is cheap to keep and dear to read: for archives."


@exercise("07.2")
def missing_is_fine(lab: Lab, answer: Any) -> str:
    """A task that deletes an object if it is there."""
    bucket = lab.kestra.kv(NAMESPACE)["GCP_BUCKET_NAME"]
    with _tried(lab, "07.2", answer) as flow:
        lab.gcs.upload(b"to be removed", bucket, OBJECT)
        run(lab, flow, {})
        if len(lab.gcs.objects(bucket, OBJECT)):
            lab.gcs.delete(bucket, OBJECT)
            raise Hint(f"gs://{bucket}/{OBJECT} is still there after your task has run.")
        second = lab.kestra.execute(flow, check=False)
    if second.state == "WARNING":
        raise Hint(
            "The task still fails, and the flow looks away: from a wrong key too. Say that *missing* is no error."
        )
    if not second.succeeded:
        raise Hint("With the object it works. Without it the execution ends FAILED: say that this is no error.")
    return "Deleting is idempotent now: the task promises that the object is gone, not that it was there."


@exercise("07.3")
def staging(lab: Lab, answer: Any) -> str:
    """A task that makes a data set, and sets it right again when somebody changed it."""
    client = lab.bigquery.client
    with _tried(lab, "07.3", answer) as flow:
        lab.bigquery.drop(STAGING)
        run(lab, flow, {})
        if STAGING not in lab.bigquery.datasets():
            raise Hint(f"The flow ran, and there is no data set {STAGING}. What does your task call it?")
        dataset = client.get_dataset(STAGING)
        description = dataset.description
        if not description:
            raise Hint("The data set has no description. Who comes after you will want one.")
        if not LABELS.items() <= dataset.labels.items():
            raise Hint(f"Its labels are {dataset.labels or 'none'}, and {LABELS} is asked for.")
        dataset.description = "changed by hand"
        client.update_dataset(dataset, ["description"])
        second = lab.kestra.execute(flow, check=False)
    if not second.succeeded:
        why = last_error(lab, second)
        raise Hint(
            f"The first run works, the second fails: the data set is there already. What does ifExists say? {why}"
        )
    if client.get_dataset(STAGING).description != description:
        raise Hint(
            "Somebody changed the description, and your flow left it so. Which of the three policies changes it?"
        )
    return (
        "What is written in the flow is how it is: whoever wants it otherwise changes the flow, and everybody sees it."
    )


@exercise("07.4")
def of_2020(lab: Lab, answer: Any) -> str:
    """A listing of the CSV files of one year."""
    bucket = lab.kestra.kv(NAMESPACE)["GCP_BUCKET_NAME"]
    with _tried(lab, "07.4", answer) as flow:
        for name in (*WANTED, *OTHERS):
            lab.gcs.upload(b"", bucket, name)
        try:
            done = run(lab, flow, {})
        finally:
            lab.gcs.delete(bucket, FOLDER)
    runs = done.task_runs_of("found")
    if not runs:
        raise Hint("No task called found ran. The id of your task is to be found: its output is read by that name.")
    names = [blob["name"] for blob in done.output("found").get("blobs", [])]
    _are_the_wanted(names)
    return "One listing instead of a folder walk: names are sorted texts, and a regular expression is a filter on them."


def _are_the_wanted(names: list[str]) -> None:
    if directories := [name for name in names if name.endswith("/")]:
        raise Hint(f"It lists {directories[0]}, a directory. Which listingType goes into them?")
    for name, advice in OTHERS.items():
        if name in names:
            raise Hint(advice.format(name))
    missing = [name for name in WANTED if name not in names]
    if missing and len(names) == 25:
        raise Hint("It lists 25 of them, and there are more: a listing stops there unless maxFiles says otherwise.")
    if not names:
        raise Hint("It lists no file. Does your regular expression begin before gs:// and go to the end of the name?")
    if missing:
        raise Hint(f"It lists {len(names)} of {len(WANTED)} files; {missing[0]} is not among them.")

"""Checks of lesson 11."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import yaml

from workbook.errors import NotFound, QueryFailed
from workbook.exercises.learner_flow import current_execution, learner_flow, text
from workbook.exercises.registry import Hint, exercise

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from workbook.kestra.models import Flow
    from workbook.lab import Lab

NAMESPACE, FLOW, TRIGGER = "com.flowio", "s3-json-ingestion_practice", "s3_trigger"
BUCKET, FOLDER = "static-staging.flowio.app", "resources/kestra_test/"
NAME, NUMBER = "mine.json", 7
NUMBERS = range(20)
"""Generated answers that somebody may have taken instead."""

QUERY = "SELECT currency, count() AS offers, min(extracted_price) AS cheapest FROM {table} WHERE {condition}"
IN_STOCK = "extracted_price IS NOT NULL AND stock_information = 'In stock'"

INCOMING = "lessons/incoming/"
WANTED = {f"{INCOMING}monday.csv", f"{INCOMING}tuesday.csv"}
NOTE, OLD, LOOKALIKE = f"{INCOMING}note.txt", f"{INCOMING}old/sunday.csv", f"{INCOMING}about.csv.txt"
OTHERS = {NOTE, OLD, LOOKALIKE}
WATCHING = {
    "id": "exercise_11_3",
    "namespace": NAMESPACE,
    "tasks": [{"id": "say", "type": "io.kestra.plugin.core.log.Log", "message": "{{ trigger.objects }}"}],
}
REACH = {
    "interval": "PT1S",
    "endpointOverride": "{{ envs.aws_endpoint_url }}",
    "region": "{{ envs.aws_region }}",
    "accessKeyId": "{{ secret('AWS_ACCESS_KEY_ID') }}",
    "secretKeyId": "{{ secret('AWS_SECRET_ACCESS_KEY') }}",
    "compatibilityMode": True,
    "forcePathStyle": True,
}
"""What the learner leaves to the check. The server on the loopback address is none that AWS has."""
ACTIONS = ("MOVE", "DELETE", "NONE")
FIRST_SECONDS, MORE_SECONDS, POLL_SECONDS = 12.0, 3.0, 0.25


@exercise("11.1")
def dropped_file(lab: Lab, answer: Any) -> str:
    """An execution that the trigger started for one more file."""
    execution = current_execution(lab, answer, FLOW)
    objects = ((execution.trigger or {}).get("variables") or {}).get("objects")
    if not objects:
        raise Hint("You started this one yourself. Upload the file, and wait with lab.kestra.triggered.")
    if (key := objects[0]["key"]) != FOLDER + NAME:
        raise Hint(f"This execution is for {key}. The exercise asks for one for {FOLDER}{NAME}.")
    content = lab.s3.read(BUCKET, f"{FOLDER}{'processed' if execution.succeeded else 'failed'}/{NAME}")
    if content != lab.dataset.lens(NUMBER):
        number = next((candidate for candidate in NUMBERS if lab.dataset.lens(candidate) == content), None)
        raise Hint(f"{NAME} does not hold answer {NUMBER}, but {'something else' if number is None else number}.")
    if not execution.succeeded:
        raise Hint(f"The execution ended {execution.state}. What does lab.kestra.logs(answer, level='ERROR') say?")
    return "You did nothing but put a file into a folder. That is all that the partner has to know about your pipeline."


@exercise("11.2")
def in_stock_today(lab: Lab, answer: Any) -> str:
    """An SQL condition for the offers that are surely in stock."""
    condition = text(answer)
    got, wanted = (_offers(lab, where) for where in (condition, IN_STOCK))
    if got.equals(wanted):
        return "A price that nobody can pay is no offer. Conditions like this one decide what a report is worth."
    if got["currency"].isna().any():
        raise Hint("One group has no currency: those are matches without a price. Leave them out.")
    if len(got) == 0:
        raise Hint(f"No row fits. The texts in stock_information are {_stocks(lab)}, letter by letter.")
    mistakes = {
        "extracted_price IS NOT NULL": (
            "You count what is out of stock, too. stock_information says whether it is there; ask for the whole text, "
            "as 'Out of stock' has the word stock in it as well."
        ),
        "extracted_price IS NOT NULL AND stock_information != 'Out of stock'": (
            "Limited stock is still among them. Only what is surely there counts: ask for the text that you want, "
            "and not for its contrary."
        ),
        "extracted_price IS NOT NULL AND stock_information = 'Out of stock'": "Those are the offers that are gone.",
        "extracted_price IS NOT NULL AND stock_information = 'Limited stock'": (
            "Those are the ones that are nearly gone. Only 'In stock' counts."
        ),
    }
    for mistake, advice in mistakes.items():
        if got.equals(_offers(lab, mistake)):
            raise Hint(advice)
    raise Hint(f"Your condition keeps {got['offers'].sum()} offers; {wanted['offers'].sum()} are in stock.")


def _offers(lab: Lab, condition: str) -> pd.DataFrame:
    """The cheapest offers by currency.

    Raises:
        Hint: ClickHouse refuses the condition, or has no such table.
    """
    if condition.lower().startswith("where"):
        raise Hint("The query has its WHERE already: your condition begins behind WHERE.")
    query = QUERY.format(table=_table(lab), condition=f"({condition}\n) GROUP BY currency ORDER BY currency")
    try:
        return lab.clickhouse.sql(query)
    except QueryFailed as refused:
        quotes = " Text stands in single quotes: 'In stock'. Double quotes name a column." if '"' in condition else ""
        raise Hint(f"ClickHouse does not take this condition: {str(refused).splitlines()[1]}{quotes}") from refused


def _table(lab: Lab) -> str:
    """The table of the practice flow.

    Raises:
        Hint: the lesson has not been run.
    """
    try:
        flow = lab.kestra.flow(f"{NAMESPACE}/{FLOW}")
    except NotFound as missing:
        raise Hint("The practice flow is not there. Run the lesson from its beginning.") from missing
    return next(str(declared["defaults"]) for declared in flow.inputs if declared["id"] == "table_name")


def _stocks(lab: Lab) -> str:
    texts = lab.clickhouse.sql(f"SELECT DISTINCT stock_information AS stock FROM {_table(lab)} ORDER BY stock")["stock"]
    return ", ".join(repr(value) for value in texts.dropna())


@exercise("11.3")
def price_lists(lab: Lab, answer: Any) -> str:
    """A trigger that hands out the CSV files of one folder and deletes them."""
    declared = _declared(text(answer))
    source = yaml.safe_dump({**WATCHING, "triggers": [{**declared, **REACH, "stateKey": f"exercise-{uuid4().hex}"}]})
    with _filled_folder(lab) as before, learner_flow(lab, source) as flow:
        handed = _handed_out(lab, flow)
        left = _keys(lab)
    _compare(handed)
    if WANTED & left:
        raise Hint("The right files are handed out, but they are still in the folder. Which action takes them away?")
    if moved := left - before:
        raise Hint(f"They were moved ({min(moved)}); the exercise asks to delete them.")
    return "Four lines decide what is taken and what becomes of it: folder, delimiter, regexp, action."


def _declared(written: str) -> dict[str, Any]:
    """The trigger that was written.

    Raises:
        Hint: it is no YAML, or not one trigger called `watch`.
    """
    try:
        triggers = yaml.safe_load(written)
    except yaml.YAMLError as error:
        quoted = (
            " In double quotes YAML reads a backslash itself: use single quotes, or none."
            if "escape" in str(error)
            else ""
        )
        raise Hint(f"This is no YAML: {' '.join(str(error).split())[:200]}.{quoted}") from error
    if not isinstance(triggers, list) or len(triggers) != 1 or not isinstance(triggers[0], dict):
        raise Hint("Write a list with one trigger: `- id: watch`, and its properties below, two spaces in.")
    if triggers[0].get("id") != "watch":
        raise Hint(f"The trigger is called {triggers[0].get('id')}; the exercise asks for the id watch.")
    if triggers[0].get("bucket") != BUCKET:
        raise Hint(f"It looks into the bucket {triggers[0].get('bucket')}. The files are in {BUCKET}.")
    if triggers[0].get("action") not in ACTIONS:
        raise Hint(f"Its action is {triggers[0].get('action')}; there are {', '.join(ACTIONS)}.")
    _is_expression(triggers[0].get("regexp"))
    return triggers[0]


def _is_expression(regexp: Any) -> None:
    """Compile the regular expression, if there is one.

    Raises:
        Hint: it is none.
    """
    try:
        re.compile(str(regexp or ""))
    except re.error as error:
        raise Hint(
            f"{regexp} is no regular expression ({error}). A star repeats what is before it; .* is any text."
        ) from error


@contextmanager
def _filled_folder(lab: Lab) -> Iterator[set[str]]:
    """The partner's folder with new files in it, for as long as the block lasts; yields all keys of the bucket."""
    found_there = _keys(lab) - WANTED - OTHERS
    for key in WANTED | OTHERS:
        lab.s3.upload(uuid4().bytes, BUCKET, key)
    try:
        yield _keys(lab)
    finally:
        for key in _keys(lab) - found_there:
            lab.s3.delete(BUCKET, key)


def _keys(lab: Lab) -> set[str]:
    return set(lab.s3.keys(BUCKET)["key"])


def _handed_out(lab: Lab, flow: Flow) -> set[str]:
    """The keys that the trigger hands out: waited for until nothing more comes."""
    keys: set[str] = set()
    quiet_at = time.monotonic() + FIRST_SECONDS
    while time.monotonic() < quiet_at:
        now = {
            item["key"] for run in lab.kestra.executions(flow) for item in (run.trigger or {})["variables"]["objects"]
        }
        if now != keys:
            keys, quiet_at = now, time.monotonic() + MORE_SECONDS
        time.sleep(POLL_SECONDS)
    return keys


def _compare(handed: set[str]) -> None:
    if not handed:
        raise Hint("It hands out nothing. regexp must fit the whole key, folder and all; .* stands for any text.")
    if OLD in handed:
        raise Hint("It hands out old/sunday.csv, from the folder below. Which property stops at the next slash?")
    if NOTE in handed:
        raise Hint("It hands out note.txt, too. Choose the files with regexp.")
    if LOOKALIKE in handed:
        raise Hint("It hands out about.csv.txt. The key has to end with .csv: nothing may stand behind it.")
    if handed != WANTED:
        names = ", ".join(sorted(key.removeprefix(INCOMING) for key in handed))
        raise Hint(f"It hands out {names}; monday.csv and tuesday.csv were to be handed out.")

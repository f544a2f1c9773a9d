"""Checks of lesson 06."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbook.exercises.learner_flow import block, learner_flow, run, text
from workbook.exercises.registry import Blank, Hint, exercise
from workbook.kestra.kv import KeyMissing, KvEntry

if TYPE_CHECKING:
    from workbook.lab import Lab

NAMESPACE, KEY, VALUE = "zoomcamp", "LESSON_06", "maintenance"
TRIAL = "zoomcamp.exercise_06"
"""A namespace of the checks' own: its keys are nobody else's."""
SHORTEST, LONGEST = timedelta(minutes=50), timedelta(minutes=61)
BUCKETS = ("first-bucket", "second-bucket")
RUNS = 3
READABLE = {"B", "D"}
CLEAN = {
    "A": "A is not readable: the engine blots out its secrets in every log.",
    "C": "C is not readable: the length of a secret is not the secret. (Printing it would be blotted out, too.)",
}
OVERLOOKED = {
    "B": "A `Return` task makes an output, and an output is kept as it is. Build B and look at run.outputs.",
    "D": "An execution keeps what was typed into it. Where would you look for the inputs of a run?",
}
ADDRESS_FLOW = f"""
id: exercise_06_2
namespace: {TRIAL}
tasks:
  - id: address
    type: io.kestra.plugin.core.debug.Return
    format: >-
"""
COUNTER_FLOW = f"""
id: exercise_06_3
namespace: {TRIAL}
tasks:
"""


@exercise("06.1")
def gone_in_an_hour(lab: Lab, answer: Any) -> str:
    """The entry of a key that expires after an hour."""
    if not isinstance(answer, KvEntry):
        raise Hint(f"The answer is a {type(answer).__name__}. Take the entry of {KEY} from kv.list().")
    if answer.key != KEY:
        raise Hint(f"That is the entry of {answer.key}; the exercise asks for {KEY}.")
    try:
        value = lab.kestra.kv(NAMESPACE)[KEY]
    except KeyMissing as missing:
        raise Hint(f"{KEY} is not in the store of {NAMESPACE} any more. Set it again.") from missing
    if value != VALUE:
        raise Hint(f"{KEY} holds {value!r}. The text is to be {VALUE!r}.")
    if answer.expires is None:
        raise Hint("The key never expires: kv.set(...) takes a third argument, ttl.")
    left = answer.expires - datetime.now(UTC)
    if not SHORTEST < left < LONGEST:
        raise Hint(f"The key expires in {left.total_seconds() / 60:,.0f} minutes. An hour has 60.")
    return "A value that ends by itself cannot be forgotten: pauses, tokens and one-off exceptions belong in such keys."


@exercise("06.2")
def address_of_the_folder(lab: Lab, answer: Any) -> str:
    """An expression that gives the address of a folder in the bucket of the KV store."""
    written = text(answer)
    kv = lab.kestra.kv(TRIAL)
    try:
        with learner_flow(lab, ADDRESS_FLOW + block(written, 6) + "\n") as flow:
            for bucket in BUCKETS:
                kv["GCP_BUCKET_NAME"] = bucket
                address = str(run(lab, flow, {}).output("address")["value"])
                _is_the_address(address.strip(), bucket)
    finally:
        kv.delete("GCP_BUCKET_NAME")
    return "Rendered when the task runs, from what the store holds then: the flow's text never has to know the bucket."


def _is_the_address(address: str, bucket: str) -> None:
    if address == f"gs://{bucket}/raw":
        return
    if bucket not in address:
        raise Hint(f"With the bucket {bucket} in the store it gives {address!r}. Which function reads the store?")
    raise Hint(f"It gives {address!r}, and gs://{bucket}/raw is asked for.")


@exercise("06.3")
def counted(lab: Lab, answer: Any) -> str:
    """A task that counts how often its flow has run."""
    kv = lab.kestra.kv(TRIAL)
    kv.delete("RUNS")
    try:
        with learner_flow(lab, COUNTER_FLOW + block(text(answer), 2) + "\n") as flow:
            for number in range(1, RUNS + 1):
                run(lab, flow, {})
                _is_counted(kv, number)
    finally:
        kv.delete("RUNS")
    return "State between runs, in one task. (With runs at the same time it may miscount: a concurrency limit helps.)"


def _is_counted(kv: Any, number: int) -> None:
    if "RUNS" not in kv:
        raise Hint(f"After run {number} there is no key RUNS. What does your task call it?")
    value = kv["RUNS"]
    if isinstance(value, str):
        raise Hint(f"RUNS holds the text {value!r}. A number needs kvType: NUMBER.")
    if value != number:
        raise Hint(f"After run {number} RUNS holds {value}. Read the old value with kv(), and add one to it.")


@exercise("06.4")
def readable_afterwards(_: Lab, answer: Any) -> str:
    """The letters of the flows whose secret can be read afterwards."""
    if answer is ... or answer == {...}:
        raise Blank
    if not isinstance(answer, set | frozenset | list | tuple):
        raise Hint(f"The answer is a {type(answer).__name__}. Put letters into the set, such as {{'A', 'C'}}.")
    letters = {str(letter).strip().upper() for letter in answer}
    if unknown := letters - {"A", "B", "C", "D"}:
        raise Hint(f"There is no flow {min(unknown)}. They are called A, B, C and D.")
    for letter in sorted(letters - READABLE):
        raise Hint(CLEAN[letter])
    for letter in sorted(READABLE - letters):
        raise Hint(OVERLOOKED[letter])
    return "Logs are guarded, outputs and inputs are not. Hand a secret to the task that uses it, and to nothing else."

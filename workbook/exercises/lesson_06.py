"""Checks of lesson 06."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbook.exercises.learner_flow import block, kind, last_error, learner_flow, text
from workbook.exercises.registry import Blank, Hint, exercise
from workbook.kestra.kv import KeyMissing, KvEntry
from workbook.kestra.models import Flow

if TYPE_CHECKING:
    from workbook.lab import Lab

NAMESPACE, KEY, VALUE = "zoomcamp", "LESSON_06", "maintenance"
TRIAL = "exercise_06"
"""A namespace of the checks' own, which is below no other: `kv()` would look for a key above, too."""
SHORTEST, LONGEST = timedelta(minutes=50), timedelta(minutes=61)
BUCKETS = ("first-bucket", "second-bucket")
RUNS = 3
KINDS = ("STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON")
MISREAD = {
    r"kv\(\s*[A-Za-z]": "The key's name is a text: in the brackets of kv() it stands in quotes.",
    r"kv *[.\[]": "kv is a function: its brackets are round, and the key's name stands in them, in quotes.",
    r"secret\(": "secret() reads secrets; the KV store has a function of its own.",
    r"(envs|inputs|vars|outputs)\.": "The bucket's name is in the KV store, and nowhere else.",
    r"kv\([^)]*,": "With one argument, kv() reads the store of the flow's own namespace.",
    r"GCP_PROJECT_ID": "A bucket may be called anything: its name is under GCP_BUCKET_NAME.",
    r"kv\(": "The key is GCP_BUCKET_NAME, letter by letter.",
}
"""Mistakes in an expression with `kv`, and what to say of the first one that is there."""
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
        raise Hint(f"The answer is {kind(answer)}. Take the entry of {KEY} from kv.list().")
    if answer.key != KEY:
        raise Hint(f"That is the entry of {answer.key}; the exercise asks for {KEY}.")
    try:
        value = lab.kestra.kv(NAMESPACE)[KEY]
    except KeyMissing as missing:
        raise Hint(f"{KEY} is not in the store of {NAMESPACE} any more. Set it again.") from missing
    if value != VALUE:
        raise Hint(f"{KEY} holds {value!r}. The text is to be {VALUE!r}.")
    expires = next((entry.expires for entry in lab.kestra.kv(NAMESPACE).list() if entry.key == KEY), None)
    if expires is None:
        raise Hint("The key never expires: kv.set(...) takes a third argument, ttl.")
    left = expires - datetime.now(UTC)
    if not SHORTEST < left < LONGEST:
        hours = " timedelta(60) is 60 days; name the unit, as in timedelta(hours=...)." if left.days else ""
        raise Hint(f"The key expires in {left.total_seconds() / 60:,.0f} minutes. An hour has 60.{hours}")
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
                execution = lab.kestra.execute(flow, check=False)
                if not execution.succeeded:
                    raise Hint(f"{last_error(lab, execution)} {_not_rendered(written)}".strip())
                _is_the_address(str(execution.output("address")["value"]).strip(), bucket, written)
    finally:
        kv.delete("GCP_BUCKET_NAME")
    return "Rendered when the task runs, from what the store holds then: the flow's text never has to know the bucket."


def _not_rendered(written: str) -> str:
    """What a mistake in an expression tells, where the engine's message does not."""
    for pattern, advice in MISREAD.items():
        if re.search(pattern, written):
            return advice
    return ""


def _is_the_address(address: str, bucket: str, written: str) -> None:
    if address == f"gs://{bucket}/raw":
        return
    if "kv(" in address:
        raise Hint(f"It gives {address!r}: an expression stands between two braces on either side.")
    if bucket not in address:
        advice = _not_rendered(written) or "Which function reads the store?"
        raise Hint(f"With the bucket {bucket} in the store it gives {address!r}. {advice}")
    raise Hint(f"It gives {address!r}, and gs://{bucket}/raw is asked for.")


@exercise("06.3")
def counted(lab: Lab, answer: Any) -> str:
    """A task that counts how often its flow has run."""
    kv, written = lab.kestra.kv(TRIAL), text(answer)
    kv.delete("RUNS")
    if "namespace:" in written:
        raise Hint("Leave `namespace` out: kv.Set writes where the flow lives, and kv() reads there.")
    if (found := re.search(r"kvType: *[\"']?(\w+)", written)) and found[1] not in KINDS:
        raise Hint(f"kvType is one of {', '.join(KINDS)}, in capitals; {found[1]!r} is none of them.")
    try:
        with learner_flow(lab, COUNTER_FLOW + block(written, 2) + "\n") as flow:
            for number in range(1, RUNS + 1):
                _run_again(lab, flow, number, written)
                _is_counted(kv, number)
    finally:
        kv.delete("RUNS")
    return "State between runs, in one task. (With runs at the same time it may miscount: a concurrency limit helps.)"


def _run_again(lab: Lab, flow: Flow, number: int, written: str) -> None:
    execution = lab.kestra.execute(flow, check=False)
    if execution.succeeded:
        return
    why = last_error(lab, execution)
    if number == 1 and "errorOnMissing" not in written and "kv(" in written:
        why += " Before the first run there is no key: say in kv() that this is no error, and with ?? what holds then."
    elif "{{" not in written:
        why += " What is to be worked out stands between double braces."
    raise Hint(f"The execution ended {execution.state} in run {number}. {why}")


def _is_counted(kv: Any, number: int) -> None:
    if "RUNS" not in kv:
        raise Hint(f"After run {number} there is no key RUNS. What does your task call it?")
    value = kv["RUNS"]
    if isinstance(value, str):
        raise Hint(f"RUNS holds the text {value!r}. A number needs kvType: NUMBER.")
    if value == number:
        return
    if value == number + 1:
        raise Hint(f"After run {number} RUNS holds {value}. Before the first run, nothing has run: begin with 0.")
    raise Hint(f"After run {number} RUNS holds {value}. Read the old value of RUNS with kv(), and add one to it.")


@exercise("06.4")
def readable_afterwards(_: Lab, answer: Any) -> str:
    """The letters of the flows whose secret can be read afterwards."""
    if not isinstance(answer, set | frozenset | list | tuple):
        raise Hint(f"The answer is {kind(answer)}. Put letters into the set, such as {{'A', 'C'}}.")
    if ... in answer:
        raise Blank
    letters = {str(letter).strip().upper() for letter in answer}
    if unknown := letters - {"A", "B", "C", "D"}:
        raise Hint(f"There is no flow {min(unknown)}. They are called A, B, C and D.")
    for letter in sorted(letters - READABLE):
        raise Hint(CLEAN[letter])
    for letter in sorted(READABLE - letters):
        raise Hint(OVERLOOKED[letter])
    return "Logs are guarded, outputs and inputs are not. Hand a secret to the task that uses it, and to nothing else."

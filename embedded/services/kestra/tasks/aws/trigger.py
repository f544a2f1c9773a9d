"""Body of the S3 trigger.

Each object starts exactly one execution, even if the engine is killed. An evaluation downloads objects, records a claim
(the outputs of the execution and its id), moves or deletes the objects, and then requests the execution. The next
evaluation settles the claim if that execution exists; otherwise it repeats the steps after the claim, with the same id.
A claim belongs to one trigger, though several may share a `stateKey`, and holds everything that the later steps need,
since the trigger may be edited meanwhile.

See https://kestra.io/plugins/plugin-aws/s3/io.kestra.plugin.aws.s3.Trigger.
"""

from __future__ import annotations

import time
from typing import Any

from embedded.services.kestra.tasks.aws.connection import client
from embedded.services.kestra.tasks.aws.download import fetch
from embedded.services.kestra.tasks.aws.listing import as_output, matches, walk
from embedded.services.kestra.tasks.aws.move import Move, act, plan
from embedded.services.kestra.tasks.aws.trigger_state import Claim, TriggerState
from embedded.services.kestra.tasks.bridge import Outputs, Task, body
from embedded.services.kestra.tasks.durations import seconds
from embedded.services.kestra.tasks.trigger_rules import alone, is_wanted

IN_FLIGHT_SECONDS = 60
"""Longest time that a hand-out of this process takes to reach the scheduler."""

_handed_out: dict[str, tuple[str, float]] = {}
"""The last hand-out of each trigger: its execution, and when it was."""


@body("io.kestra.plugin.aws.s3.Trigger")
def trigger(task: Task) -> Outputs:
    """Hand out the next objects: new ones, or those of a claim whose execution was never created."""
    run, properties = task.trigger, task.properties
    name = f"{run.namespace()}/{run.flow()}/{run.trigger()}"
    key = properties.get("stateKey") or f"{run.namespace()}_{run.flow()}_{run.trigger()}"
    scope = f"{run.namespace()}/{key}"
    state = TriggerState(task.state_folder, name, scope, seconds(properties.get("stateTtl")))
    with alone(scope):
        claim = state.claim()
        if claim and run.isKnown(claim.execution):
            state.settle()
            claim = None
        if claim and _is_in_flight(name, claim):
            return {"objects": []}
        s3 = client(task)
        if claim:
            task.info(f"The execution {claim.execution} was not created: starting it for the same objects")
        else:
            claim = _look(task, s3, state)
        if not claim:
            return {"objects": []}
        outputs = _hand_out(task, s3, state, claim)
        _handed_out[name] = (claim.execution, time.monotonic())
        return outputs


def _is_in_flight(name: str, claim: Claim) -> bool:
    execution, moment = _handed_out.get(name, ("", 0.0))
    return execution == claim.execution and time.monotonic() - moment < IN_FLIGHT_SECONDS


def _look(task: Task, s3: Any, state: TriggerState) -> Claim | None:
    """Find objects that are new or changed, download and claim them; None if there are none."""
    properties = task.properties
    most = min(properties["maxKeys"], properties["maxFiles"])
    known, unwanted = state.versions(), []
    objects: list[Outputs] = []
    moves: list[Move] = []
    versions: list[tuple[str, str]] = []
    for item in walk(task, s3):
        if len(objects) >= most:
            break
        if not matches(task, item, properties["filter"]):
            continue
        uri, etag = f"s3://{properties['bucket']}/{item['Key']}", item["ETag"]
        before = known.get(uri)
        if before == etag:
            continue
        if not is_wanted(properties["on"], before):
            unwanted.append((uri, etag))
            continue
        outputs = as_output(item)
        moves.append(plan(task, outputs))
        uri_there = fetch(task, s3, item["Key"], etag=etag)["uri"]
        objects.append({"uri": uri_there} | outputs | {"changeType": "CREATE" if before is None else "UPDATE"})
        versions.append((uri, etag))
    state.note(unwanted)
    if not objects:
        return None
    claim = Claim(str(task.trigger.execution()), properties["bucket"], objects, moves)
    state.take(claim, versions)
    return claim


def _hand_out(task: Task, s3: Any, state: TriggerState, claim: Claim) -> Outputs:
    """Move or delete the objects of a claim; what is moved is not new where it arrives."""
    for move in claim.moves:
        etag = act(task, s3, claim.bucket, move)
        if etag:
            state.note([(f"s3://{move.bucket}/{move.target}", etag)])
    return {"objects": claim.objects, "@execution": claim.execution}

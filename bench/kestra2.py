"""Flows on Kestra 1.3 and 2.0: do they give the same results, and how long does the check of 100 take?

`python -m bench.kestra2 same [FOLDER]` runs each flow of a folder as it is on 1.3 and upgraded on 2.0, and compares
the states, the task runs with their outputs, and the outputs of the flow. `python -m bench.kestra2 speed` has the check
read 100 flows. Each starts its engines itself.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flowtests.errors import FlowTestError
from flowtests.flows import FlowFile
from flowtests.folder import Folder
from flowtests.kestra2.check import Verdict, check
from flowtests.kestra2.engine import Kestra2
from flowtests.stack import own_stack
from workbook.errors import WorkbookError
from workbook.kestra import KestraClient

OLD_FLOWS = Path(__file__).parents[1] / "tests/wire/flowtests/kestra2/flows"
SECONDS = 60
AFTER_SECONDS = 1.0
"""Time for the tasks after the end of an execution."""
FLOWS = 100

Result = dict[str, Any]


def compare(folder: Path) -> int:
    """Run the flows of a folder on both, and print what differs; gives the number of those that do."""
    flows = Folder.of(folder).all_flows()
    with Kestra2() as new, tempfile.TemporaryDirectory() as home, own_stack(Path(home), "kestra") as environment:
        verdicts = check(new, flows)
        url, username, password = (environment[f"KESTRA_{name}"] for name in ("URL", "USERNAME", "PASSWORD"))
        old = KestraClient(url, username, password)
        taken = [verdict for verdict in verdicts if _import(old, verdict.flow)]
        differing = 0
        for verdict in taken:
            outcome = _compare(old, new, verdict, [other.text for other in taken if other is not verdict])
            differing += outcome.startswith("differs")
            print(f"{verdict.flow.id:<28}{outcome}", flush=True)
    return differing


def _import(client: KestraClient, flow: FlowFile) -> bool:
    try:
        client.import_flow(f"{flow.source()}\n")
    except WorkbookError as error:
        print(f"{flow.id:<28}1.3 does not take it: {' '.join(str(error).split())}")
        return False
    return True


def _compare(client: KestraClient, new: Kestra2, verdict: Verdict, others: Sequence[str]) -> str:
    if not verdict.passes_upgraded:
        return "not run: 2.0 does not take it"
    if any(declared.get("type") == "FILE" for declared in verdict.flow.value.get("inputs", [])):
        return "not run: it wants a file"
    try:
        before = _old(_run(client, verdict.flow))
    except WorkbookError as error:
        return f"not run: 1.3 does not start it: {error}"
    needed = [other for other in others if verdict.flow.subflows and _is_called(verdict.flow, other)]
    try:
        after = _new(new.run(verdict.text, needed, seconds=SECONDS))
    except FlowTestError as error:
        return f"differs: {error}"
    if before == after:
        return f"same: {before['state']}, {len(before['runs'])} task runs"
    return "differs\n" + "\n".join(
        f"    {key}: {before[key]} -> {after[key]}" for key in before if before[key] != after[key]
    )


def _is_called(flow: FlowFile, source: str) -> bool:
    return any(f"id: {flow_id}\n" in source for _, flow_id in flow.subflows)


def _run(client: KestraClient, flow: FlowFile) -> Result:
    started = client.http.json("POST", f"/executions/{flow.namespace}/{flow.id}", params={"wait": "true"})
    time.sleep(AFTER_SECONDS)
    ended: Result = client.http.json("GET", f"/executions/{started['id']}")
    return ended


def _old(raw: Result) -> Result:
    runs = [[run["taskId"], run["state"]["current"], run.get("outputs") or {}] for run in raw.get("taskRunList") or []]
    return _result(raw["state"]["current"], raw.get("outputs") or {}, runs)


def _new(answer: Result) -> Result:
    runs = [[run["task"], run["state"], run["outputs"]] for run in answer["taskRuns"]]
    return _result(answer["state"], answer["outputs"], runs)


def _result(state: str, outputs: Result, runs: list[list[Any]]) -> Result:
    """What is compared: task runs in any order, and of their outputs those that flows read.

    Not compared is a round's value that a task run notes: 1.3 has none for tasks inside of others, and writes the keys
    of a map in another order.
    """
    kept = [[*run[:2], {key: run[2][key] for key in ("value", "values", "vars") if key in run[2]}] for run in runs]
    return {"state": state, "outputs": outputs, "runs": sorted(kept, key=json.dumps)}


def measure() -> None:
    """Check copies of flows, and print how long it took."""
    flows = Folder.of(OLD_FLOWS).all_flows()
    many = (flows * FLOWS)[:FLOWS]
    with Kestra2() as engine:
        print(f"engine up in {engine.ready_seconds:.1f} s")
        for number in ("first", "second"):
            began = time.monotonic()
            verdicts = check(engine, many)
            print(f"{number} check of {len(verdicts)} flows: {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    if sys.argv[1:] == ["speed"]:
        measure()
    elif sys.argv[1:2] == ["same"]:
        sys.exit(compare(Path(sys.argv[2]) if sys.argv[2:] else OLD_FLOWS))
    else:
        sys.exit(__doc__)

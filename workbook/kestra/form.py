"""What differs for this client between the REST APIs of Kestra 1.3 and 2.0."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol
from urllib.parse import quote

Json = dict[str, Any]
ENDED = frozenset({"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"})
APPEAR_SECONDS, LOOK_SECONDS = 5.0, 0.1
LIST = {"page": 1, "size": 10_000}


class Ask(Protocol):
    """Sends a request and gives the answer's JSON, as `Http.json` does."""

    def __call__(self, method: str, path: str, **options: Any) -> Any:
        """The answer's JSON."""


class ApiForm:
    """The form of 1.3.

    Parameters:
        ask: sends requests.
    """

    takes_upgrades: ClassVar[bool] = False
    """Whether flows of 1.3 may have to be rewritten before the server takes them."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def action(self, execution_id: str, name: str) -> str:
        """The path of an action on an execution, such as `restart`."""
        return f"/executions/{execution_id}/{name}"

    def log_filters(self, level: str, task: str | None = None, task_run: str | None = None) -> Json:
        """The parameters that select lines of an execution's log.

        Parameters:
            level: the lowest level.
            task: only lines of this task.
            task_run: only lines of the task run with this id.
        """
        return {"minLevel": level} | _present(taskId=task, taskRunId=task_run)

    def keys(self, namespace: str) -> list[Json]:
        """The keys of a namespace's key-value store, without their values."""
        rows: list[Json] = self._ask("GET", f"/namespaces/{quote(namespace, safe='')}/kv")
        return rows

    def value(self, value: Any) -> Json:
        """What a request has to carry, so that it stores a value under a key."""
        return {"json": value}

    def start_backfill(self, trigger: Mapping[str, Any], backfill: Mapping[str, Any]) -> None:
        """Start a backfill of a trigger, whose state is given as the API sends it."""
        self._ask("PUT", "/triggers", json={**trigger, "backfill": backfill})

    def restarted(self, answer: Json, revision: int | None) -> Json:
        """The execution that a restart has made, out of the answer to it.

        Parameters:
            answer: an execution.
            revision: of the flow, if the restart asked for one: then there is a new execution.
        """
        return answer

    def complete(self, execution: Json) -> Json:
        """An execution's JSON with the outputs of its task runs, which 1.3 sends with it."""
        return execution

    def unlisted(self, execution: Json) -> Json:
        """An execution's JSON, complete, out of what a list has of it; lists of 1.3 have all."""
        return execution


class ApiForm2(ApiForm):
    """The form of 2.0: https://kestra.io/docs/migration-guide/v2.0.0."""

    takes_upgrades = True

    def action(self, execution_id: str, name: str) -> str:
        """The path of an action on an execution."""
        return f"/executions/{execution_id}/actions/{name}"

    def log_filters(self, level: str, task: str | None = None, task_run: str | None = None) -> Json:
        """The filters that select lines of an execution's log."""
        equal = _present(taskId=task, taskRunId=task_run)
        return {"filters[level][GREATER_THAN_OR_EQUAL_TO]": level} | {
            f"filters[{name}][EQUALS]": value for name, value in equal.items()
        }

    def keys(self, namespace: str) -> list[Json]:
        """The keys of a namespace's key-value store, without their values."""
        found = self._ask("GET", "/kv", params={"filters[namespace][EQUALS]": namespace, **LIST})
        rows: list[Json] = found["results"]
        return rows

    def value(self, value: Any) -> Json:
        """What a request has to carry, so that it stores a value under a key: text alone."""
        return {"data": json.dumps(value).encode(), "headers": {"Content-Type": "text/plain"}}

    def start_backfill(self, trigger: Mapping[str, Any], backfill: Mapping[str, Any]) -> None:
        """Start a backfill of a trigger."""
        key = {name: trigger[name] for name in ("namespace", "flowId", "triggerId")}
        self._ask("PUT", "/triggers/backfill/create", json={**key, "backfill": backfill})

    def restarted(self, answer: Json, revision: int | None) -> Json:
        """The execution that a restart has made. The answer is the original, and the new one names it."""
        if revision is None:
            return answer
        flow = {f"filters[{name}][EQUALS]": answer[name] for name in ("namespace", "flowId")}
        give_up = time.monotonic() + APPEAR_SECONDS
        while True:
            rows = self._ask("GET", "/executions/search", params={**flow, **LIST})["results"]
            new = [row for row in rows if row["originalId"] == answer["id"] != row["id"]]
            if new:
                last = max(new, key=lambda row: row["state"]["histories"][-1]["date"])
                whole: Json = self._ask("GET", f"/executions/{last['id']}")
                return whole
            if time.monotonic() > give_up:
                return answer
            time.sleep(LOOK_SECONDS)

    def complete(self, execution: Json) -> Json:
        """An execution's JSON with what 2.0 keeps apart: outputs, and the task runs of a Loop's rounds.

        One that still runs stays as it is. A round's task runs follow the Loop's with the round's value, as those of a
        `ForEach` do in 1.3.
        """
        if execution["state"]["current"] not in ENDED:
            return execution
        outputs = self._ask("GET", f"/outputs/executions/{execution['id']}")
        return {**execution, "outputs": outputs, "taskRunList": self._task_runs(execution, None)}

    def unlisted(self, execution: Json) -> Json:
        """An execution's JSON, complete, out of what a list has of it."""
        return self.complete(self._ask("GET", f"/executions/{execution['id']}"))

    def _task_runs(self, execution: Json, value: str | None) -> list[Json]:
        """The task runs of an execution, or of a round with its value."""
        own = (execution.get("loopRun") or {}).get("taskRunId")
        with_outputs = {
            entry["taskRunId"]: f"/outputs/tasks/{execution['id']}/{entry['taskRunId']}"
            for entry in self._ask("GET", f"/outputs/tasks/{execution['id']}")
        }
        rounds = self._rounds(execution["id"])
        runs: list[Json] = []
        for run in execution.get("taskRunList") or []:
            if run["id"] == own:  # a round has the task run of its Loop too
                continue
            shown = {**run, "executionId": execution["id"]}
            if run["id"] in with_outputs:
                shown["outputs"] = self._ask("GET", with_outputs[run["id"]])
            runs.append(shown if value is None else {**shown, "value": run.get("value") or value})
            for inner in rounds.get(run["id"], []):
                runs += self._task_runs(inner, inner["loopRun"].get("value"))
        return runs

    def _rounds(self, execution_id: str) -> dict[str, list[Json]]:
        """The executions of the rounds of an execution's Loops, in their order, by the Loop's task run."""
        filters = {"filters[parentId][EQUALS]": execution_id, "filters[kind][EQUALS]": "LOOP"}
        listed = self._ask("GET", "/executions/search", params={**filters, **LIST})["results"]
        found: dict[str, list[Json]] = {}
        for row in sorted(listed, key=lambda row: row["loopRun"]["index"]):
            whole = self._ask("GET", f"/executions/{row['id']}")
            found.setdefault(row["loopRun"]["taskRunId"], []).append(whole)
        return found


def form_of(version: str, ask: Ask) -> ApiForm:
    """The form of a server's API.

    Parameters:
        version: of the server, such as 1.3.31.
        ask: sends requests to it.
    """
    form: Callable[[Ask], ApiForm] = ApiForm2 if version.startswith("2.") else ApiForm
    return form(ask)


def _present(**values: str | None) -> Json:
    return {name: value for name, value in values.items() if value}

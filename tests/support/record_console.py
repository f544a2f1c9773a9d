"""Records what the engine answers to the console's calls: `python -m tests.support.record_console`.

The engine's own classes write most of these answers, as in the official image. Of documentation the form alone is kept.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import requests

from console.calls.measures import days_until_now
from tests.support.console_calls import CALLS, ENDED, FLOW, SOURCE, Known
from tests.support.fake_kestra import API, RECORDED
from tests.support.stack import own_stack
from tests.support.waiting import eventually
from workbook.kestra import KestraClient
from workbook.kestra.files import SCHEME

FILE = RECORDED / "console.json"
KEPT_TYPES = (
    "io.kestra.plugin.core.log.Log",
    "io.kestra.plugin.core.log.Fetch",
    "io.kestra.plugin.core.trigger.Schedule",
)
KEPT_DEFINITIONS = (".tasks.Task", ".retrys.Constant")
TEXTS = ("title", "description", "markdown", "code")


@contextmanager
def recording() -> Iterator[list[dict[str, Any]]]:
    """Note each request that is sent in the block, with its answer."""
    exchanges: list[dict[str, Any]] = []
    send = requests.Session.send

    def note(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        answer = send(session, request, **options)
        parts = urlsplit(str(request.url))
        path = parts.path.removeprefix(API)
        exchanges.append(
            {
                "method": request.method,
                "path": path,
                "query": parse_qsl(parts.query, keep_blank_values=True),
                "status": answer.status_code,
                "answer": _shortened(path, answer.json())
                if "json" in answer.headers.get("Content-Type", "")
                else answer.text,
            }
        )
        return answer

    with mock.patch.object(requests.Session, "send", note):
        yield exchanges


def _shortened(path: str, answer: Any) -> Any:
    """The form of a documentation without its texts, and a few types of the many."""
    if not path.startswith("/plugins"):
        return answer
    if isinstance(answer, dict):
        return {name: _part(path, name, value) for name, value in answer.items()}
    return [_shortened(path, entry) for entry in answer] if isinstance(answer, list) else answer


def _part(path: str, name: str, value: Any) -> Any:
    if name in TEXTS and isinstance(value, str):
        return "text"
    if name in ("definitions", "$defs"):
        return {key: _shortened(path, inner) for key, inner in value.items() if key.endswith(KEPT_DEFINITIONS)}
    if isinstance(value, list) and value and isinstance(value[0], dict) and "cls" in value[0]:
        return [_shortened(path, entry) for entry in value if entry["cls"] in KEPT_TYPES]
    return _shortened(path, value)


def prepare(kestra: KestraClient) -> Known:
    """Have a flow whose execution has ended, and one whose execution is paused."""
    kestra.execute(kestra.import_flow(ENDED))
    kestra.import_flow(SOURCE)
    started = kestra.execute(FLOW, labels={"team": "data"}, wait=False)
    eventually(lambda: kestra.execution(started.id).state == "PAUSED")
    eventually(lambda: kestra.triggers(FLOW))
    paused = kestra.execution(started.id)
    first = paused.task_runs[0]
    assert first.outputs["uri"].startswith(SCHEME)
    return Known(paused.id, first.id, first.outputs["uri"], days_until_now(30, paused.start))


def record(kestra: KestraClient) -> dict[str, Any]:
    """Make all calls."""
    known = prepare(kestra)
    calls = {}
    for name, call in CALLS.items():
        with recording() as exchanges:
            call(kestra, known)
        calls[name] = exchanges
    return {"known": vars(known), "calls": calls}


def main() -> None:
    """Record on a stack of its own."""
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder), "kestra") as stack:
        kestra = KestraClient(stack["KESTRA_URL"], stack["KESTRA_USERNAME"], stack["KESTRA_PASSWORD"])
        FILE.write_text(json.dumps(record(kestra), indent=1) + "\n")
        kestra.close()


if __name__ == "__main__":
    main()

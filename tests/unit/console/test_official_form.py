"""The console's calls ask for official paths, and understand what an engine has answered to them."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from console import calls
from tests.support.console_calls import CALLS, FLOW, LOG, SPACE, Known
from tests.support.fake_kestra import API, Answer, FakeKestra, fake_kestra, recorded
from tests.support.network import local_network
from tests.support.official_sdk import TEXT, functions, requests_of
from workbook.kestra import KestraClient
from workbook.kestra.models import FlowId

RECORDED = recorded("console")
KNOWN = Known(**RECORDED["known"])
OF_THE_UI = (
    # What the official UI asks for and the official SDK does not.
    ("POST", r"/executions/[^/]+/[^/]+/validate"),
    ("POST", r"/executions/[^/]+/resume/validate"),
    ("POST", r"/executions/[^/]+/eval/[^/]+"),
    ("GET", r"/executions/[^/]+/file/preview"),
    ("GET", r"/namespaces/[^/]+/secrets"),
    ("PUT", r"/triggers"),
    ("GET", r"/plugins"),
    ("GET", r"/plugins/[^/]+"),
    ("GET", r"/plugins/properties/flow"),
    ("POST", r"/dashboards/charts/preview"),
    ("GET", r"/metrics/names/[^/]+/[^/]+"),
    ("GET", r"/metrics/aggregates/[^/]+/[^/]+/[^/]+"),
)
MADE_OF_OTHERS = {
    "flows.create_local",
    "kept.kept_json",
    "triggers.check_backfill_inputs",
    "triggers.missed_dates_of",
}
RESULTS: dict[str, Any] = {
    "flows.search": lambda page: (page.total, [row["id"] for row in page.rows]) == (1, ["measured"]),
    "flows.namespaces": lambda names: names == [SPACE],
    "flows.latest_executions": lambda found: [str(flow) for flow in found] == [str(FLOW)],
    "flows.validate": lambda result: list(result.problems) == [],
    "flows.validate (wrong)": lambda result: f"Invalid type: {LOG}g" in str(result.problems[0]),
    "flows.create": lambda flow: (flow.full_id, flow.revision) == (FlowId(SPACE, "created"), 1),
    "flows.update": lambda flow: flow.revision == 2 and "Bye" in flow.source,
    "flows.revisions": lambda rows: [row["revision"] for row in rows] in ([1, 2], [2, 1]),
    "flows.missing_flows": lambda missing: len(missing) > 10,
    "flows.import_files": lambda refused: refused == [],
    "flow": lambda flow: flow.full_id == FLOW,
    "execution": lambda found: (found.id, found.state, found.labels["team"]) == (KNOWN.paused, "PAUSED", "data"),
    "executions.search": lambda page: [row["id"] for row in page.rows] == [KNOWN.paused],
    "executions.check_inputs": lambda inputs: bool(inputs[0]["errors"]),
    "executions.evaluate": lambda answer: answer == (True, "5"),
    "executions.evaluate (task run)": lambda answer: not answer[0] and "nothing" in answer[1],
    "executions.preview": lambda found: found["extension"] == "csv" and "rows" in str(found["content"]),
    "files.size": lambda size: size == len("rows,5"),
    "executions.check_resume": lambda inputs: [one["input"]["id"] for one in inputs] == ["reason"],
    "executions.start": lambda started: (started.state, started.labels["team"]) == ("CREATED", "web"),
    "executions.act_on_all": lambda count: count == 1,
    "logs.search": lambda page: [row["message"] for row in page.rows] == ["Hello"],
    "measures.executions_by_day": lambda by_state: sum(map(sum, by_state.values())) >= 1,
    "measures.metric_names": lambda names: names == ["rows"],
    "measures.metric_by_day": lambda values: sum(values) >= 5,
    "kv.search": lambda page: [row["key"] for row in page.rows] == ["rows"],
    "kv.inherited": lambda rows: [row["key"] for row in rows] == ["rows"],
    "kv.read": lambda pair: (pair.kind, pair.text) == ("NUMBER", "42"),
    "namespaces.search": lambda page: [row["id"] for row in page.rows] == [SPACE],
    "namespaces.folder": lambda entries: (
        [(one.path, one.is_folder, one.size) for one in entries] == [("/sql/a.sql", False, 8)]
    ),
    "namespaces.entry": lambda entry: entry.name == "a.sql" and entry.changed <= datetime.now(UTC),
    "namespaces.file_text": lambda file: file.text == "SELECT 1",
    "namespaces.revisions": lambda numbers: numbers == [1],
    "plugins.types": lambda types: [one.name for one in types if one.kind == "tasks"] == [LOG],
    "plugins.document": lambda document: [one.name for one in document.properties if one.required] == ["message"],
    "completions.options": lambda options: "message" in [option.label for option in options],
    "triggers.search": lambda page: [row["abstractTrigger"]["id"] for row in page.rows] == ["daily"] * 3,
    "triggers.start_backfill": lambda count: count == 61,
    "triggers.unlock": lambda count: count == 0,
}
"""What the calls make of the answers. The others give nothing that the console shows."""


@pytest.fixture
def fake() -> Iterator[FakeKestra]:
    with local_network() as network, fake_kestra(network) as server:
        yield server


@pytest.fixture(scope="module")
def official() -> list[tuple[str, re.Pattern[str]]]:
    """The methods and paths of the official API that the SDK and the UI know."""
    sent = {request for group, function in functions() for request in requests_of(group, function)}
    known = [(method, path.removeprefix(API).replace(f"/{TEXT}", "/[^/]+")) for method, path in sent]
    return [(method, re.compile(path)) for method, path in [*known, *OF_THE_UI]]


def answer_of(exchange: dict[str, Any]) -> Answer:
    """What the server answered, once more."""

    def answer(request: Request) -> Response:
        body, status = exchange["answer"], exchange["status"]
        return PlainTextResponse(body, status) if isinstance(body, str) else JSONResponse(body, status)

    return answer


CONFIGS = "/api/v1/configs"
"""What the client asks once for the server's version."""


@pytest.mark.parametrize("name", CALLS)
def test_a_call_understands_a_recorded_answer(fake: FakeKestra, name: str) -> None:
    exchanges = RECORDED["calls"][name]
    for exchange in exchanges:
        fake.on(exchange["method"], exchange["path"], answer_of(exchange))
    client = KestraClient(fake.url, "admin@kestra.io", "Admin1234")
    result = CALLS[name](client, KNOWN)
    client.close()
    asked = [(method, path, query) for method, path, query, _ in fake.asked if path != CONFIGS]
    assert asked == [(one["method"], one["path"], dict(one["query"])) for one in exchanges]
    if name in RESULTS:
        assert RESULTS[name](result), result


@pytest.mark.parametrize("name", CALLS)
def test_a_call_asks_for_official_paths(official: list[tuple[str, re.Pattern[str]]], name: str) -> None:
    for exchange in RECORDED["calls"][name]:
        method, path = exchange["method"], exchange["path"]
        assert any(verb == method and pattern.fullmatch(path) for verb, pattern in official), f"{method} {path}"


def test_every_call_is_among_them() -> None:
    called = {name.partition(" ")[0] for name in CALLS}
    for module in pkgutil.iter_modules(calls.__path__):
        functions = vars(importlib.import_module(f"console.calls.{module.name}"))
        public = {name for name, value in functions.items() if inspect.isfunction(value) and name[0] != "_"}
        own = {name for name in public if functions[name].__module__ == f"console.calls.{module.name}"}
        takes = {name for name in own if "kestra" in inspect.signature(functions[name]).parameters}
        assert {f"{module.name}.{name}" for name in takes} <= called | MADE_OF_OTHERS

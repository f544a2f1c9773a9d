"""Requests made from the API's own table of routes: odd paths, parameters and bodies, the same ones at every run.

Whatever is asked, the server does not fail, answers in a short time, and shows neither its folders nor Java's classes.
Everything lies in namespaces of its own, so that the other tests are not disturbed.
"""

import json
import re
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from embedded.services.kestra.api.app import create_app, every_route
from tests.support.fuzz import fuzz_requests
from tests.support.stack import ROOT
from tests.wire.kestra_api.client import Api
from tests.wire.kestra_api.serve import Settings

REQUESTS = fuzz_requests(500)
LIMIT_SECONDS = 5.0
PREFIX = "/api/v1/main"
NAMESPACE = "fuzz.api"
FLOW = f"""
id: fuzzed
namespace: {NAMESPACE}
inputs:
  - {{id: name, type: STRING, defaults: Ada}}
  - {{id: size, type: INT, required: false}}
tasks:
  - {{id: say, type: io.kestra.plugin.core.log.Log, message: "{{{{ inputs.name }}}}"}}
triggers:
  - {{id: yearly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 1 *", disabled: true}}
"""
CLASSES = re.compile(r"\b(?:java|javax|jakarta|jdk|reactor|org\.jooq|org\.h2|com\.fasterxml|io\.kestra\.core)\.[\w.]+")

ODD = [
    "",
    "x",
    "..",
    "%",
    "[",
    "(((",
    "a b",
    "\u00fc",
    "\U0001f600",
    "\ufffd",
    "null",
    "-",
    "k" * 400,
    "a\nb",
    "{{ x }}",
]
words = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.sampled_from(["0", "-1", "1", "2147483647", "2147483648", "9" * 400, "1.5", "x", ""])
dates = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01", "yesterday", "9999-12-31T23:59:59Z", "P1D", "PT-1S"])
sorts = st.sampled_from(["id:asc", "id:desc", "namespace:asc", "nobody:asc", "id", ":", "state.startDate:desc"])
filters = st.builds(
    "filters[{}][{}]{}".format,
    st.sampled_from(["namespace", "flowId", "labels", "q", "state", "startDate", "timeRange", "minLevel", "nobody"]),
    st.sampled_from(["EQUALS", "IN", "NOT_IN", "CONTAINS", "REGEX", "STARTS_WITH", "PREFIX", "GREATER_THAN", "LIKES"]),
    st.sampled_from(["", "[k]", "[]"]),
)
PARAMETERS: dict[str, st.SearchStrategy[str]] = {
    **dict.fromkeys(("page", "size", "revision", "revisions", "attempt", "maxRows"), numbers),
    **dict.fromkeys(("startDate", "endDate", "timeRange"), dates),
    **dict.fromkeys(("q", "flowId", "triggerId", "taskId", "taskRunId", "labels", "state", "minLevel"), words),
    **dict.fromkeys(("path", "from", "to", "encoding", "aggregation", "kind", "breakpoints", "section"), words),
    **dict.fromkeys(("source", "allowDeleted", "arrayOf", "expandAll", "failOnError"), st.sampled_from(["true", "x"])),
    "sort": sorts,
}
SPARED = {"delete": "false", "namespace": NAMESPACE}
"""Parameters that keep a request to many entities away from those of other tests."""
DOUBLING = "/executions/replay/by-query"
"""Doubles the executions of its namespace each time: it gets one without any."""
scalars = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | words
FIELDS = st.sampled_from(
    ["namespace", "id", "flowId", "triggerId", "keys", "q", "ids", "inputs", "disabled", "backfill"]
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4), max_leaves=8
)
texts = words | st.sampled_from([FLOW, "id: a", "- a", "{", "{{ inputs.name }}", "&a [*a]", "!!x y", '"\\ud800"'])
ROUTES = sorted(
    (method, path.removeprefix(PREFIX))
    for method, path in every_route(create_app(None, Settings()))  # no engine: nothing is called
    if path.startswith(f"{PREFIX}/") and method != "HEAD"
)


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    options: dict[str, Any] = field(default_factory=dict)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """A request to any route; `EXECUTION` stands for the id of an execution of the flow."""
    method, template = draw(st.sampled_from(ROUTES))
    known = {"namespace": NAMESPACE, "id": "fuzzed", "flow_id": "fuzzed", "execution_id": "EXECUTION", "key": "k"}
    path = re.sub(r"\{(\w+)(?::path)?}", lambda name: _part(draw, name[1], known), template)
    names = draw(st.lists(st.sampled_from(sorted(PARAMETERS)), max_size=4))
    params = [(name, draw(PARAMETERS[name])) for name in names]
    if not template.endswith("/by-query"):
        params += [(name, draw(words)) for name in draw(st.lists(filters, max_size=2))]
    spared = SPARED | ({"namespace": f"{NAMESPACE}.none"} if template == DOUBLING else {})
    return Asked(method, path, {"params": params + list(spared.items()), **_body(draw, method)})


def _part(draw: st.DrawFn, name: str, known: dict[str, str]) -> str:
    odd = draw(st.integers(0, 3)) == 0 or name not in known
    return requests.utils.quote(draw(words.filter(bool)) if odd else known[name], safe="")


def _body(draw: st.DrawFn, method: str) -> dict[str, Any]:
    if method == "GET":
        return {}
    kind = draw(st.sampled_from(["json", "yaml", "text", "form", "none"]))
    if kind == "json":
        return {"data": json.dumps(draw(values)), "headers": {"Content-Type": "application/json"}}
    if kind == "form":
        name = draw(st.sampled_from(["fileUpload", "fileContent", "flows", "name", "size"]))
        return {"files": {name: (draw(words) or None, draw(texts).encode())}}
    if kind == "none":
        return {}
    media = {"yaml": "application/x-yaml", "text": "text/plain"}[kind]
    return {"data": draw(texts).encode(), "headers": {"Content-Type": media}}


@pytest.fixture(scope="module")
def execution(api: Api) -> str:
    api.flow(FLOW)
    return api.run(NAMESPACE, "fuzzed")["id"]


def test_whatever_is_asked_is_answered(api: Api, execution: str) -> None:
    begun = api.server.log.stat().st_size

    @settings(
        max_examples=REQUESTS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(asked())
    def check(request: Asked) -> None:
        request.path = request.path.replace("EXECUTION", execution)
        answer, seconds = ask(api, request)
        assert answer.status_code < 500 or answer.status_code == 501, (request, answer.text)
        assert seconds < LIMIT_SECONDS or ask(api, request)[1] < LIMIT_SECONDS, request
        for folder in (str(ROOT), str(api.server.storage.parent), "site-packages"):
            assert folder not in answer.text, (request, answer.text)
        if answer.status_code >= 400:
            assert not CLASSES.search(answer.json()["message"]), (request, answer.text)

    check()
    assert b"Traceback" not in api.server.log.read_bytes()[begun:]
    assert api.get(f"{api.server.url}/health").json() == {"status": "UP"}


def ask(api: Api, request: Asked) -> tuple[requests.Response, float]:
    began = time.monotonic()
    answer = api.request(request.method, request.path, allow_redirects=False, **request.options)
    return answer, time.monotonic() - began

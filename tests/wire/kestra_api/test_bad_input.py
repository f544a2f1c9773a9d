"""Requests that are wrong, each of a kind: the answer says so with a status of the client's, and at once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from embedded.services.kestra.api import flow_source, kv, request
from tests.wire.kestra_api.client import Api

NAMESPACE = "bad.input"
FLOW = f"""
id: plain
namespace: {NAMESPACE}
tasks:
  - {{id: say, type: io.kestra.plugin.core.log.Log, message: hello}}
"""
SEARCHES = ("/flows/search", "/executions/search", "/logs/search", "/triggers/search", "/kv")
YAML = {"Content-Type": "application/x-yaml"}
DEEP = "[" * (request.MAX_JSON_DEPTH + 1) + "]" * (request.MAX_JSON_DEPTH + 1)
HALF = '"\\ud800"'
LONG = "k" * 400
SOON_SECONDS = 2.0
"""Where all of the flows are read as fast, nobody has waited."""


@pytest.fixture(scope="module")
def execution(api: Api) -> str:
    api.flow(FLOW)
    return api.run(NAMESPACE, "plain")["id"]


def status(answer: requests.Response) -> int:
    assert answer.status_code < 500, answer.text
    return answer.status_code


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**31) - 1, "9" * 5000, "1_0", "\u0663", "1.0"])
def test_numbers_have_32_bits(api: Api, execution: str, number: object) -> None:
    for path in SEARCHES:
        for name in ("page", "size"):
            answer = api.get(path, params={name: number})
            assert status(answer) == 400
            assert f"[{name}]" in answer.json()["message"]
    assert status(api.get(f"/logs/{execution}", params={"attempt": number})) == 400
    assert status(api.get(f"/flows/{NAMESPACE}/plain", params={"revision": number})) == 400
    assert status(api.delete(f"/flows/{NAMESPACE}/plain/revisions", params={"revisions": number})) == 400


def test_a_search_sorts_by_several_fields_and_by_one_twice(api: Api, execution: str) -> None:
    for path, field in zip(SEARCHES, ("id", "id", "taskId", "flowId", "key"), strict=True):
        for second in (f"{field}:asc", "namespace:desc"):
            answer = api.get(path, params=[("sort", f"{field}:asc"), ("sort", second), ("size", "5")])
            assert status(answer) == 200, (path, second, answer.text)
    other = FLOW.replace("id: plain", "id: another")
    api.flow(other)
    query = {"filters[namespace][EQUALS]": NAMESPACE}
    for order, first in (("asc", "another"), ("desc", "plain")):
        found = api.get("/flows/search", params={**query, "sort": ["namespace:asc", f"id:{order}"]}).json()["results"]
        assert found[0]["id"] == first


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filters[labels][CONTAINS][k]", "x"),
        ("filters[labels][IN]", "x"),
        ("filters[labels][NOT_IN]", "x"),
        ("filters[labels][EQUALS]", "x"),
        ("filters[namespace][REGEX]", "["),
        ("filters[namespace][REGEX]", "((("),
        ("filters[nobody][EQUALS]", "x"),
        ("filters[namespace][LIKES]", "x"),
        ("filters[state][IN]", "x"),
        ("filters[timeRange][EQUALS]", "x"),
        ("filters[startDate][EQUALS]", "x"),
        ("filters[scope][EQUALS]", "x"),
        ("filters[childFilter][EQUALS]", "x"),
    ],
)
def test_filters_that_cannot_be_applied_are_refused(api: Api, name: str, value: str) -> None:
    for path in SEARCHES:
        assert status(api.get(path, params={name: value})) in (200, 400, 422), path


@pytest.mark.parametrize("pattern", ["[", "((("])
def test_a_malformed_regular_expression_is_named(api: Api, pattern: str) -> None:
    answer = api.get("/executions/search", params={"filters[namespace][REGEX]": pattern})
    assert (answer.status_code, "regular expression" in answer.json()["message"]) == (422, True)


@pytest.mark.parametrize("encoding", ["hex", "rot13", "zlib", "base64", "bz2", "uu", "x" * 1000, "\0", "undefined"])
def test_a_preview_takes_encodings_of_text(api: Api, execution: str, encoding: str) -> None:
    api.flow(FILE)
    ended = api.run(NAMESPACE, "file")
    file = ended["taskRunList"][0]["outputs"]["uri"]
    params = {"path": file, "encoding": encoding}
    answer = api.get(f"/executions/{ended['id']}/file/preview", params=params)
    assert (answer.status_code, "encoding" in answer.json()["message"]) == (422, True)
    params["encoding"] = "ISO-8859-1"
    assert api.get(f"/executions/{ended['id']}/file/preview", params=params).json()["content"] == "caf\u00c3\u00a9"


FILE = f"""
id: file
namespace: {NAMESPACE}
tasks:
  - {{id: write, type: io.kestra.plugin.core.storage.Write, content: caf\u00e9, extension: .txt}}
"""

JSON_PATHS = [
    ("DELETE", "/executions/by-ids"),
    ("DELETE", "/executions/kill/by-ids"),
    ("POST", "/executions/restart/by-ids"),
    ("POST", "/executions/labels/by-ids"),
    ("POST", "/executions/latest"),
    ("DELETE", "/flows/delete/by-ids"),
    ("POST", "/flows/disable/by-ids"),
    ("POST", "/flows/export/by-ids"),
    ("PUT", "/triggers"),
    ("POST", "/triggers/set-disabled/by-triggers"),
    ("POST", "/triggers/unlock/by-triggers"),
    ("PUT", "/triggers/backfill/pause"),
    ("POST", "/namespaces/autocomplete"),
    ("DELETE", f"/namespaces/{NAMESPACE}/kv"),
    ("POST", f"/flow-tests/{NAMESPACE}/plain"),
    ("POST", f"/executions/{NAMESPACE}/plain"),
]


@pytest.mark.parametrize("body", [DEEP, f"[{HALF}]", f'{{"q": {HALF}, "keys": [{HALF}]}}', "[NaN]", "[", "\u00ff"])
def test_json_that_java_does_not_take_is_refused(api: Api, execution: str, body: str) -> None:
    for method, path in JSON_PATHS:
        headers = {"Content-Type": "application/json"}
        answer = api.request(method, path, data=body.encode("latin-1"), headers=headers)
        assert status(answer) == 422, (path, answer.text)


@pytest.mark.parametrize(
    "body", ["null", "[null]", "[1]", '[{"namespace": 1, "id": []}]', '{"filters": [1], "ids": 1}', '{"q": [1]}']
)
def test_json_of_another_shape_is_no_failure_of_the_server(api: Api, execution: str, body: str) -> None:
    for method, path in JSON_PATHS:
        status(api.request(method, path, data=body, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("path", ["/flows", "/flows/graph", f"/flows/{NAMESPACE}", "/flows/bulk"])
@pytest.mark.parametrize("body", ["null", "~", "# nothing"])
def test_a_flow_that_is_null_is_none(api: Api, execution: str, path: str, body: str) -> None:
    answer = api.post(path, data=body, headers=YAML, params={"delete": "false"})
    assert status(answer) == 422
    assert api.put(f"/flows/{NAMESPACE}/plain", data=body, headers=YAML).status_code == 422


def test_a_graph_needs_tasks(api: Api) -> None:
    answer = api.post("/flows/graph", data="{id: a, namespace: b}", headers=YAML)
    assert (answer.status_code, "tasks" in answer.json()["message"]) == (422, True)


@pytest.mark.parametrize("name", [LONG, "\U0001f600" * 30])
def test_names_that_are_too_long_are_refused_with_their_limit(api: Api, name: str) -> None:
    key = api.put(f"/namespaces/{NAMESPACE}/kv/{LONG}", data="1", headers={"Content-Type": "text/plain"})
    assert (key.status_code, str(kv.MAX_KEY) in key.json()["message"]) == (422, True)
    files, folder = f"/namespaces/{NAMESPACE}/files", f"/namespaces/{NAMESPACE}/files/directory"
    for params in ({"path": f"/{name}"}, {"path": f"/{'a/' * 200}b"}):
        answer = api.post(files, params=params, files={"fileContent": ("a", b"x")})
        assert (answer.status_code, "too long" in answer.json()["message"]) == (422, True)
        assert status(api.post(folder, params=params)) == 422
        assert status(api.get(files, params=params)) == 422
    assert status(api.get(f"/namespaces/{LONG}/kv")) == 422


def test_a_file_of_the_longest_name_is_kept(api: Api) -> None:
    """The limit lies where the file system's and the database's do."""
    for path in (f"/{'n' * 240}", f"/{'p' * 200}/{'p' * 148}"):
        files = f"/namespaces/{NAMESPACE}/files"
        for content in (b"one", b"two"):
            assert api.post(files, params={"path": path}, files={"fileContent": ("a", content)}).status_code == 200
        assert api.get(files, params={"path": path}).content == b"two"
    key = f"/namespaces/{NAMESPACE}/kv/{'k' * kv.MAX_KEY}"
    for value in ("1", "2"):
        assert api.put(key, data=value, headers={"Content-Type": "text/plain"}).status_code == 200
    assert api.get(key).json()["value"] == 2


def tasks(count: int) -> str:
    """A flow of so many tasks."""
    line = "  - {{id: t{}, type: io.kestra.plugin.core.log.Log, message: x}}\n"
    return f"id: many\nnamespace: {NAMESPACE}\ntasks:\n" + "".join(line.format(number) for number in range(count))


@pytest.mark.parametrize(
    ("source", "expected", "says"),
    [
        (f"{FLOW}description: {'x' * flow_source.MAX_BYTES}\n", 413, "namespace files"),
        (tasks(flow_source.MAX_TYPES + 1), 422, "subflows"),
    ],
    ids=["long", "many tasks"],
)
def test_a_flow_that_would_hold_the_engine_is_refused_everywhere(
    api: Api, source: str, expected: int, says: str
) -> None:
    for path in ("/flows", "/flows/validate", "/flows/graph", "/flows/bulk", f"/flows/{NAMESPACE}"):
        answer = api.post(path, data=source, headers=YAML, params={"delete": "false"})
        assert (status(answer), says in answer.json()["message"]) == (expected, True), path
    assert api.put(f"/flows/{NAMESPACE}/plain", data=source, headers=YAML).status_code in (expected, 404)
    assert api.post("/flows/import", files={"fileUpload": ("f.yaml", source)}).json() == ["f.yaml(flow number: 0)"]
    folder = {"path": "/_flows/many.yml"}
    answer = api.post(f"/namespaces/{NAMESPACE}/files", params=folder, files={"fileContent": ("a", source)})
    assert answer.status_code == expected


@pytest.mark.parametrize(
    "source",
    [f"{FLOW}description: ".ljust(flow_source.MAX_BYTES - 1, "x"), tasks(flow_source.MAX_TYPES)],
    ids=["long", "many tasks"],
)
def test_who_sends_a_flow_at_the_limit_holds_nobody_else(api: Api, source: str) -> None:
    """More such flows at once than are read at once: other requests are answered all the time."""
    count = 2 * int(flow_source.SOURCES.total_tokens)

    def send() -> int:
        return Api(api.server).post("/flows/validate", data=source, headers=YAML).status_code

    begun, waits = time.monotonic(), []
    with ThreadPoolExecutor(count) as clients:
        flows = [clients.submit(send) for _ in range(count)]
        while not all(flow.done() for flow in flows):
            asked = time.monotonic()
            assert api.get("/flows/search", params={"size": 1}).status_code == 200
            waits.append(time.monotonic() - asked)
    assert {flow.result() for flow in flows} == {200}
    assert max(waits) < max((time.monotonic() - begun) / 2, SOON_SECONDS)  # no request waited for most of the flows


def test_a_flow_of_many_tasks_is_kept(api: Api) -> None:
    assert api.post("/flows", data=tasks(300), headers=YAML).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/html; charset=utf-8"])
def test_json_and_yaml_are_sent_as_such(api: Api, execution: str, kind: str) -> None:
    for method, path in JSON_PATHS[:-1]:
        answer = api.request(method, path, data="--x--", headers={"Content-Type": kind})
        assert (status(answer), "application/json" in answer.json()["message"]) == (415, True), path
    answer = api.post("/flows", data=FLOW, headers={"Content-Type": kind})
    assert (status(answer), "application/x-yaml" in answer.json()["message"]) == (415, True)


def test_an_expression_that_fails_is_told_without_classes(api: Api, execution: str) -> None:
    for expression in ("{{ render('{{a}}') }}", "{{ 1 / 0 }}", "{{ nobody() }}", "{{ 'a' | date }}", "{{ x"):
        answer = api.post(f"/executions/{execution}/eval", data=expression, headers={"Content-Type": "text/plain"})
        status(answer)
        assert "Exception" not in answer.text, answer.text
    answer = api.post(f"/executions/{execution}/eval/nobody", data="a", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, "nobody" in answer.json()["message"]) == (404, True)


def test_messages_name_no_path_of_the_machine(api: Api, execution: str) -> None:
    missing = f"/{NAMESPACE.replace('.', '/')}/plain/executions/{execution}/missing.txt"
    for kind in ("", "/metas", "/preview"):
        answer = api.get(f"/executions/{execution}/file{kind}", params={"path": f"kestra://{missing}"})
        assert answer.status_code == 404
        assert missing in answer.json()["message"]
        assert str(api.server.storage.parent) not in answer.text


def test_validation_names_types_and_no_classes(api: Api) -> None:
    source = "id: a\nnamespace: b\ntasks:\n  - {id: c, type: io.kestra.plugin.core.log.Lg}\n"
    unknown: Any = api.post("/flows/validate", data=source, headers=YAML).json()
    assert "io.kestra.plugin.core.log.Lg" in unknown[0]["constraints"]
    shaped = api.post("/flows/validate", data="id: a\nnamespace: b\ninputs: {a: b}\ntasks: []\n", headers=YAML)
    assert "io.kestra.core" not in json.dumps(shaped.json())
    assert "java." not in json.dumps(shaped.json())

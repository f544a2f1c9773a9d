"""io.kestra.plugin.elasticsearch: Bulk, Search and Request."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from tests.wire.kestra_tasks.client import Kestra, Task

PREFIX = "io.kestra.plugin.elasticsearch"
LOGIN = {"username": "{{ envs.es_user }}", "password": "{{ secret('ES_PASSWORD') }}"}
CONNECTION = {"hosts": ["{{ envs.elasticsearch_url }}"], "basicAuth": LOGIN}
DEFAULTS = {"pluginDefaults": [{"type": PREFIX, "values": {"connection": CONNECTION}}]}
STRICT = {"dynamic": "strict", "properties": {"n": {"type": "integer"}, "s": {"type": "keyword"}}}


@pytest.fixture
def client(kestra: Kestra) -> Iterator[Elasticsearch]:
    login = (kestra.environment["ES_USER"], kestra.environment["ES_PASSWORD"])
    client = Elasticsearch(kestra.environment["ELASTICSEARCH_URL"], basic_auth=login, request_timeout=30)
    client.indices.create(index="t", mappings=STRICT, settings={"number_of_replicas": 0})
    yield client
    client.indices.delete(index="t")
    client.close()


def make(script: str, name: str = "bulk.ndjson") -> Task:
    """A task that puts a file into the internal storage; the script prints into it."""
    lines = f"import json, sys\nsys.stdout = open({name!r}, 'w')\n{script}\nsys.stdout.close()"
    return {"id": "make", "type": "io.kestra.plugin.scripts.python.Script", "outputFiles": [name], "script": lines}


def lines(*values: Any) -> Task:
    """A task that makes a bulk file of these values."""
    return make(f"print({chr(10).join(json.dumps(value) for value in values)!r})")


def bulk(**properties: Any) -> Task:
    return {"type": f"{PREFIX}.Bulk", "from": "{{ outputs.make.outputFiles['bulk.ndjson'] }}"} | properties


def search(**properties: Any) -> Task:
    return {"type": f"{PREFIX}.Search", "indexes": ["t"], **properties}


def request(**properties: Any) -> Task:
    return {"type": f"{PREFIX}.Request", **properties}


def index(id: str, **document: Any) -> tuple[Any, Any]:
    return {"index": {"_index": "t", "_id": id}}, document


def documents(client: Elasticsearch) -> dict[str, Any]:
    client.indices.refresh(index="t")
    hits = client.search(index="t", size=100, sort=["n"])["hits"]["hits"]
    return {hit["_id"]: hit["_source"] for hit in hits}


def test_a_bulk_file_of_many_chunks(kestra: Kestra, client: Elasticsearch) -> None:
    script = (
        "for n in range(25000):\n"
        "    print(json.dumps({'index': {'_index': 't', '_id': str(n)}}))\n"
        "    print(json.dumps({'n': n, 's': 'ü' * (n % 5)}, ensure_ascii=False))"
    )
    run = kestra.ok(make(script), bulk(chunk=4000), **DEFAULTS)
    assert run.outputs() == {"size": 25000}
    client.indices.refresh(index="t")
    total = client.search(index="t", size=0, aggs={"sum": {"sum": {"field": "n"}}}, track_total_hits=True)
    assert total["hits"]["total"]["value"] == 25000
    assert total["aggregations"]["sum"]["value"] == sum(range(25000))
    assert run.metric("requests.count")["value"] == 7
    assert run.metric("records")["value"] == 25000
    assert run.metric("requests.duration")["value"] > 0


def test_all_operations_and_blank_lines(kestra: Kestra, client: Elasticsearch) -> None:
    client.index(index="t", id="old", document={"n": 1})
    where = {"_index": "t"}
    operations = (
        *index("a", n=2, s='{"index": 1}'),
        *({"create": where | {"_id": "b"}}, {"n": 3}),
        *({"update": where | {"_id": "a"}}, {"s": "new"}),
        *({"update": where | {"_id": "c"}}, {"n": 4}),
        {"delete": where | {"_id": "old"}},
    )
    assert kestra.ok(lines(*operations), bulk(), **DEFAULTS).outputs() == {"size": 5}
    assert documents(client) == {"a": {"n": 2, "s": "new"}, "b": {"n": 3}, "c": {"n": 4}}
    assert kestra.ok(make("print('\\n\\n')"), bulk(), **DEFAULTS).outputs() == {"size": 0}


def test_a_bulk_file_of_ion(kestra: Kestra, client: Elasticsearch) -> None:
    script = 'print(\'{index:{_index:"t",_id:"1"}}\')\nprint(\'{n:5,s:"ion"}\')'
    assert kestra.ok(make(script), bulk(), **DEFAULTS).outputs() == {"size": 1}
    assert documents(client) == {"1": {"n": 5, "s": "ion"}}


def test_failed_operations_are_named(kestra: Kestra, client: Elasticsearch) -> None:
    told = kestra.failure(lines(*index("good", n=1), *index("bad", n="x"), *index("odd", other=1)), bulk(), **DEFAULTS)
    assert "2 of 3 operations of a bulk request failed" in told
    assert "t/bad: 400 - document_parsing_exception" in told
    assert 'For input string: "x"' in told
    assert "t/odd: 400 - strict_dynamic_mapping_exception" in told
    assert documents(client) == {"good": {"n": 1}}
    told = kestra.failure(lines(*(part for n in range(30) for part in index(str(n), n="x"))), bulk(), **DEFAULTS)
    assert "and 20 more" in told


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([{"insert": {"_index": "t"}}, {"n": 1}], 'Invalid bulk request type on \'{"insert"'),
        ([{"index": {"_index": "t"}}], "its document is missing"),
        ([{"index": {"_index": "t", "_type": "x"}}, {"n": 1}], "The server answered 400"),
    ],
)
@pytest.mark.usefixtures("client")
def test_a_file_that_is_no_bulk_file(kestra: Kestra, values: list[Any], message: str) -> None:
    assert message in kestra.failure(lines(*values), bulk(), **DEFAULTS)


class Busy(BaseHTTPRequestHandler):
    """A server that has too much to do: it refuses a request, then an operation, then takes all."""

    taken: tuple[list[str], ...]

    def do_PUT(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        ids = [json.loads(line)["index"]["_id"] for line in text.splitlines()[::2]]
        self.taken[0].append(",".join(ids))
        turn = len(self.taken[0])
        items = [self.item(id, 429 if turn == 2 and id == "b" else 201) for id in ids]
        answer = {"took": 1, "errors": turn == 2, "items": items}
        self.answer(429 if turn == 1 else 200, answer if turn > 1 else {"error": "too busy"})

    do_POST = do_PUT

    def item(self, id: str, status: int) -> dict[str, Any]:
        error = {"error": {"type": "es_rejected_execution_exception", "reason": "full"}} if status == 429 else {}
        return {"index": {"_index": "t", "_id": id, "status": status} | error}

    def answer(self, status: int, content: Any) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Not into the tests' output."""


def test_what_a_busy_server_refuses_is_sent_again(kestra: Kestra) -> None:
    taken: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneBusy", (Busy,), {"taken": (taken,)}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        connection = {"hosts": [f"http://127.0.0.1:{server.server_port}"]}
        run = kestra.ok(lines(*index("a", n=1), *index("b", n=2)), bulk(connection=connection))
    finally:
        server.shutdown()
        server.server_close()
    assert taken == ["a,b", "a,b", "b"]
    assert run.outputs() == {"size": 2}
    assert run.metric("requests.count")["value"] == 3


def test_search(kestra: Kestra, client: Elasticsearch) -> None:
    for n in range(5):
        client.index(index="t", id=str(n), document={"n": n, "s": "é"}, refresh=True)
    text = json.dumps({"query": {"range": {"n": {"gte": "{{ 1 + 1 }}"}}}, "sort": ["n"], "size": 2})
    everything = kestra.ok(
        search(id="fetch", request=json.loads(text)),
        search(id="one", request=text, fetchType="FETCH_ONE"),
        search(id="store", request=json.loads(text), fetchType="STORE"),
        search(id="none", request={"query": {"term": {"n": 99}}}, fetchType="FETCH_ONE"),
        **DEFAULTS,
    )
    rows = [{"n": 2, "s": "é"}, {"n": 3, "s": "é"}]
    assert everything.outputs("fetch") == {"rows": rows, "size": 2, "total": 3}
    assert everything.outputs("one") == {"row": rows[0], "size": 1, "total": 3}
    stored = everything.outputs("store")
    assert kestra.ion(stored.pop("uri")) == rows
    assert stored == {"size": 2, "total": 3}
    assert everything.outputs("none") == {"size": 0, "total": 0}
    assert everything.metric("requests.count")["value"] == 1
    told = kestra.failure(search(request={"query": {"nope": {}}}), **DEFAULTS)
    assert "The server answered 400: parsing_exception: unknown query [nope]" in told
    assert "index_not_found_exception" in kestra.failure(search(indexes=["gone"], request={}), **DEFAULTS)


def test_request(kestra: Kestra, client: Elasticsearch) -> None:
    client.index(index="t", id="1", document={"n": 1}, refresh=True)
    run = kestra.ok(
        request(id="count", endpoint="t/_count", method="POST", body={"query": {"term": {"n": "{{ 0 + 1 }}"}}}),
        request(id="put", endpoint="/t/_doc/2", method="PUT", parameters={"refresh": "true"}, body='{"n": 2}'),
        request(id="cat", endpoint="_cat/count/t", parameters={"h": "count"}),
        request(id="absent", endpoint="gone", method="HEAD"),
        **DEFAULTS,
    )
    assert (run.outputs("count")["status"], run.outputs("count")["response"]["count"]) == (200, 1)
    assert (run.outputs("put")["status"], run.outputs("put")["response"]["result"]) == (201, "created")
    assert run.outputs("cat")["response"].strip() == "2"
    assert run.outputs("absent")["status"] == 404
    assert documents(client) == {"1": {"n": 1}, "2": {"n": 2}}
    told = kestra.failure(request(endpoint="gone/_doc/1", method="DELETE", parameters={"x": "y"}), **DEFAULTS)
    assert "unrecognized parameter: [x]" in told


def test_who_does_not_get_in_is_told_so(kestra: Kestra) -> None:
    wrong = {"hosts": CONNECTION["hosts"], "basicAuth": {"username": "elastic", "password": "wr0ng-one"}}
    told = kestra.failure(request(endpoint="_cat/indices", connection=wrong))
    assert "The server answered 401: security_exception" in told
    assert "wr0ng-one" not in told
    nowhere = {"hosts": ["http://127.0.0.1:9"]}
    assert "http://127.0.0.1:9: " in kestra.failure(request(endpoint="/", connection=nowhere))
    assert "`nonsense` is no address" in kestra.failure(request(endpoint="/", connection={"hosts": ["nonsense"]}))


def test_headers_and_a_path_prefix_are_sent(kestra: Kestra) -> None:
    seen: list[tuple[str, str | None]] = []

    class Proxy(Busy):
        def do_GET(self) -> None:
            seen.append((self.path, self.headers["X-Team"]))
            self.answer(200, {"fine": True})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        connection = {"hosts": [f"http://127.0.0.1:{server.server_port}"], "pathPrefix": "/search"}
        run = kestra.ok(request(endpoint="_stats", connection=connection | {"headers": ["X-Team: blue"]}))
    finally:
        server.shutdown()
        server.server_close()
    assert run.outputs()["response"] == {"fine": True}
    assert seen == [("/search/_stats", "blue")]


def test_properties_are_checked(kestra: Kestra) -> None:
    assert "connection: must not be null" in kestra.problems(request(endpoint="/"))
    assert "connection.hosts: must not be null" in kestra.problems(request(endpoint="/", connection={}))
    assert "request: must not be null" in kestra.problems(search(connection=CONNECTION))
    assert "indexs" in kestra.problems(search(connection=CONNECTION, request={}, indexs=[]))
    full = {"headers": ["a: b"], "pathPrefix": "/x", "trustAllSsl": True, "strictDeprecationMode": True}
    assert kestra.problems(bulk(chunk=5, routing="r", connection=CONNECTION | full, **{"from": "kestra:///x"})) == ""

"""Flows at the wire."""

import io
import zipfile

import pytest
import yaml

from tests.wire.kestra_api.client import Api

FLOW = """\
id: {id}
namespace: {namespace}
description: {description}
labels:
  kind: test
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello
"""


BAD = "id: bad\nnamespace: flows.bad\ntasks:\n  - id: x\n    type: io.nowhere.Task\n"


def flow(name: str, namespace: str = "flows.crud", description: str = "one") -> str:
    return FLOW.format(id=name, namespace=namespace, description=description)


def create(api: Api, source: str):
    return api.post("/flows", data=source, headers={"Content-Type": "application/x-yaml"})


def test_create_read_update_delete(api: Api) -> None:
    created = create(api, flow("life"))
    assert created.status_code == 200, created.text
    assert created.json()["revision"] == 1
    assert created.json()["source"] == flow("life")
    assert "source" not in api.get("/flows/flows.crud/life").json()
    assert api.get("/flows/flows.crud/life", params={"source": "true"}).json()["source"] == flow("life")
    updated = api.put("/flows/flows.crud/life", data=flow("life", description="two"))
    assert (updated.status_code, updated.json()["revision"]) == (200, 2)
    assert api.get("/flows/flows.crud/life", params={"revision": 1}).json()["description"] == "one"
    assert [one["revision"] for one in api.get("/flows/flows.crud/life/revisions").json()] == [1, 2]
    assert api.delete("/flows/flows.crud/life").status_code == 204
    assert api.get("/flows/flows.crud/life").status_code == 404
    assert api.get("/flows/flows.crud/life", params={"allowDeleted": "true"}).json()["deleted"] is True
    assert api.delete("/flows/flows.crud/life").status_code == 404
    assert api.put("/flows/flows.crud/life", data=flow("life")).status_code == 404


def test_the_tenant_may_be_left_out(api: Api) -> None:
    create(api, flow("tenant", "flows.tenant"))
    with_tenant = api.get("/api/v1/main/flows/flows.tenant/tenant").json()
    assert api.get("/api/v1/flows/flows.tenant/tenant").json() == with_tenant


def test_a_namespace_may_be_called_as_a_resource(api: Api) -> None:
    create(api, flow("odd", "flows"))
    assert [one["id"] for one in api.get("/api/v1/flows/flows").json()] == ["odd"]
    assert [one["id"] for one in api.get("/api/v1/main/flows/flows").json()] == ["odd"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("id: a\nnamespace: flows.bad\ntasks: []\n", "tasks: must not be empty"),
        (BAD, "Invalid type: io.nowhere.Task"),
        (flow("a", "flows.bad") + "unknown: 1\n", 'Unrecognized field "unknown"'),
        (flow("not an id", "flows.bad"), "id: must match"),
        ("id: [", "Illegal"),
    ],
)
def test_an_invalid_flow_is_refused_with_the_engines_words(api: Api, source: str, says: str) -> None:
    answer = create(api, source)
    assert answer.status_code == 422
    body = answer.json()
    assert says in body["message"], body
    assert (body["status"], body["path"]) == (422, "/api/v1/main/flows")
    assert "Exception" not in answer.text
    assert "\tat " not in answer.text


def test_a_flow_is_created_once(api: Api) -> None:
    create(api, flow("once"))
    again = create(api, flow("once"))
    assert again.status_code == 422
    assert "Flow id already exists" in again.json()["message"]


def test_search(api: Api) -> None:
    for name in ("alpha", "beta", "gamma"):
        create(api, flow(name, "flows.search"))
    page = api.get("/flows/search", params={"namespace": "flows.search", "size": 2, "sort": "id:desc"}).json()
    assert (page["total"], [one["id"] for one in page["results"]]) == (3, ["gamma", "beta"])
    second = api.get("/flows/search", params={"namespace": "flows.search", "size": 2, "page": 2, "sort": "id:desc"})
    assert [one["id"] for one in second.json()["results"]] == ["alpha"]
    found = api.get("/flows/search", params={"q": "beta", "filters[namespace][EQUALS]": "flows.search"}).json()
    assert found["total"] == 3, "the plain parameter does not count beside a filter"
    found = api.get(
        "/flows/search", params={"filters[q][EQUALS]": "beta", "filters[namespace][EQUALS]": "flows.search"}
    )
    assert [one["id"] for one in found.json()["results"]] == ["beta"]
    labelled = api.get("/flows/search", params={"labels": "kind:test", "namespace": "flows.search"}).json()
    assert labelled["total"] == 3
    assert api.get("/flows/search", params={"labels": "kind:none", "namespace": "flows.search"}).json()["total"] == 0
    assert {one["id"] for one in api.get("/flows/flows.search").json()} == {"alpha", "beta", "gamma"}
    assert "flows.search" in api.get("/flows/distinct-namespaces").json()
    lines = api.get("/flows/source", params={"q": "Hello", "namespace": "flows.search"}).json()
    assert lines["total"] == 3
    assert "Hello" in lines["results"][0]["fragments"][0].replace("[mark]", "").replace("[/mark]", "")


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"page": 0}, 422),
        ({"size": 0}, 422),
        ({"page": "one"}, 400),
        ({"sort": "id"}, 422),
        ({"filters[nothing][EQUALS]": "1"}, 422),
        ({"filters[namespace][ALIKE]": "1"}, 422),
    ],
)
def test_a_malformed_search_is_refused(api: Api, params: dict[str, object], status: int) -> None:
    answer = api.get("/flows/search", params=params)
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == status


def upload(api: Api, name: str, content: bytes | str, **params: object):
    return api.post("/flows/import", files={"fileUpload": (name, content)}, params=params)


def test_import_many_documents(api: Api) -> None:
    text = "---\n" + "---\n".join(flow(name, "flows.import") for name in ("one", "two", "three"))
    answer = upload(api, "flows.yaml", text)
    assert (answer.status_code, answer.json()) == (200, [])
    assert len(api.get("/flows/flows.import").json()) == 3


def test_import_names_what_failed(api: Api) -> None:
    text = flow("good", "flows.partly") + "---\n" + BAD
    assert upload(api, "flows.yml", text).json() == ["flows.yml(flow number: 1)"]
    assert [one["id"] for one in api.get("/flows/flows.partly").json()] == ["good"]
    strict = upload(api, "flows.yml", text, failOnError="true")
    assert strict.status_code == 422
    assert "flow number: 1" in strict.json()["message"]


def test_import_and_export_a_zip(api: Api) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.yaml", flow("a", "flows.zip"))
        archive.writestr("deep/b.yml", flow("b", "flows.zip"))
        archive.writestr("README.md", "not a flow")
        archive.writestr("bad.yml", BAD)
    assert upload(api, "flows.zip", packed.getvalue()).json() == ["bad.yml"]
    exported = api.get("/flows/export/by-query", params={"namespace": "flows.zip"})
    assert exported.headers["content-disposition"] == 'attachment; filename="flows.zip"'
    with zipfile.ZipFile(io.BytesIO(exported.content)) as archive:
        assert sorted(archive.namelist()) == ["flows.zip-a.yml", "flows.zip-b.yml"]
        assert archive.read("flows.zip-a.yml").decode() == flow("a", "flows.zip")
    one = api.post("/flows/export/by-ids", json=[{"namespace": "flows.zip", "id": "b"}])
    with zipfile.ZipFile(io.BytesIO(one.content)) as archive:
        assert archive.namelist() == ["flows.zip.b.yaml"]


@pytest.mark.parametrize(
    ("name", "content"), [("flow.txt", "id: a"), ("flows.zip", "no zip"), ("f.yaml", b"\xff\xfe\xfa")]
)
def test_import_refuses_other_files(api: Api, name: str, content: bytes | str) -> None:
    assert upload(api, name, content).status_code == 422


def test_import_needs_its_file(api: Api) -> None:
    assert api.post("/flows/import", files={"other": ("a.yaml", "id: a")}).status_code == 422


def test_validate(api: Api) -> None:
    good, bad = flow("v", "flows.validate"), "id: v\nnamespace: flows.validate\ntasks: []\n"
    answer = api.post("/flows/validate", data=f"{good}\n---\n{bad}", headers={"Content-Type": "application/x-yaml"})
    assert answer.status_code == 200, answer.text
    first, second = answer.json()
    assert "constraints" not in first
    assert (first["flow"], first["namespace"], first["index"]) == ("v", "flows.validate", 0)
    assert "tasks: must not be empty" in second["constraints"]
    assert api.get("/flows/flows.validate/v").status_code == 404


def test_validate_a_task_and_a_trigger(api: Api) -> None:
    task = {"id": "t", "type": "io.kestra.plugin.core.log.Log", "message": "x"}
    assert "constraints" not in api.post("/flows/validate/task", json=task).json()
    assert "Unrecognized field" in api.post("/flows/validate/task", json=task | {"massage": 1}).json()["constraints"]
    trigger = {"id": "t", "type": "io.kestra.plugin.core.trigger.Schedule", "cron": "never"}
    assert "cron" in api.post("/flows/validate/trigger", json=trigger).json()["constraints"]


def test_graph_task_and_dependencies(api: Api) -> None:
    create(api, flow("graph", "flows.graph"))
    graph = api.get("/flows/flows.graph/graph/graph").json()
    assert {"nodes", "edges", "clusters"} <= graph.keys()
    assert any(node.get("task", {}).get("id") == "hello" for node in graph["nodes"])
    drawn = api.post("/flows/graph", data=flow("other", "flows.graph"), headers={"Content-Type": "application/x-yaml"})
    assert any(node.get("task", {}).get("id") == "hello" for node in drawn.json()["nodes"])
    assert api.get("/flows/flows.graph/graph/tasks/hello").json()["message"] == "Hello"
    assert api.get("/flows/flows.graph/graph/tasks/nobody").status_code == 404
    assert api.get("/flows/flows.graph/none/graph").status_code == 404
    assert "nodes" in api.get("/flows/flows.graph/graph/dependencies").json()


def test_disable_enable_delete_in_bulk(api: Api) -> None:
    for name in ("a", "b"):
        create(api, flow(name, "flows.bulk"))
    both = [{"namespace": "flows.bulk", "id": name} for name in ("a", "b")]
    assert api.post("/flows/disable/by-ids", json=both[:1]).json() == {"count": 1}
    assert api.get("/flows/flows.bulk/a").json()["disabled"] is True
    assert api.post("/flows/enable/by-query", params={"namespace": "flows.bulk"}).json() == {"count": 1}
    assert api.get("/flows/flows.bulk/a").json()["disabled"] is False
    assert api.delete("/flows/delete/by-ids", json=both).json() == {"count": 2}
    assert api.delete("/flows/delete/by-ids", json=both).status_code == 404
    assert api.delete("/flows/delete/by-ids", json={"id": "a"}).status_code == 422


def test_replace_a_namespace(api: Api) -> None:
    for name in ("old", "kept"):
        create(api, flow(name, "flows.replace"))
    sources = flow("kept", "flows.replace", "new") + "---\n" + flow("more", "flows.replace")
    answer = api.post("/flows/flows.replace", data=sources, headers={"Content-Type": "application/x-yaml"})
    assert answer.status_code == 200, answer.text
    assert {one["id"] for one in api.get("/flows/flows.replace").json()} == {"kept", "more"}
    wrong = api.post("/flows/flows.replace", data=flow("x", "flows.elsewhere"))
    assert wrong.status_code == 422
    twice = api.post("/flows/bulk", data=sources + "---\n" + flow("more", "flows.replace"), params={"delete": "false"})
    assert "Duplicate flow id" in twice.json()["message"]


def test_the_body_is_bounded(api: Api) -> None:
    answer = create(api, "# " + "x" * (11 * 2**20))
    assert (answer.status_code, answer.json()["status"]) == (413, 413)


def test_a_flow_may_be_sent_as_json(api: Api) -> None:
    """Kestra takes it until 2.0; its source is kept as YAML."""
    task = {"id": "say", "type": "io.kestra.plugin.core.log.Log", "message": "Grüße: {{ flow.id }}"}
    flow = {"id": "from_json", "namespace": "flows.json", "tasks": [task]}
    created = api.post("/flows", json=flow)
    assert created.status_code == 200, created.text
    assert yaml.safe_load(created.json()["source"]) == flow
    read = api.get("/flows/flows.json/from_json", params={"source": "true"}).json()
    updated = api.put("/flows/flows.json/from_json", json={**read, "description": "as it was read"})
    assert (updated.status_code, updated.json()["revision"]) == (200, 2)
    assert api.run("flows.json", "from_json")["state"]["current"] == "SUCCESS"
    for wrong in ([flow], "text", {"id": "no_namespace"}):
        assert api.post("/flows", json=wrong).status_code == 422


@pytest.mark.parametrize(
    ("unknown", "says"),
    [
        ("io.kestra.plugin.core.log.Logg", "nearest: io.kestra.plugin.core.log.Log"),
        ("io.kestra.plugin.core.debug.Log", "io.kestra.plugin.core.log.Log"),
        ("io.kestra.plugin.ai.completion.ChatCompletion", "AI plug-ins are not part of the embedded engine"),
        ("io.kestra.plugin.aws.sqs.Publish", "no SQS, SNS or DynamoDB"),
        ("io.kestra.plugin.aws.dynamodb.PutItem", "no SQS, SNS or DynamoDB"),
        ("io.kestra.plugin.git.Push", "PushFlows and PushNamespaceFiles change one folder"),
        ("io.kestra.plugin.git.TenantSync", "io.kestra.plugin.git.NamespaceSync does the same for one namespace"),
        ("io.kestra.plugin.git.PushFlow", "nearest: io.kestra.plugin.git.PushFlows"),
        ("com.example.Pipeline", "docs/task-types.md lists the types"),
    ],
)
def test_an_unknown_type_is_refused_with_the_nearest_or_what_it_needs(api: Api, unknown: str, says: str) -> None:
    source = f"{{id: unknown, namespace: flows.types, tasks: [{{id: a, type: {unknown}}}]}}"
    assert f"Invalid type: {unknown} (" in create(api, source).json()["message"]
    assert says in create(api, source).json()["message"]
    validated = api.post("/flows/validate", data=source, headers={"Content-Type": "application/x-yaml"}).json()
    assert says in validated[0]["constraints"]

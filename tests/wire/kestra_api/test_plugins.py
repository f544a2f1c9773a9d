"""The types that the engine has, with their schemas."""

import base64

import pytest

from tests.wire.kestra_api.client import Api
from tools import task_types

LOG = "io.kestra.plugin.core.log.Log"
SCHEDULE = "io.kestra.plugin.core.trigger.Schedule"


def test_plugins_list_their_types(api: Api) -> None:
    # Of no tenant, as the official server has it.
    core = next(one for one in api.get("/api/v1/plugins").json() if one["group"] == "io.kestra.plugin.core")
    assert LOG in [one["cls"] for one in core["tasks"]]
    assert SCHEDULE in [one["cls"] for one in core["triggers"]]


def test_subgroups(api: Api) -> None:
    found = {one.get("subGroup"): one for one in api.get("/plugins/groups/subgroups").json()}
    assert [one["cls"] for one in found["io.kestra.plugin.core.log"]["tasks"] if one["cls"] == LOG] == [LOG]


def test_documentation_has_schema_and_text(api: Api) -> None:
    answer = api.get(f"/plugins/{LOG}")
    found = answer.json()
    assert found["schema"]["properties"]["required"] == ["message"]
    assert "level" in found["schema"]["properties"]["properties"]
    assert "retry" not in found["schema"]["properties"]["properties"]
    assert "title: Log" in found["markdown"]
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_documentation_with_the_properties_that_all_tasks_have(api: Api) -> None:
    found = api.get(f"/plugins/{LOG}", params={"all": "true"}).json()
    assert "retry" in found["schema"]["properties"]["properties"]


def test_outputs_are_documented(api: Api) -> None:
    found = api.get("/plugins/io.kestra.plugin.core.debug.Return").json()
    assert "value" in found["schema"]["outputs"]["properties"]


@pytest.mark.parametrize(
    ("kind", "cls"), [("flow", "flows.Flow"), ("TASK", "tasks.Task"), ("trigger", "triggers.AbstractTrigger")]
)
def test_schemas(api: Api, kind: str, cls: str) -> None:
    found = api.get(f"/plugins/schemas/{kind}").json()
    assert found["$ref"] == f"#/definitions/io.kestra.core.models.{cls}"
    assert any(name.startswith(SCHEDULE if kind == "trigger" else LOG) for name in found["definitions"])


def test_schema_of_a_list(api: Api) -> None:
    found = api.get("/plugins/schemas/task", params={"arrayOf": "true"}).json()
    assert found != api.get("/plugins/schemas/task").json()


def test_properties(api: Api) -> None:
    assert "Flow" in api.get("/plugins/properties/flow").text


def test_inputs(api: Api) -> None:
    types = {one["type"]: one["cls"] for one in api.get("/plugins/inputs").json()}
    assert types["SELECT"] == "io.kestra.core.models.flows.input.SelectInput"
    found = api.get("/plugins/inputs/SELECT").json()
    assert "values" in found["schema"]["properties"]["properties"]


def test_icons(api: Api) -> None:
    icon = api.get("/plugins/icons").json()[LOG]
    assert icon["name"] == "Log"
    assert icon["flowable"] is False
    assert base64.b64decode(icon["icon"]).startswith(b"<svg")
    assert "io.kestra.plugin.core" in api.get("/plugins/icons/groups").json()


def test_versions(api: Api) -> None:
    assert api.get(f"/plugins/{LOG}/versions").json() == {"type": LOG, "versions": []}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/plugins/io.kestra.plugin.nowhere.Task", 404),
        ("/plugins/io.kestra.plugin.nowhere.Task/versions", 404),
        (f"/plugins/{LOG}/versions/9.9", 404),
        ("/plugins/schemas/nothing", 422),
        ("/plugins/inputs/nothing", 422),
    ],
)
def test_unknown(api: Api, path: str, status: int) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_each_property_says_what_it_does(api: Api) -> None:
    lines = task_types.page(lambda path: api.get(path).json()).splitlines()
    assert [line for line in lines if line.startswith("| `") and line.endswith("|  |")] == []


def test_the_page_of_task_types_is_of_today(api: Api) -> None:
    found = task_types.page(lambda path: api.get(path).json())
    assert found == task_types.DOCUMENT.read_text(), (
        "run: python -m embedded run --only kestra -- python -m tools.task_types"
    )

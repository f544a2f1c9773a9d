"""How records, lists of executions and a lab show themselves."""

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.fake_kestra import FakeKestra, recorded
from workbook import overview, stack
from workbook.kestra import KestraClient
from workbook.kestra.execution_list import ROWS, ExecutionList
from workbook.kestra.models import Execution, Flow, TaskRun
from workbook.kestra.server import Server
from workbook.lab import Lab
from workbook.settings import Settings

RAW = recorded("taxi.execution")
KNOWN = Server("http://kestra.test:8080")
PAGE = f"http://kestra.test:8080/ui/main/executions/{RAW['namespace']}/{RAW['flowId']}/{RAW['id']}"


def _shown(thing: Any) -> tuple[str, str]:
    bundle = thing._repr_mimebundle_()
    ElementTree.fromstring(f"<div>{bundle['text/html'].replace('<br>', '<br/>')}</div>")  # well-formed
    return bundle["text/html"], bundle["text/plain"]


def _links(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


def test_an_execution_shows_its_task_runs_and_leads_to_its_page() -> None:
    execution = Execution.from_json({**RAW, "url": None}, KNOWN)
    html, text = _shown(execution)
    assert _links(html) == [PAGE] == [execution.link]
    assert "✓ SUCCESS" in html
    assert all(run.task_id in html for run in execution.task_runs)
    assert text == repr(execution)


@pytest.mark.parametrize("stack", ["embedded", "docker", "cloud"])
def test_a_record_leads_to_its_page_on_every_stack(fake: FakeKestra, stack: str) -> None:
    fake.on("GET", f"/executions/{RAW['id']}", {**RAW, "url": None})
    client = KestraClient(fake.url, "admin@kestra.io", "Admin1234", stack)
    execution = client.execution(RAW["id"])
    client.close()
    assert _links(execution.html()) == [execution.link] == [execution.url]
    assert execution.url == f"{fake.url}/ui/main/executions/{RAW['namespace']}/{RAW['flowId']}/{RAW['id']}"
    assert len(fake.requests("GET", "/")) == 0, "nobody is asked whether there are screens"


def test_a_record_of_a_server_that_is_not_known_leads_nowhere() -> None:
    execution = Execution.from_json({**RAW, "url": None}, "")
    assert (execution.link, _links(execution.html())) == (None, [])


def test_a_flow_leads_to_its_editor() -> None:
    raw = {"namespace": "company.team", "id": "hello", "tasks": [{"id": "say"}], "triggers": [{"id": "daily"}]}
    flow = Flow.from_json(raw, KNOWN)
    html, text = _shown(flow)
    assert flow.url == "http://kestra.test:8080/ui/main/flows/edit/company.team/hello"
    assert _links(html) == [flow.url]
    assert "tasks say" in html
    assert "triggers daily" in html
    assert text == repr(flow)
    assert flow.executions_link == f"{flow.url}/executions"
    assert _links(Flow.from_json(raw).html()) == []
    assert Flow.from_json(raw).executions_link is None


def test_a_task_run_shows_its_log_with_levels(client: KestraClient, fake: FakeKestra) -> None:
    lines = [
        {"level": "ERROR", "message": "no <file>", "timestamp": "2026-11-21T13:00:02Z"},
        {"level": "INFO", "message": "begin", "timestamp": "2026-11-21T13:00:01Z"},
    ]
    fake.on("GET", f"/executions/{RAW['id']}", RAW)
    fake.on("GET", f"/logs/{RAW['id']}", lines)
    run = client.execution(RAW["id"]).task_runs[0]
    html, text = _shown(run)
    assert html.index("begin") < html.index("no &lt;file&gt;")
    assert "ERROR</span>" in html
    [(_, query, _)] = [(path, query, body) for path, query, body in _log_requests(fake)]
    assert query["taskRunId"] == run.id
    assert text.startswith(f"{run.label}  SUCCESS  outputs: ")


def _log_requests(fake: FakeKestra) -> list[Any]:
    return [("", *request) for request in fake.requests("GET", f"/logs/{RAW['id']}")]


def test_a_task_run_shows_itself_when_its_server_is_down(executed: Any) -> None:
    down = KestraClient("http://127.0.0.1:1", "a", "b")
    run = TaskRun.from_json({**RAW["taskRunList"][0], "executionId": RAW["id"]}, down.http.server)
    assert "does not answer" in run.html()
    assert executed("taxi").task_runs[0].log == []


def test_executions_show_as_a_table_with_links() -> None:
    execution = Execution.from_json({**RAW, "url": None}, KNOWN)
    html, text = _shown(ExecutionList([execution, replace(execution, id="another")]))
    rows = list(ElementTree.fromstring(f"<div>{html}</div>").iter("tr"))
    assert ["".join(cell.itertext()) for cell in rows[0]] == ["state", "id", "flow", "start (UTC)", "duration", "by"]
    assert [cell.text or "".join(cell.itertext()) for cell in rows[2]][1:3] == ["another", "taxi"]
    assert _links(html) == [PAGE, PAGE]
    assert text.splitlines()[1].startswith("SUCCESS  another  taxi  20")


def test_a_long_list_shows_its_last_ones_and_slices_stay_lists_of_executions(executed: Any) -> None:
    many = ExecutionList([replace(executed("hello"), id=f"number{at}") for at in range(ROWS + 5)])
    html, text = _shown(many)
    assert "5 more" in html
    assert "number4<" not in html
    assert f"number{ROWS + 4}" in text
    assert isinstance(many[-2:], ExecutionList)
    assert many[0].id == "number0"
    assert _shown(ExecutionList()) == ("<div>no executions</div>", "no executions")


def test_searches_give_lists_that_show_themselves(client: KestraClient, fake: FakeKestra) -> None:
    fake.on("GET", "/executions/search", {"results": [RAW], "total": 1})
    assert isinstance(client.executions(), ExecutionList)


def test_a_lab_shows_where_its_services_are_and_never_a_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = "a-secret-in-plain-sight"
    settings = Settings(
        stack="docker",
        kestra_url=f"http://admin:{secret}@kestra.test:8080",
        kestra_password=secret,
        postgres_password=secret,
        postgres_host="127.0.0.1",
    )
    monkeypatch.setattr(stack, "answers", lambda service, _: service == "kestra")
    monkeypatch.setattr(overview, "_listens", lambda host, port: False)
    html, text = _shown(Lab(settings))
    assert secret not in html + text
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in text.splitlines()[1:]}
    assert lines["kestra"] == "up http://admin@kestra.test:8080"
    assert lines["postgres"] == "no answer postgresql://root@127.0.0.1:5432/ny_taxi"
    assert "stack <b>docker</b>" in html


def test_of_the_embedded_stack_only_what_was_started_has_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "embedded_environment", lambda: {"KESTRA_URL": "http://127.0.0.1:18080"})
    monkeypatch.setattr(stack, "answers", lambda service, variables: variables["KESTRA_URL"].endswith("18080"))
    states = {one.name: (one.state, one.address) for one in overview.services(Settings())}
    assert states.pop("kestra") == ("up", "http://127.0.0.1:18080")
    assert set(states.values()) == {("not started", "")}

"""Logs, and the exports as CSV, at the wire."""

import csv
import io

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api

TALK = """
id: talk
namespace: logs.wire
tasks:
  - {id: quiet, type: io.kestra.plugin.core.log.Log, message: the quiet line, level: DEBUG}
  - {id: loud, type: io.kestra.plugin.core.log.Log, message: the loud line, level: ERROR}
"""


@pytest.fixture
def done(api: Api) -> dict:
    api.flow(TALK)
    ended = api.run("logs.wire", "talk")
    eventually(lambda: len(api.get(f"/logs/{ended['id']}").json()) >= 2, what="the log of both tasks")
    return ended


def messages(api: Api, execution: dict, **params: object) -> list[str]:
    return [line["message"] for line in api.get(f"/logs/{execution['id']}", params=params).json()]


def test_logs_of_an_execution(api: Api, done: dict) -> None:
    assert {"the quiet line", "the loud line"} <= set(messages(api, done))
    assert messages(api, done, minLevel="ERROR") == ["the loud line"]
    assert messages(api, done, taskId="quiet", minLevel="DEBUG") == ["the quiet line"]
    run = done["taskRunList"][1]["id"]
    assert messages(api, done, taskRunId=run) == ["the loud line"]
    assert messages(api, done, taskRunId=run, attempt=0) == ["the loud line"]
    assert messages(api, done, taskRunId=run, attempt=5) == []
    assert api.get(f"/logs/{done['id']}", params={"minLevel": "SHOUT"}).status_code == 422
    assert api.get("/logs/none").json() == []


def test_logs_are_downloaded_as_text(api: Api, done: dict) -> None:
    api.until(done["id"], "SUCCESS")
    answer = api.get(f"/logs/{done['id']}/download", params={"minLevel": "ERROR"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-disposition"] == f'attachment; filename="{done["id"]}.log"'
    assert answer.text.count("the loud line") == 1
    assert "the quiet line" not in answer.text
    assert api.get("/logs/none/download").status_code == 404


def test_logs_are_searched(api: Api, done: dict) -> None:
    query = {"filters[namespace][EQUALS]": "logs.wire", "filters[executionId][EQUALS]": done["id"], "size": 50}
    found = api.get("/logs/search", params=query).json()
    assert {"the quiet line", "the loud line"} <= {line["message"] for line in found["results"]}
    plain = {"namespace": "logs.wire", "minLevel": "ERROR", "q": "loud", "size": 50}
    assert {line["message"] for line in api.get("/logs/search", params=plain).json()["results"]} == {"the loud line"}
    past = {"namespace": "logs.wire", "endDate": "2001-01-01T00:00:00Z", "startDate": "2000-01-01T00:00:00Z"}
    assert api.get("/logs/search", params=past).json()["total"] == 0
    wrong = {"startDate": "2001-01-01T00:00:00Z", "endDate": "2000-01-01T00:00:00Z"}
    assert api.get("/logs/search", params=wrong).status_code == 422
    assert api.get("/logs/search", params={"timeRange": "PT1H", "startDate": "2001-01-01T00:00:00Z"}).status_code == 422
    assert api.get("/logs/search", params={"startDate": "yesterday"}).status_code == 422


def test_logs_are_deleted(api: Api, done: dict) -> None:
    assert api.delete(f"/logs/{done['id']}", params={"taskId": "loud"}).status_code == 200
    assert "the loud line" not in messages(api, done)
    assert "the quiet line" in messages(api, done)
    assert api.delete("/logs/logs.wire/talk").status_code == 200
    assert messages(api, done) == []


def test_flows_and_executions_as_csv(api: Api, done: dict) -> None:
    api.until(done["id"], "SUCCESS")
    for what, column, value in (("flows", "id", "talk"), ("executions", "flowId", "talk")):
        answer = api.get(f"/{what}/export/by-query/csv", params={"filters[namespace][EQUALS]": "logs.wire"})
        assert answer.headers["content-disposition"] == f"attachment; filename={what}.csv"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert {row[column] for row in rows} == {value}
    empty = api.get("/flows/export/by-query/csv", params={"filters[namespace][EQUALS]": "nobody"})
    assert (empty.status_code, empty.text) == (200, "")
    assert api.get("/flows/export/by-query/csv", params={"filters[none][EQUALS]": "1"}).status_code == 422


def test_lines_of_one_millisecond_keep_their_order(api: Api) -> None:
    """The database sorts by the time as it was written, to the microsecond: lists, downloads and pages of searches."""
    lines = "\n".join(
        f"  - {{id: t{number}, type: io.kestra.plugin.core.log.Log, message: [{name}a, {name}b, {name}c]}}"
        for number, name in enumerate(f"m{number:02}" for number in range(20))
    )
    api.flow(f"id: ordered\nnamespace: logs.wire\ntasks:\n{lines}\n")
    execution = api.run("logs.wire", "ordered")
    wanted = [f"m{number:02}{letter}" for number in range(20) for letter in "abc"]

    def listed() -> list[str]:
        return [text for text in messages(api, execution) if text in wanted]

    eventually(lambda: len(listed()) == len(wanted), what="all lines")
    assert listed() == wanted
    downloaded = api.get(f"/logs/{execution['id']}/download").text
    assert sorted(wanted, key=downloaded.index) == wanted
    query = {"filters[executionId][EQUALS]": execution["id"], "sort": "timestamp:asc", "size": 7}
    pages = [api.get("/logs/search", params={**query, "page": page}).json()["results"] for page in range(1, 20)]
    assert [line["message"] for page in pages for line in page if line["message"] in wanted] == wanted

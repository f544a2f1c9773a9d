"""What is older than the retention goes, but for what has not ended."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_engine.guarded import END_SECONDS, SLEEPER, Guarded

WRITER = """
id: writer
namespace: guarded
tasks:
  - {id: say, type: io.kestra.plugin.core.log.Log, message: A line}
  - {id: count, type: io.kestra.plugin.core.metric.Publish, metrics: [{name: found, type: counter, value: 1}]}
  - {id: keep, type: io.kestra.plugin.core.storage.Write, content: A file, extension: .txt}
"""
LINE = (
    '{"tenantId": "main", "namespace": "guarded", "flowId": "writer", "triggerId": "daily", "level": "INFO",'
    ' "message": "%s", "timestamp": "%s", "deleted": false}'
)
NEVER = datetime(2150, 1, 1, tzinfo=UTC)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    guarded = Guarded(tmp_path)
    guarded.start()
    guarded.flow(SLEEPER)
    guarded.flow(WRITER)
    yield guarded
    guarded.stop()


def purge(guarded: Guarded, before: datetime) -> int:
    answer = guarded.session.post(f"{guarded.url}/test/purge", json={"before": before.isoformat()})
    answer.raise_for_status()
    return int(answer.json()["executions"])


def ids(guarded: Guarded) -> set[str]:
    return {execution["id"] for execution in guarded.get("/executions/search", namespace="guarded")["results"]}


def total(guarded: Guarded, path: str) -> int:
    return int(guarded.get(path)["total"])


def files(guarded: Guarded, execution: dict[str, Any]) -> list[Path]:
    return [path for path in (guarded.folder / "storage").rglob("*.txt") if execution["id"] in str(path)]


def test_what_is_older_goes_but_for_what_has_not_ended(guarded: Guarded) -> None:
    old = guarded.run("writer", wait="true")
    running = guarded.running(seconds=600)
    between = datetime.now(UTC)
    fresh = guarded.run("writer", wait="true")
    for execution in (old, fresh):
        eventually(lambda of=execution: guarded.get(f"/logs/{of['id']}"), END_SECONDS, "the log")
        eventually(lambda of=execution: total(guarded, f"/metrics/{of['id']}"), END_SECONDS, "the metric")
    for number, (message, moment) in enumerate({"early": "2001-01-01", "late": "2200-01-01"}.items()):
        line = LINE % (message, f"{moment}T00:00:00.000Z")
        guarded.sql('INSERT INTO logs("key", "value") VALUES (?, ?)', f"line{number}", line)

    assert purge(guarded, between) == 1
    assert ids(guarded) == {running["id"], fresh["id"]}
    assert (guarded.get(f"/logs/{old['id']}"), total(guarded, f"/metrics/{old['id']}"), files(guarded, old)) == (
        [],
        0,
        [],
    )
    assert guarded.get(f"/logs/{fresh['id']}")
    assert files(guarded, fresh)
    lines = guarded.get("/logs/search", namespace="guarded", triggerId="daily")["results"]
    assert [line["message"] for line in lines] == ["late"]

    assert purge(guarded, NEVER) == 1
    assert ids(guarded) == {running["id"]}
    assert guarded.get(f"/executions/{running['id']}")["state"]["current"] == "RUNNING"

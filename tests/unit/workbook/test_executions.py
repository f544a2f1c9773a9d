"""What the client sends, and what it makes of what comes back."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.responses import PlainTextResponse, Response

from tests.support.fake_kestra import FakeKestra, error, recorded, sse
from workbook.errors import NotFound, WorkbookError
from workbook.kestra import KestraClient, tables
from workbook.kestra.errors import InputInvalid
from workbook.kestra.inputs import text
from workbook.kestra.models import Execution

RAW = recorded("hello.execution")
URI = "kestra:///zoomcamp/hello/executions/1/tasks/extract/2/products.json"


def _ready(fake: FakeKestra, *inputs: str) -> None:
    declared = [{"id": name, "type": "STRING"} for name in inputs]
    fake.flow({"namespace": "zoomcamp", "id": "hello", "inputs": declared})
    fake.on("POST", "/executions/zoomcamp/hello", RAW)
    fake.on("GET", f"/executions/{RAW['id']}", RAW)
    fake.on("GET", f"/executions/{RAW['id']}/follow", lambda request: sse(("end", RAW)))


def test_import_sends_the_file_and_reads_the_flow_back(fake: FakeKestra, client: KestraClient, tmp_path: Path) -> None:
    file = tmp_path / "hello.yaml"
    file.write_text("id: hello\nnamespace: zoomcamp\n")
    fake.on("POST", "/flows/validate", [{"index": 0, "namespace": "zoomcamp", "flow": "hello"}])
    fake.on("POST", "/flows/import", [])
    fake.flow({"namespace": "zoomcamp", "id": "hello", "revision": 3, "source": "id: hello"})
    flow = client.import_flow(file)
    assert (flow.id, flow.revision, flow.source) == ("hello", 3, "id: hello")
    [(_, body)] = fake.requests("POST", "/flows/import")
    assert b'name="fileUpload"; filename="hello.yaml"' in body
    assert file.read_bytes() in body


def test_execute_sends_typed_inputs_and_files_as_a_form(fake: FakeKestra, client: KestraClient, tmp_path: Path) -> None:
    _ready(fake, "flag", "columns", "file", "nothing")
    file = tmp_path / "a.csv"
    file.write_text("x,y\n")
    inputs = {"flag": True, "columns": ["a", "b"], "file": file, "nothing": None}
    client.execute("zoomcamp/hello", inputs=inputs, labels={"who": "me"})
    [(query, body)] = fake.requests("POST", "/executions/zoomcamp/hello")
    assert query == {"labels": "who:me"}
    assert b'name="flag"\r\n\r\ntrue' in body
    assert b'name="columns"\r\n\r\n["a", "b"]' in body
    assert b'name="file"; filename="a.csv"' in body
    assert b"nothing" not in body


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (False, "false"),
        (3, "3"),
        (2.5, "2.5"),
        (date(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2, 3, tzinfo=UTC), "2020-01-02T03:00:00+00:00"),
        (timedelta(seconds=90), "PT90S"),
        ({"a": 1}, '{"a": 1}'),
        ("01", "01"),
    ],
)
def test_values_read_as_kestra_reads_them(value: Any, sent: str) -> None:
    assert text(value) == sent


def test_the_last_line_is_the_same_at_every_run_but_for_the_seconds(
    fake: FakeKestra, client: KestraClient, capsys: pytest.CaptureFixture[str]
) -> None:
    _ready(fake)
    execution = client.execute("zoomcamp/hello")
    [line] = capsys.readouterr().out.splitlines()
    assert line == f"hello  SUCCESS  4 task runs in {execution.duration:.1f} s"
    assert repr(execution) == "Execution(hello, SUCCESS, 4 task runs)"


def test_outputs_by_task(executed: Any) -> None:
    execution: Execution = executed("zoo")
    assert execution.output("check", "green") == {"value": "green"}
    assert execution.output("check", "yellow") == {"value": "yellow"}
    with pytest.raises(NotFound, match=r"No task 'chek' ran .*load \[yellow\]"):
        execution.output("chek")


def test_times_come_from_the_history(executed: Any) -> None:
    execution: Execution = executed("hello")
    sleep = execution.task_runs_of("sleep")[0]
    assert 1.0 < sleep.seconds < 1.2
    assert execution.start is not None
    assert sleep.start is not None
    assert execution.start < sleep.start
    assert execution.duration > sleep.seconds


def test_failed_task_is_the_innermost(executed: Any) -> None:
    assert executed("fails").failed_task.task_id == "broken"
    assert executed("hello").failed_task is None


def test_executions_of_all_pages_oldest_first(fake: FakeKestra, client: KestraClient) -> None:
    def page(request: Any) -> Any:
        number = int(request.query_params["page"])
        ids = range(100) if number == 1 else range(100, 103)
        executions = [
            {**RAW, "id": str(at), "state": {"current": "SUCCESS", "histories": [_at(200 - at)]}} for at in ids
        ]
        return {"results": executions, "total": 103}

    fake.on("GET", "/executions/search", page)
    executions = client.executions("zoomcamp/hello", labels={"taxi": "green"}, state=["SUCCESS", "FAILED"])
    assert [execution.id for execution in executions] == [str(at) for at in reversed(range(103))]
    query = fake.requests("GET", "/executions/search")[0][0]
    assert query["filters[flowId][EQUALS]"] == "hello"
    assert query["filters[labels][EQUALS][taxi]"] == "green"
    assert query["filters[state][IN]"] == "SUCCESS,FAILED"


def _at(minute: int) -> dict[str, str]:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return {"state": "SUCCESS", "date": moment.isoformat()}


def test_log_lines_of_one_millisecond_are_in_order(fake: FakeKestra, client: KestraClient) -> None:
    times = {"second": "129969Z", "first": "129409Z", "third": "13Z"}
    lines = [
        {"level": "ERROR", "message": text, "timestamp": f"2026-11-21T10:00:11.{end}"} for text, end in times.items()
    ]
    fake.on("GET", "/logs/one", lines)
    assert [line.message for line in client.logs("one")] == ["first", "second", "third"]


def test_replay_from_a_task_names_its_run(fake: FakeKestra, client: KestraClient) -> None:
    _ready(fake)
    fake.on("POST", f"/executions/{RAW['id']}/replay", RAW)
    client.replay(RAW["id"], from_task="sleep", revision=2)
    run = next(task_run["id"] for task_run in RAW["taskRunList"] if task_run["taskId"] == "sleep")
    assert fake.requests("POST", f"/executions/{RAW['id']}/replay")[0][0] == {"taskRunId": run, "revision": "2"}
    with pytest.raises(NotFound, match="nope"):
        client.replay(RAW["id"], from_task="nope")


def test_replay_with_other_inputs_keeps_the_rest(fake: FakeKestra, client: KestraClient) -> None:
    _ready(fake, "name", "pause")
    first = {**RAW, "inputs": {"name": "Will", "pause": "PT1S"}}
    fake.on("GET", f"/executions/{RAW['id']}", first)
    fake.on("POST", f"/executions/{RAW['id']}/replay-with-inputs", RAW)
    client.replay(RAW["id"], inputs={"name": "Ada"})
    [(_, body)] = fake.requests("POST", f"/executions/{RAW['id']}/replay-with-inputs")
    assert b'name="name"\r\n\r\nAda' in body
    assert b'name="pause"\r\n\r\nPT1S' in body


@pytest.mark.parametrize(
    ("declared", "shown", "sent"),
    [
        ({"id": "pause", "type": "DURATION"}, {"pause": 5400.0}, b"PT5400S"),
        ({"id": "pauses", "type": "ARRAY", "itemType": "DURATION"}, {"pauses": [60.0, 0.5]}, b'["PT60S", "PT0.5S"]'),
        ({"id": "sizes", "type": "ARRAY", "itemType": "INT"}, {"sizes": [1, 2]}, b"[1, 2]"),
        ({"id": "note", "type": "JSON"}, {"note": "a text"}, b'"a text"'),
        ({"id": "place.zone", "type": "INT"}, {"place": {"zone": 7}}, b"7"),
        ({"id": "place", "type": "FORM", "inputs": [{"id": "zone", "type": "INT"}]}, {"place": {"zone": 7}}, b"7"),
    ],
)
def test_replay_gives_kept_inputs_as_the_engine_reads_them(
    fake: FakeKestra, client: KestraClient, declared: dict[str, Any], shown: dict[str, Any], sent: bytes
) -> None:
    _ready(fake)
    fake.flow({"namespace": "zoomcamp", "id": "hello", "inputs": [declared, {"id": "name", "type": "STRING"}]})
    fake.on("GET", f"/executions/{RAW['id']}", {**RAW, "inputs": shown | {"name": None}})
    fake.on("POST", f"/executions/{RAW['id']}/replay-with-inputs", RAW)
    client.replay(RAW["id"], inputs={"name": "Ada"})
    [(_, body)] = fake.requests("POST", f"/executions/{RAW['id']}/replay-with-inputs")
    name = b"place.zone" if "place" in shown else declared["id"].encode()
    assert b'name="' + name + b'"\r\n\r\n' + sent in body
    assert body.count(b'name="name"') == 1


def test_replay_asks_for_a_secret_again(fake: FakeKestra, client: KestraClient) -> None:
    _ready(fake)
    declared = [{"id": "token", "type": "SECRET"}, {"id": "name", "type": "STRING"}]
    fake.flow({"namespace": "zoomcamp", "id": "hello", "inputs": declared})
    encrypted = {"type": "io.kestra.datatype:aes_encrypted", "value": "Rw=="}
    fake.on("GET", f"/executions/{RAW['id']}", {**RAW, "inputs": {"token": encrypted}})
    fake.on("POST", f"/executions/{RAW['id']}/replay-with-inputs", RAW)
    with pytest.raises(InputInvalid, match=r"'token' is a secret.*Give it again"):
        client.replay(RAW["id"], inputs={"name": "Ada"})
    client.replay(RAW["id"], inputs={"token": "abc"})


def test_resume_takes_the_inputs_of_the_task_that_pauses(fake: FakeKestra, client: KestraClient) -> None:
    _ready(fake)
    asked = {"id": "approve", "type": "io.kestra.plugin.core.flow.Pause", "onResume": [{"id": "ok", "type": "BOOL"}]}
    other = {"id": "later", "type": "io.kestra.plugin.core.flow.Pause", "onResume": [{"id": "no", "type": "BOOL"}]}
    fake.flow({"namespace": "zoomcamp", "id": "hello", "tasks": [{"id": "s", "tasks": [asked, other]}]})
    run = {**RAW["taskRunList"][0], "taskId": "approve", "state": {"current": "PAUSED", "histories": []}}
    paused = {**RAW, "taskRunList": [run], "state": {"current": "PAUSED", "histories": RAW["state"]["histories"][:1]}}
    fake.on("GET", f"/executions/{RAW['id']}", paused)
    fake.on("POST", f"/executions/{RAW['id']}/resume", lambda request: Response(status_code=204))
    for wrong in ("no", "OK"):
        with pytest.raises(InputInvalid, match=f"The pause of 'hello' has no input {wrong!r}.* Its inputs: ok"):
            client.resume(RAW["id"], {wrong: True})
    assert client.resume(RAW["id"], {"ok": True}).state == "SUCCESS"
    [(_, body)] = fake.requests("POST", f"/executions/{RAW['id']}/resume")
    assert b'name="ok"\r\n\r\ntrue' in body


def test_a_refused_resume_says_which_input(fake: FakeKestra, client: KestraClient) -> None:
    _ready(fake)
    refusal = error(422, "Invalid entity: Missing required input:ok")
    fake.on("POST", f"/executions/{RAW['id']}/resume", lambda request: refusal)
    with pytest.raises(InputInvalid, match="Missing required input:ok"):
        client.resume(RAW["id"])


def test_change_state_names_the_last_run(fake: FakeKestra, client: KestraClient) -> None:
    _ready(fake)
    runs = [{**RAW["taskRunList"][0], "id": name, "taskId": "load"} for name in ("first", "last")]
    fake.on("GET", f"/executions/{RAW['id']}", {**RAW, "taskRunList": runs})
    fake.on("POST", f"/executions/{RAW['id']}/state", RAW)
    assert client.change_state(RAW["id"], "load", "SUCCESS").state == "SUCCESS"
    [(_, body)] = fake.requests("POST", f"/executions/{RAW['id']}/state")
    assert json.loads(body) == {"taskRunId": "last", "state": "SUCCESS"}
    with pytest.raises(NotFound, match="nope"):
        client.change_state(RAW["id"], "nope", "SUCCESS")


def _with_files(fake: FakeKestra) -> Execution:
    run = {**RAW["taskRunList"][0], "taskId": "extract"}
    run["outputs"] = {"uri": URI + ".csv", "outputFiles": {"products.json": URI}, "again": [URI], "size": 3}
    sizes = {URI: 7}

    def size(request: Any) -> Any:
        known = sizes.get(request.query_params["path"])
        return {"size": known} if known else error(404, "Not Found")

    fake.on("GET", f"/executions/{RAW['id']}/file/metas", size)
    return Execution.from_json({**RAW, "taskRunList": [run]}, fake.url)


def test_files_by_name_once_with_size_or_none_if_gone(fake: FakeKestra, client: KestraClient) -> None:
    files = client.files(_with_files(fake))
    assert [(file.name, file.size, file.task_id) for file in files] == [
        ("products.json.csv", None, "extract"),
        ("products.json", 7, "extract"),
    ]


def test_download_streams_to_a_folder(fake: FakeKestra, client: KestraClient, tmp_path: Path) -> None:
    fake.on("GET", f"/executions/{RAW['id']}/file", lambda request: PlainTextResponse('[{"a": 1}]'))
    assert client.download(URI, RAW["id"], tmp_path).read_text() == '[{"a": 1}]'
    assert client.read(URI, RAW["id"]).to_dict("records") == [{"a": 1}]


def test_a_download_that_breaks_leaves_no_half_file(fake: FakeKestra, client: KestraClient, tmp_path: Path) -> None:
    short = {"content-length": "1000"}
    fake.on("GET", f"/executions/{RAW['id']}/file", lambda request: Response(b"half", headers=short))
    with pytest.raises(WorkbookError, match=r"broke off|no connection"):
        client.download(URI, RAW["id"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_purged_file_is_explained(client: KestraClient, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="purged"):
        client.download(URI, RAW["id"], tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "a,b\n1,x\n2,y\n"),
        ("a.json", '[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]'),
        ("a.jsonl", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'),
        ("b.json", '{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n'),
        ("a.ion", '{a:1,b:"x"}\n{a:2,b:"y"}\n'),
    ],
)
def test_stored_files_as_tables(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    frame = tables.read(tmp_path / name)
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), check_dtype=False)


def test_ion_files_keep_nulls_booleans_and_times(tmp_path: Path) -> None:
    (tmp_path / "a.ion").write_text(
        "{p:2, f:true, typed:1, d:1.5, e:2.5e0, t:2020-01-01T00:00:00.123Z, s:word, l:[1,null.int], m:{in:false}}"
        "{p:null, f:false, typed:null.int, d:null, e:null, t:2020-01-01T02:00:00+02:00, s:null, l:null, m:null}"
    )
    frame = tables.read(tmp_path / "a.ion")
    assert frame.isna().sum().to_dict() == {
        "p": 1, "f": 0, "typed": 1, "d": 1, "e": 1, "t": 0, "s": 1, "l": 1, "m": 1
    }  # fmt: skip
    assert frame["f"].dtype == bool
    assert (frame["p"].sum(), frame["d"].sum(), frame["e"].sum()) == (2, Decimal("1.5"), 2.5)
    assert (frame["s"][0], frame["l"][0], frame["m"][0]) == ("word", [1, None], {"in": False})
    assert list(pd.to_datetime(frame["t"], utc=True)) == [
        datetime(2020, 1, 1, 0, 0, 0, 123_000, UTC),
        datetime(2020, 1, 1, tzinfo=UTC),
    ]
    assert json.loads(frame[["p", "f", "l", "m"]].to_json(orient="records")) == [
        {"p": 2, "f": True, "l": [1, None], "m": {"in": False}},
        {"p": None, "f": False, "l": None, "m": None},
    ]


def test_ion_values_with_annotations_are_plain_values(tmp_path: Path) -> None:
    (tmp_path / "a.ion").write_text(
        "{i:x::1, b:x::true, f:x::1.5e0, d:x::1.5, s:x::'q', t:x::\"u\", n:x::null, l:x::[1]}"
    )
    (read,) = tables.read(tmp_path / "a.ion").to_dict("records")
    assert read == {"i": 1, "b": True, "f": 1.5, "d": Decimal("1.5"), "s": "q", "t": "u", "n": None, "l": [1]}
    assert {type(value) for value in read.values()} <= {int, bool, float, Decimal, str, list, type(None)}


def test_other_files_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=r"a\.bin is no table"):
        tables.read(tmp_path / "a.bin")

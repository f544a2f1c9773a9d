"""io.kestra.plugin.aws.s3.Trigger: which objects start an execution, how often, and what becomes of them."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import NAMESPACE, Kestra
from tests.wire.kestra_tasks.s3_watch import BUCKET, SECONDS, TASK, TYPE, WATCH, Watch

SEED_BUCKET = "static-staging.flowio.app"
SEED_PREFIX = "resources/kestra_test/"
LATER = "made.later"
SEED = """
  - id: s3_trigger
    type: io.kestra.plugin.aws.s3.Trigger
    bucket: "static-staging.flowio.app"
    prefix: "resources/kestra_test/"
    interval: PT1M                    # Check every minute
    action: MOVE                      # Move files after processing
    moveTo:
        key: "resources/kestra_test/processed/{{ trigger.objects[0].key | replace('resources/kestra_test/', '') }}"
    filter: FILES                     # Only process files (not folders)
    maxKeys: 1                        # Process one file at a time
"""


@pytest.fixture
def watch(kestra: Kestra) -> Iterator[Watch]:
    watch = Watch(kestra)
    watch.s3.create_bucket(Bucket=BUCKET)
    yield watch
    for name in list(watch.flows):
        watch.stop(name)
    for bucket in (BUCKET, LATER):
        if bucket in {one["Name"] for one in watch.s3.list_buckets()["Buckets"]}:
            for key in watch.there(bucket=bucket):
                watch.s3.delete_object(Bucket=bucket, Key=key)
            watch.s3.delete_bucket(Bucket=bucket)


@pytest.fixture(scope="module", autouse=True)
def seed_watch(kestra: Kestra) -> Iterator[Watch]:
    """The trigger of the seed, which looks once a minute: it begins before the other tests, and is looked at last."""
    watch = Watch(kestra)
    watch.put(SEED_PREFIX, *(SEED_PREFIX + name for name in ("a.json", "b.json")), bucket=SEED_BUCKET)
    task = '\n  - id: task\n    type: io.kestra.plugin.core.debug.Return\n    format: "{{ trigger.objects[0].uri }}"\n'
    source = f"id: {watch.id('seed')}\nnamespace: {NAMESPACE}\ntasks:{task}triggers:{SEED}"
    answer = kestra.request("POST", "/flows/import", files={"fileUpload": ("flow.yaml", source)})
    assert answer.status_code == 200, answer.text
    watch.flows.append("seed")
    yield watch
    watch.stop("seed")
    for key in watch.there(SEED_PREFIX, bucket=SEED_BUCKET):
        watch.s3.delete_object(Bucket=SEED_BUCKET, Key=key)


def test_none_hands_out_what_is_new_or_changed(watch: Watch) -> None:
    watch.put("in/a.txt", "other")
    watch.flow("none", prefix="in/")
    [item] = watch.await_objects("none", 1)
    assert watch.kestra.text(item["uri"]) == "body of in/a.txt"
    assert {name: item[name] for name in ("key", "size", "changeType")} == {
        **{"key": "in/a.txt", "size": 16},
        "changeType": "CREATE",
    }
    watch.put("in/a.txt", text="another body of ")
    watch.put("in/b.txt")
    found = watch.await_objects("none", 3)
    assert Counter((item["key"], item["changeType"]) for item in found) == {
        ("in/a.txt", "CREATE"): 1,
        ("in/a.txt", "UPDATE"): 1,
        ("in/b.txt", "CREATE"): 1,
    }
    assert watch.there() == ["in/a.txt", "in/b.txt", "other"]


def test_move_into_a_folder_and_another_bucket(watch: Watch) -> None:
    watch.s3.create_bucket(Bucket="archive.flowio.app")
    try:
        watch.put("in/deep/a.txt", "in/b.txt")
        watch.flow("move", prefix="in/", action="MOVE", moveTo={"key": "done/", "bucket": "archive.flowio.app"})
        found = watch.await_objects("move", 2)
        assert [watch.kestra.text(item["uri"]) for item in found] == ["body of in/b.txt", "body of in/deep/a.txt"]
        assert watch.there() == []
        assert watch.there(bucket="archive.flowio.app") == ["done/a.txt", "done/b.txt"]
    finally:
        watch.stop("move")
        for key in watch.there(bucket="archive.flowio.app"):
            watch.s3.delete_object(Bucket="archive.flowio.app", Key=key)
        watch.s3.delete_bucket(Bucket="archive.flowio.app")


@pytest.mark.slow
def test_move_below_the_prefix_does_not_go_round(watch: Watch) -> None:
    watch.put("in/a.txt")
    watch.flow("round", prefix="in/", action="MOVE", moveTo={"key": "in/done"})
    watch.await_objects("round", 1)
    assert watch.there() == ["in/done/a.txt"]


@pytest.mark.slow
def test_move_by_an_expression(watch: Watch) -> None:
    """It is rendered for each object; `replace` with two arguments is understood, and said to be odd."""
    watch.put("in/a.txt", "in/deep/b.txt")
    key = "in/done/{{ trigger.objects[0].key | replace('in/', '') }}"
    watch.flow("rendered", prefix="in/", action="MOVE", moveTo={"key": key})
    watch.await_objects("rendered", 2)
    assert watch.there() == ["in/done/a.txt", "in/done/deep/b.txt"]
    query = {"namespace": NAMESPACE, "flowId": watch.id("rendered"), "minLevel": "WARN", "size": 100}
    eventually(lambda: "results" in watch.kestra.get("/logs/search", params=query).json())
    said = [line["message"] for line in watch.kestra.get("/logs/search", params=query).json()["results"]]
    assert any("understood as in/done/{{ trigger.objects[0].key | replace({'in/': ''}) }}" in line for line in said)
    watch.put("also/c.txt")
    watch.flow("folder", prefix="also/", action="MOVE", moveTo={"key": "{{ 'by' }}/{{ flow.id }}"})
    watch.await_objects("folder", 1)
    assert f"by/{watch.id('folder')}/c.txt" in watch.there()


def test_delete(watch: Watch) -> None:
    watch.put("in/a.txt", "in/b.txt", "out")
    watch.flow("delete", prefix="in/", action="DELETE")
    found = watch.await_objects("delete", 2)
    assert [watch.kestra.text(item["uri"]) for item in found] == ["body of in/a.txt", "body of in/b.txt"]
    assert watch.there() == ["out"]


@pytest.mark.slow
def test_filter_regexp_and_change_types(watch: Watch) -> None:
    watch.put("in/", "in/a.csv", "in/a.json", "in/sub/", "in/sub/b.csv")
    watch.flow("files", prefix="in/", filter="FILES", regexp=r".*\.csv", maxKeys=1)
    watch.flow("folders", prefix="in/", filter="DIRECTORY")
    watch.flow("changed", prefix="in/a.j", on="UPDATE")
    watch.flow("created", prefix="in/a.j", on="CREATE")
    assert [item["key"] for item in watch.await_objects("files", 2)] == ["in/a.csv", "in/sub/b.csv"]
    assert [item["key"] for item in watch.await_objects("folders", 2)] == ["in/", "in/sub/"]
    watch.await_objects("created", 1)
    assert watch.objects("changed") == []
    watch.put("in/a.json", text="another body of ")
    assert [item["changeType"] for item in watch.await_objects("changed", 1)] == ["UPDATE"]
    assert len(watch.objects("created")) == 1


@pytest.mark.slow
def test_each_of_30_objects_once_three_at_a_time(watch: Watch) -> None:
    watch.put("in/", *(f"in/{n:02}.txt" for n in range(30)))
    watch.flow("thirty", prefix="in/", filter="FILES", maxKeys=3)
    found = watch.await_objects("thirty", 30)
    assert Counter(item["key"] for item in found) == {f"in/{n:02}.txt": 1 for n in range(30)}
    assert len(watch.runs("thirty")) == 10
    assert all(watch.kestra.text(item["uri"]) == f"body of {item['key']}" for item in found)


def test_a_failing_execution_loses_no_file(watch: Watch) -> None:
    watch.put("in/1", "in/2", "in/3")
    failing = {"type": "io.kestra.plugin.core.execution.Fail"}
    watch.flow("failing", failing, prefix="in/", action="MOVE", moveTo={"key": "done"}, maxKeys=1)
    found = watch.await_objects("failing", 3)
    assert {run.state for run in watch.runs("failing")} == {"FAILED"}
    assert [watch.kestra.text(item["uri"]) for item in found] == [f"body of in/{n}" for n in (1, 2, 3)]
    assert watch.there() == ["done/1", "done/2", "done/3"]


def test_what_cannot_be_moved_is_not_lost(watch: Watch) -> None:
    watch.put("in/a.txt")
    watch.flow("later", prefix="in/", action="MOVE", moveTo={"key": "done", "bucket": LATER})
    watch.await_failed_moves("later")
    assert watch.there() == ["in/a.txt"]
    watch.s3.create_bucket(Bucket=LATER)
    [item] = watch.await_objects("later", 1)
    assert watch.kestra.text(item["uri"]) == "body of in/a.txt"
    assert watch.there(bucket=LATER) == ["done/a.txt"]


@pytest.mark.slow
def test_what_was_taken_is_moved_from_its_bucket_though_another_is_watched_by_then(watch: Watch) -> None:
    watch.put("in/a.txt")
    watch.flow("edited", prefix="in/", action="MOVE", moveTo={"key": "done", "bucket": LATER})
    watch.await_failed_moves("edited")
    watch.kestra.create(
        TASK,
        namespace=NAMESPACE,
        id=watch.id("edited"),
        triggers=[WATCH | {"bucket": SEED_BUCKET, "prefix": "nothing/"}],
    )
    watch.s3.create_bucket(Bucket=LATER)
    [item] = watch.await_objects("edited", 1)
    assert watch.kestra.text(item["uri"]) == "body of in/a.txt"
    assert (watch.there(), watch.there(bucket=LATER)) == ([], ["done/a.txt"])


@pytest.mark.slow
def test_triggers_with_one_state_each_start_their_own_executions(watch: Watch) -> None:
    watch.put("in/a.txt")
    move = {"key": "done", "bucket": LATER}
    watch.flow("moving", prefix="in/", stateKey=watch.id("common"), action="MOVE", moveTo=move)
    watch.await_failed_moves("moving")
    watch.put("also/b.txt")
    watch.flow("looking", stateKey=watch.id("common"))
    assert [item["key"] for item in watch.await_objects("looking", 1)] == ["also/b.txt"]
    watch.s3.create_bucket(Bucket=LATER)
    assert [item["key"] for item in watch.await_objects("moving", 1)] == ["in/a.txt"]
    assert (watch.there(), watch.there(bucket=LATER)) == (["also/b.txt"], ["done/a.txt"])


@pytest.mark.slow
def test_state_key_and_time_to_live(watch: Watch) -> None:
    watch.put("in/a.txt")
    watch.flow("first", prefix="in/", stateKey=watch.id("shared"))
    watch.await_objects("first", 1)
    watch.flow("second", prefix="in/", stateKey=watch.id("shared"))
    watch.flow("forgetful", prefix="in/", stateTtl="PT4S")
    eventually(lambda: len(watch.objects("forgetful")) >= 2, seconds=SECONDS)
    assert watch.objects("second") == []


def test_properties_are_checked(kestra: Kestra) -> None:
    def problems(**properties: Any) -> str:
        trigger = {"id": "watch", "type": TYPE, "bucket": BUCKET, "action": "NONE"} | properties
        flow = {"id": "flow", "namespace": NAMESPACE, "tasks": [{"id": "task", **TASK}], "triggers": [trigger]}
        headers = {"Content-Type": "application/json"}
        answer = kestra.request(
            "POST", "/flows/validate", json=flow, headers=headers | {"Content-Type": "application/x-yaml"}
        )
        return answer.json()[0].get("constraints") or ""

    assert problems(action="MOVE", moveTo={"key": "x", "bucket": "y"}, stateTtl="P7D", maxFiles=3) == ""
    assert "action: must not be null" in problems(action=None)
    assert "moveTo.key: must not be null" in problems(moveTo={"bucket": "x"})
    assert "moveTow" in problems(moveTow={"key": "x"})


def test_the_trigger_of_the_seed_word_for_word(seed_watch: Watch) -> None:
    names = ["a.json", "b.json"]
    eventually(lambda: len(seed_watch.objects("seed")) >= 2, seconds=150)
    objects = sorted(seed_watch.objects("seed"), key=lambda item: item["key"])
    assert [item["key"] for item in objects] == [SEED_PREFIX + name for name in names]
    assert [seed_watch.kestra.text(item["uri"]) for item in objects] == [
        f"body of {SEED_PREFIX}{name}" for name in names
    ]
    assert {run.state for run in seed_watch.runs("seed")} <= {"SUCCESS", "RUNNING", "CREATED"}
    second = max(datetime.fromisoformat(run.execution["state"]["startDate"]) for run in seed_watch.runs("seed"))
    eventually(lambda: seed_watch.last_look("seed") > second, what="one more look")
    assert len(seed_watch.runs("seed")) == 2
    moved = [f"{SEED_PREFIX}processed/{name}" for name in names]
    assert seed_watch.there(SEED_PREFIX, bucket=SEED_BUCKET) == [SEED_PREFIX, *moved]

"""The S3 trigger over restarts and kills of the engine: each object is handed out once, and none is lost."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.stack import ROOT, kill_engines, own_stack
from tests.support.waiting import eventually
from tests.wire.kestra_engine.s3_faults import s3_behind
from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.s3_watch import BUCKET, Watch

SECONDS = 120
OBJECTS = 12


class Engine:
    """The engine of a stack of its own, which may be killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.kestra = Kestra(environment)

    def embedded(self, *words: str) -> None:
        command = [sys.executable, "-m", "embedded", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def restart(self) -> None:
        self.embedded("stop", "kestra")
        self.embedded("up", "--only", "kestra")

    def kill(self) -> None:
        """End the engine's process at once."""
        kill_engines(str(self.kestra.home))

    def back(self) -> None:
        self.embedded("up", "--only", "kestra")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder: Path = tmp_path_factory.mktemp("recovery")
    with own_stack(folder, "kestra", "aws") as environment:
        yield Engine(environment)


@pytest.fixture
def watch(engine: Engine) -> Iterator[Watch]:
    watch = Watch(engine.kestra)
    watch.s3.create_bucket(Bucket=BUCKET)
    yield watch
    for name in list(watch.flows):
        watch.stop(name)
    for key in watch.there():
        watch.s3.delete_object(Bucket=BUCKET, Key=key)
    watch.s3.delete_bucket(Bucket=BUCKET)


@pytest.mark.slow
def test_a_restart_hands_out_nothing_again(engine: Engine, watch: Watch) -> None:
    watch.put("in/a", "in/b")
    watch.flow("restarted", prefix="in/")
    watch.await_objects("restarted", 2)
    engine.restart()
    watch.put("in/c")
    found = watch.await_objects("restarted", 3)
    assert [item["key"] for item in found] == ["in/a", "in/b", "in/c"]


@pytest.mark.parametrize(
    ("name", "method", "moment"),
    [
        pytest.param("before-copy", "PUT", "before", marks=pytest.mark.slow),
        pytest.param("after-copy", "PUT", "after", marks=pytest.mark.slow),
        pytest.param("before-delete", "DELETE", "before", marks=pytest.mark.slow),
        ("after-delete", "DELETE", "after"),
    ],
)
def test_a_kill_between_the_action_and_the_execution(
    engine: Engine, watch: Watch, name: str, method: str, moment: str
) -> None:
    """The engine is killed at a step of a MOVE: before or after the copy is made or the source is gone.

    Nothing is handed out before its move is done: hence none can be lost between the two.
    """
    killed = threading.Event()
    too_early: list[Any] = []

    def hook(when: str, command: str, path: str) -> None:
        if command in ("PUT", "DELETE"):
            too_early.extend(watch.objects(name))
        if command == method and when == moment and not killed.is_set():
            engine.kill()
            killed.set()

    def before(command: str, path: str) -> None:
        hook("before", command, path)

    def after(command: str, path: str) -> None:
        hook("after", command, path)

    watch.put("in/a.txt")
    with s3_behind(engine.environment["AWS_ENDPOINT_URL"], before, after) as url:
        watch.flow(name, prefix="in/", action="MOVE", moveTo={"key": "done"}, endpointOverride=url)
        assert killed.wait(60)
        engine.back()
        [item] = watch.await_objects(name, 1)
        assert watch.kestra.text(item["uri"]) == "body of in/a.txt"
        assert watch.there() == ["done/a.txt"]
        assert too_early == []
        watch.put("in/b.txt")  # and it goes on
        watch.await_objects(name, 2)
        watch.stop(name)


@pytest.mark.slow
def test_a_kill_as_soon_as_the_execution_is_there(engine: Engine, watch: Watch) -> None:
    """What was handed out is moved by then, and is not handed out again though its claim was not settled."""
    watch.put("in/a.txt")
    watch.flow("handed-out", prefix="in/", action="MOVE", moveTo={"key": "done"}, interval="PT5S")
    eventually(lambda: len(watch.objects("handed-out")) > 0, seconds=SECONDS)
    engine.kill()
    assert watch.there() == ["done/a.txt"]
    engine.back()
    watch.put("in/b.txt")
    found = watch.await_objects("handed-out", 2)
    assert [item["key"] for item in found] == ["in/a.txt", "in/b.txt"]
    assert watch.there() == ["done/a.txt", "done/b.txt"]


@pytest.mark.slow
def test_kills_at_any_moment(engine: Engine, watch: Watch) -> None:
    """Objects come one by one while the engine is killed again and again."""
    draws = random.Random(4)
    name = "killed"
    watch.put(*(f"in/{n:02}" for n in range(OBJECTS)))
    watch.flow(name, prefix="in/", action="MOVE", moveTo={"key": "in/done"}, maxKeys=1)
    for _ in range(3):
        before = len(watch.there("in/done/"))
        eventually(lambda before=before: len(watch.there("in/done/")) > before, seconds=SECONDS)
        time.sleep(draws.uniform(0, 1.5))
        engine.kill()
        engine.back()
    eventually(lambda: len(watch.objects(name)) >= OBJECTS, seconds=SECONDS)
    found = watch.await_objects(name, OBJECTS)
    assert Counter(item["key"] for item in found) == {f"in/{n:02}": 1 for n in range(OBJECTS)}
    assert {run.state for run in watch.runs(name)} == {"SUCCESS"}
    assert watch.there() == [f"in/done/{n:02}" for n in range(OBJECTS)]

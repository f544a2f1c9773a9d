"""The watcher that ends a service with its supervisor where the kernel does not."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest

from embedded.shared.parent_watch import watcher
from embedded.shared.paths import ROOT
from embedded.shared.processes import OWNER, Identity, bearers, runs
from tests.support.waiting import eventually


@dataclass
class _Watched:
    """A process with a child in another session, and its watcher on a pipe."""

    process: subprocess.Popen[str]
    child: psutil.Process
    watcher: subprocess.Popen[bytes]
    pipe: int


@pytest.fixture
def watched() -> Iterator[_Watched]:
    env = os.environ | {OWNER: str(uuid.uuid4())}
    process = subprocess.Popen(
        ["sh", "-c", "setsid sleep 985 & echo $!; exec sleep 986"], env=env, stdout=subprocess.PIPE, text=True
    )
    child = psutil.Process(int(process.stdout.readline()))
    stdin, pipe = os.pipe()
    watching = subprocess.Popen(watcher(process.pid, signal.SIGTERM, 1.0), cwd=ROOT, env=env, stdin=stdin)
    os.close(stdin)
    yield _Watched(process, child, watching, pipe)
    for left in (process, child, watching):
        if left.is_running() if isinstance(left, psutil.Process) else left.poll() is None:
            left.kill()
    process.wait()
    process.stdout.close()
    watching.wait()


def test_an_abandoned_pipe_ends_the_process_and_its_children(watched: _Watched) -> None:
    os.close(watched.pipe)
    assert watched.process.wait(timeout=10) == -signal.SIGTERM
    assert watched.watcher.wait(timeout=10) == 0
    eventually(lambda: not runs(watched.child))


def test_children_end_though_the_process_was_gone_before_the_watcher_looked(watched: _Watched) -> None:
    watched.watcher.kill()
    watched.process.kill()
    watched.process.wait()
    env = os.environ | {OWNER: watched.child.environ()[OWNER]}
    late = subprocess.Popen(
        watcher(watched.process.pid, signal.SIGTERM, 1.0), cwd=ROOT, env=env, stdin=subprocess.DEVNULL
    )
    assert late.wait(timeout=10) == 0
    eventually(lambda: not runs(watched.child))


def test_a_released_pipe_ends_nothing(watched: _Watched) -> None:
    os.write(watched.pipe, b".")
    os.close(watched.pipe)
    assert watched.watcher.wait(timeout=10) == 0
    assert watched.process.poll() is None
    assert runs(watched.child)


def test_an_identity_tells_a_process_from_another_of_the_same_number() -> None:
    me = Identity.of(os.getpid())
    assert me.process() is not None
    assert Identity(me.pid, me.started - 60).process() is None


def test_bearers_finds_only_the_marked() -> None:
    mark = str(uuid.uuid4())
    argv = [sys.executable, "-c", "input()"]
    with subprocess.Popen(argv, env=os.environ | {OWNER: mark}, stdin=subprocess.PIPE) as marked:
        eventually(lambda: [p.pid for p in bearers(mark)] == [marked.pid])
    assert bearers(mark) == []
    assert bearers(None) == []

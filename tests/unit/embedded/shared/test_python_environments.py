"""Finding uv: one thread at a time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from embedded.shared import python_environments


def test_threads_find_uv_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """`sysconfig` of Python 3.11 gives nothing to a thread that asks while another one fills its table."""
    inside = threading.Semaphore(1)

    def find() -> str:
        assert inside.acquire(blocking=False), "two threads at once"
        time.sleep(0)  # lets another thread in
        inside.release()
        return "uv"

    run = []
    monkeypatch.setattr(python_environments, "find_uv_bin", find)
    monkeypatch.setattr(python_environments, "execute", lambda command, problem: run.append(command[:2]))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: python_environments.uv([str(number)], "failed"), range(200)))
    assert sorted(run) == sorted(["uv", str(number)] for number in range(200))

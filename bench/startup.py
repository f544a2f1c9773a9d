"""Times the embedded stack's start: `python -m bench.startup [RUNS]`, after `make setup`.

Prints the medians of: `embedded up` to the end of a first hello-world execution, a second hello-world, a hundred
hello-worlds submitted at once. Every run has folders and ports of its own.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import requests

from flowtests.stack import own_stack

ROOT = Path(__file__).resolve().parent.parent

FLOW = """
id: hello
namespace: bench
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello
"""
AT_ONCE = 100


def measure() -> dict[str, float]:
    """Seconds by figure, on one fresh stack."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, own_stack(Path(folder), "kestra") as environment:
        up = time.monotonic() - begun
        session = requests.Session()
        session.auth = (environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"])
        api = environment["KESTRA_URL"] + "/api/v1/main"
        session.post(f"{api}/flows/import", files={"fileUpload": ("flow.yaml", FLOW)}).raise_for_status()
        run = f"{api}/executions/bench/hello?wait=true"
        assert session.post(run).json()["state"]["current"] == "SUCCESS"
        first = time.monotonic() - begun
        assert session.post(run).json()["state"]["current"] == "SUCCESS"
        second = time.monotonic() - begun - first
        many = _many(session, api)
    return {"stack up": up, "up to first hello-world": first, "second hello-world": second, "100 at once": many}


def _many(session: requests.Session, api: str) -> float:
    begun = time.monotonic()
    for _ in range(AT_ONCE):
        session.post(f"{api}/executions/bench/hello").raise_for_status()
    done: dict[str, str | int] = {"namespace": "bench", "flowId": "hello", "state": "SUCCESS", "size": 1}
    while session.get(f"{api}/executions/search", params=done).json()["total"] < AT_ONCE + 2:
        time.sleep(0.05)
    return time.monotonic() - begun


def main() -> None:
    """Print the median of each figure."""
    runs = [measure() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3)]
    for name in runs[0]:
        print(f"{name:26} {statistics.median(run[name] for run in runs):7.2f} s")


if __name__ == "__main__":
    main()

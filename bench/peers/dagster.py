"""Dagster: `dagster dev` with SQLite. The daemon takes runs from a queue and starts a process for each."""

from pathlib import Path
from typing import Any

from bench.peers.product import FAILED, OPEN, SUCCESS, Peer, Problem
from embedded.shared.loopback import HOST

JOBS = Path(__file__).parent / "jobs" / "dagster_jobs.py"
STATES = {"SUCCESS": SUCCESS, "FAILURE": FAILED, "CANCELED": FAILED}
SETTINGS = """
telemetry: {enabled: false}
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config: {dequeue_interval_seconds: 1}
"""
"""Of the instance. The queue is the default; without its setting the daemon looks into it every 5 s."""

LAUNCH = """mutation ($job: String!) {
  launchRun(executionParams: {runConfigData: {}, selector: {
    repositoryLocationName: "dagster_jobs.py", repositoryName: "__repository__", jobName: $job}}) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}"""
RUNS = """query ($runs: [String]) {
  runsOrError(filter: {runIds: $runs}) { ... on Runs { results { status } } }
}"""


class Dagster(Peer):
    """`dagster dev` and jobs with Dagster's default executor, which starts a process for each op."""

    title = "Dagster 1.13.27"
    lock = "dagster"
    suffix = ""

    def variables(self) -> dict[str, str]:
        return {"DAGSTER_HOME": str(self.folder)}

    def start(self) -> None:
        (self.folder / "dagster.yaml").write_text(SETTINGS)
        self.launch("dagster", "dev", "--host", HOST, "--port", str(self.port), "--python-file", str(JOBS))
        self.await_answer("/server_info")

    def submit(self, job: str) -> str:
        launched = self._query(LAUNCH, job=job + self.suffix)["launchRun"]
        if "run" not in launched:
            raise Problem(f"a run was not launched: {launched}")
        return str(launched["run"]["runId"])

    def states(self, job: str, runs: list[str]) -> list[str]:
        return [STATES.get(run["status"], OPEN) for run in self._query(RUNS, runs=runs)["runsOrError"]["results"]]

    def _query(self, text: str, **variables: Any) -> dict[str, Any]:
        """What the GraphQL API answers."""
        data: dict[str, Any] = self.ask("/graphql", {"query": text, "variables": variables})["data"]
        return data


class DagsterInProcess(Dagster):
    """The same, with all ops of a run in the run's process."""

    title = "Dagster 1.13.27, in-process executor"
    suffix = "_in_process"

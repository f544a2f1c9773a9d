"""Prefect: its server with SQLite, and a runner that serves the flows, each run of which is a process."""

from pathlib import Path

from bench.peers.product import FAILED, HELLO, OPEN, SEQUENCE, SUCCESS, Peer
from embedded.shared.loopback import HOST

FLOWS = Path(__file__).parent / "jobs" / "prefect_flows.py"
STATES = {"COMPLETED": SUCCESS, "FAILED": FAILED, "CRASHED": FAILED, "CANCELLED": FAILED}


class Prefect(Peer):
    """`prefect server start`, and `serve` of the flows."""

    title = "Prefect 3.8.8"
    lock = "prefect"

    def variables(self) -> dict[str, str]:
        return {
            "PREFECT_HOME": str(self.folder),
            "PREFECT_API_URL": f"{self.address}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_RUNNER_POLL_FREQUENCY": "1",  # the default is 10 s
        }

    def start(self) -> None:
        self.launch("prefect", "server", "start", "--host", HOST, "--port", str(self.port))
        self.await_answer("/api/health")
        self.launch("python", str(FLOWS))
        for job in (HELLO, SEQUENCE):
            self.await_answer(f"/api/deployments/name/{job}/bench")

    def submit(self, job: str) -> str:
        deployment = self.ask(f"/api/deployments/name/{job}/bench")["id"]
        return str(self.ask(f"/api/deployments/{deployment}/create_flow_run", {})["id"])

    def states(self, job: str, runs: list[str]) -> list[str]:
        found = self.ask("/api/flow_runs/filter", {"flow_runs": {"id": {"any_": runs}}})
        return [STATES.get(run["state_type"], OPEN) for run in found]

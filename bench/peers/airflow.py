"""Airflow: what `airflow standalone` starts, with SQLite and the LocalExecutor, as commands of their own.

Its triggerer is left out, which only deferred tasks need; and its servers of log files, which listen on all
interfaces.
"""

from pathlib import Path

from bench.peers.product import FAILED, HELLO, OPEN, SEQUENCE, SUCCESS, Peer, Problem
from embedded.shared.loopback import HOST

DAGS = Path(__file__).parent / "jobs" / "airflow_dags"
STATES = {"success": SUCCESS, "failed": FAILED}


class Airflow(Peer):
    """`airflow api-server`, `scheduler` and `dag-processor`."""

    title = "Airflow 3.3.2"
    lock = "airflow"

    def variables(self) -> dict[str, str]:
        settings = {
            "CORE__DAGS_FOLDER": str(DAGS),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "API__HOST": HOST,
            "API__PORT": str(self.port),
            "API__BASE_URL": self.address,
            "CORE__PARALLELISM": "4",  # the default is 32 processes
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.1",  # the default is 1 s
        }
        return {"AIRFLOW_HOME": str(self.folder), **{f"AIRFLOW__{name}": value for name, value in settings.items()}}

    def start(self) -> None:
        if self.launch("airflow", "db", "migrate").wait():
            raise Problem(f"its database was not made: {self.last_words()}")
        self.launch("airflow", "api-server")
        self.launch("airflow", "scheduler", "--skip-serve-logs")
        self.launch("airflow", "dag-processor")
        self.await_answer("/auth/token")
        self.session.headers["Authorization"] = f"Bearer {self.ask('/auth/token')['access_token']}"
        for job in (HELLO, SEQUENCE):
            self.await_answer(f"/api/v2/dags/{job}")

    def submit(self, job: str) -> str:
        return str(self.ask(f"/api/v2/dags/{job}/dagRuns", {"logical_date": None})["dag_run_id"])

    def states(self, job: str, runs: list[str]) -> list[str]:
        newest = self.ask(f"/api/v2/dags/{job}/dagRuns?order_by=-id&limit={len(runs)}")
        return [STATES.get(run["state"], OPEN) for run in newest["dag_runs"]]

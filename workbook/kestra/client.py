"""The Kestra client: groups of calls, and short forms of those that notebooks use most."""

from __future__ import annotations

from workbook.kestra.api import KestraApi
from workbook.kestra.executions import Executions
from workbook.kestra.files import StoredFiles
from workbook.kestra.flows import Flows
from workbook.kestra.http import READ_SECONDS, Http
from workbook.kestra.logs import Logs
from workbook.kestra.namespaces import Namespaces
from workbook.kestra.triggers import Triggers


class KestraClient:
    """Talks to one Kestra server. Every call has a time limit.

    Parameters:
        url: the server's address without a path.
        username, password: basic authentication.
        stack: names the remedy when the server is down (`embedded`, `docker`, `cloud`).
        read_timeout: seconds of silence after which a call is given up.

    Attributes:
        flows, executions, triggers, logs, files, namespaces: the calls, by what they are about. A flow is passed as a
            `Flow`, or as text: `namespace/id`.

    Calls have short forms too: `execute` is `executions.start`, `import_flow` is `flows.import_flow`, and so on.

    Every method raises `ServerDown` when nothing answers and `WrongPassword` when the server rejects the password.
    """

    def __init__(
        self, url: str, username: str, password: str, stack: str = "embedded", read_timeout: float = READ_SECONDS
    ) -> None:
        self.http = Http(url, username, password, stack, read_timeout)
        api = KestraApi(self.http)
        self.logs = Logs(api)
        self.files = StoredFiles(api)
        self.executions = Executions(api, self.logs)
        self.flows = Flows(api, self.executions)
        self.triggers = Triggers(api, self.executions)
        self.namespaces = Namespaces(self.http)
        self._shorten()

    def __repr__(self) -> str:
        return f"KestraClient({self.http.url})"

    @property
    def version(self) -> str:
        """The server's version."""
        return self.http.version or "unknown"

    def ping(self) -> None:
        """See that the server answers and takes the password."""
        self.http.call("GET", "/flows/search", params={"size": 1})

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _shorten(self) -> None:
        """Give the calls of the groups their short forms."""
        self.validate = self.flows.validate
        self.import_flow = self.flows.import_flow
        self.flow = self.flows.get
        self.graph = self.flows.graph
        self.delete_flow = self.flows.delete

        self.execute = self.executions.start
        self.wait = self.executions.wait
        self.raise_if_failed = self.executions.raise_if_failed
        self.execution = self.executions.get
        self.replay = self.executions.replay
        self.restart = self.executions.restart
        self.kill = self.executions.kill
        self.pause = self.executions.pause
        self.resume = self.executions.resume
        self.change_state = self.executions.change_state
        self.delete_execution = self.executions.delete
        self.outputs = self.executions.outputs

        self.metrics = self.logs.metrics
        self.download = self.files.download
        self.read = self.files.read

        self.backfill = self.triggers.backfill
        self.stop_backfill = self.triggers.stop_backfill
        self.triggered = self.triggers.wait_for_executions

        self.kv = self.namespaces.kv
        self.namespace_files = self.namespaces.files

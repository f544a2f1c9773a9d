"""A client for the tests at the wire: `requests` with the password and the paths' prefix."""

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml
from kestrapy import QueryFilter

from tests.support.waiting import eventually
from tests.wire.kestra_api.serve import Settings


@dataclass(frozen=True)
class Server:
    """Where the server is: its address, its process, its storage and its log."""

    url: str
    pid: int
    storage: Path
    log: Path


class Api(requests.Session):
    """Requests with the password, on paths that begin after `/api/v1/main`."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server
        self.auth = (Settings.username, Settings.password)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        if url.startswith("/"):
            url = self.server.url + (url if url.startswith("/api/") else f"/api/v1/main{url}")
        return super().request(method, url, timeout=options.pop("timeout", 60), **options)

    def flow(self, source: str) -> dict[str, Any]:
        """Create a flow, or replace it."""
        source = textwrap.dedent(source)
        answer = self.post("/flows/import", files={"fileUpload": ("flow.yaml", source)})
        assert answer.status_code == 200, answer.text
        assert answer.json() == [], answer.text
        flow = yaml.safe_load(source)
        return self.get(f"/flows/{flow['namespace']}/{flow['id']}", params={"source": "true"}).json()

    def run(self, namespace: str, flow: str, inputs: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
        """Execute a flow and wait for its end."""
        fields = {name: (None, str(value)) for name, value in (inputs or {}).items()} or None
        answer = self.post(f"/executions/{namespace}/{flow}", files=fields, params={"wait": "true", **params})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def until(self, execution: str, *states: str, seconds: float = 30) -> dict[str, Any]:
        """The execution once it is in one of the states."""

        def reached() -> dict[str, Any] | None:
            current = self.get(f"/executions/{execution}").json()
            return current if current["state"]["current"] in states else None

        return eventually(reached, seconds, f"execution {execution} to be {' or '.join(states)}")


def where(field: str, value: str, operation: str = "EQUALS") -> QueryFilter:
    """A search filter of the SDK, such as `where("NAMESPACE", "zoomcamp")`."""
    return QueryFilter(field=field, operation=operation, value={"value": value})

"""A small server that speaks as much of Kestra's API as a test wants, in the shapes of the official server."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.support.network import Network, serve

RECORDED = Path(__file__).parent / "recorded"
# base64 of admin@kestra.io:Admin1234
GOOD_LOGIN = "Basic YWRtaW5Aa2VzdHJhLmlvOkFkbWluMTIzNA=="
API = "/api/v1/main"

Answer = Callable[[Request], Any]


def recorded(name: str) -> Any:
    """JSON that a real 1.3 engine has given."""
    return json.loads((RECORDED / f"{name}.json").read_text())


def error(status: int, message: str, *errors: dict[str, str]) -> Response:
    """An error in the official shape."""
    body = {"message": message, "_links": {"self": {"href": "/", "templated": False}}}
    if errors:
        body["_embedded"] = {"errors": list(errors)}
    return JSONResponse(body, status)


def sse(*events: tuple[str, Any], then: Callable[[], None] | None = None) -> Response:
    """A stream of server-sent events: id and data each. `then` runs before the stream is closed."""

    def lines() -> Iterator[str]:
        yield "id: start\ndata: {}\n\n"
        for name, data in events:
            yield f"id: {name}\ndata: {json.dumps(data)}\n\n"
        if then:
            then()

    return StreamingResponse(lines(), media_type="text/event-stream")


def running(raw: dict[str, Any], task_runs: int = 1) -> dict[str, Any]:
    """A recorded execution as it was while it ran."""
    histories = raw["state"]["histories"][:-1]
    state = {**raw["state"], "current": "RUNNING", "histories": histories, "endDate": None}
    return {**raw, "state": state, "taskRunList": raw["taskRunList"][:task_runs]}


class _Login(AuthenticationBackend):
    async def authenticate(self, conn: Any) -> Any:
        if conn.headers.get("authorization") != GOOD_LOGIN:
            raise AuthenticationError("Unauthorized")
        return AuthCredentials(), SimpleUser("admin")


@dataclass
class FakeKestra:
    """What the server answers, by method and path below the API's root; and what it was asked."""

    url: str
    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def on(self, method: str, path: str, answer: Answer | Any) -> None:
        """Answer a request: with JSON, or with what a function makes of the request."""
        self.answers[method, path] = answer if callable(answer) else lambda request: answer

    def flow(self, raw: dict[str, Any]) -> None:
        """Have a flow."""
        self.on("GET", f"/flows/{raw['namespace']}/{raw['id']}", {"revision": 1, "source": "", **raw})

    def requests(self, method: str, path: str) -> list[tuple[dict[str, str], bytes]]:
        """The query and the body of each request that came for a path."""
        return [(query, body) for verb, where, query, body in self.asked if (verb, where) == (method, path)]

    async def serve(self, request: Request) -> Response:
        """Answer one request."""
        path = request.url.path.removeprefix(API)
        self.asked.append((request.method, path, dict(request.query_params), await request.body()))
        answer = self.answers.get((request.method, path))
        if answer is None:
            return error(404, "Not Found")
        result = answer(request)
        return result if isinstance(result, Response) else JSONResponse(result)


@contextmanager
def fake_kestra(network: Network | None = None) -> Iterator[FakeKestra]:
    """Serve for as long as the block lasts.

    Parameters:
        network: where the server is to be reached, for clients in this process; a free port if there is none.
    """
    listener = network.listen() if network else socket.create_server(("127.0.0.1", 0))
    port = network.port(listener) if network else listener.getsockname()[1]
    fake = FakeKestra(f"http://127.0.0.1:{port}")
    methods = ["GET", "POST", "PUT", "DELETE"]
    login = Middleware(AuthenticationMiddleware, backend=_Login(), on_error=lambda *_: Response(status_code=401))
    app = Starlette(routes=[Route("/{path:path}", fake.serve, methods=methods)], middleware=[login])
    with serve(app, listener):
        yield fake

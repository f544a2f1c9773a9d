"""Generated requests for a service's front, and what must hold for each answer."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from tests.support.stack import ROOT
from tests.support.waiting import answers, eventually

T = TypeVar("T")

MOST_SECONDS = 5
VARIABLE = "FUZZ_REQUESTS"
DIGITS = "9" * 5000
TEXTS = (
    *("", " ", "a", "name", "0", "1", "-1", "1.5", "9" * 20, DIGITS, "1e400", "²", "٣", "NaN", "true", "null", "None"),
    *(
        "..",
        ".",
        "/",
        "a/b",
        "//",
        "\\",
        "\0",
        "\n",
        "'",
        '"',
        "`",
        "%",
        "%zz",
        "%00",
        "*",
        "?",
        "#",
        "{}",
        "[]",
        "<a>",
    ),
    *("é", "漢字", "😀", "x" * 300, "x" * 1500, "2020-01-01", "2020-13-45", "9999-99-99T99:99:99Z", "arn:aws:s3:::a"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, 10**30, 1.5, 1e300, -0.0, [], [None], [[]], ["a", 1], {}),
    *({"a": 1}, {"": None}, [{}], "", "a", "1", DIGITS),
)


STATEMENTS = (
    *("SELECT %s", "SELECT 1 AS `%s`", 'SELECT 1 AS "%s"', "SELECT * FROM %s", "CREATE TABLE d.t (%s INT64)"),
    *("SELECT '%s'", "SELECT 1 LIMIT %s", "SELECT x[%s] FROM (SELECT [1] x)", "INSERT d.t VALUES (%s)"),
    *("SELECT NUMERIC '%s'", "SELECT DATE '%s'", "SELECT CAST(1 AS %s)", "SELECT NTH_VALUE(1, %s) OVER ()"),
    *("SELECT REPEAT('a', %s)", "SELECT ROUND(1.5, %s)", "DROP TABLE %s", "SELECT @a + %s", "SELECT (%s)"),
    *("SHOW TABLES '%s'", "DESCRIBE %s", "SELECT CAST('%s' AS date)", "SELECT lpad('a', %s, 'b')", "(SELECT %s)"),
    *("WITH a AS (%s) %s", "SELECT 1; %s"),
)


def fuzz_requests(usual: int) -> int:
    """How many requests to generate.

    Parameters:
        usual: the number in the tests; `make torture` sends more, by the variable FUZZ_REQUESTS.
    """
    return int(os.environ.get(VARIABLE) or usual)


@dataclass
class Request:
    """One request.

    Attributes:
        method: of HTTP.
        path: percent-encoded.
        query: pairs.
        headers: by name.
        body: as sent.
    """

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query."""
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")


class Chooser(random.Random):
    """Chooses odd things; the same for the same seed."""

    def text(self) -> str:
        """An odd text, or two."""
        return self.choice(TEXTS) if self.random() < 0.85 else self.choice(TEXTS) + self.choice(TEXTS)

    def value(self) -> Any:
        """An odd value of JSON."""
        return self.choice(VALUES) if self.random() < 0.7 else self.text()

    def header(self) -> str:
        """An odd text that may stand in a header."""
        return "".join(c for c in self.text() if " " <= c <= "~") or "a"

    def segment(self, *usual: str) -> str:
        """A part of a path: mostly a usual one."""
        return quote(self.choice(usual) if usual and self.random() < 0.7 else self.text(), safe="")

    def statement(self) -> str:
        """A statement of SQL with an odd text in it."""
        return self.choice(STATEMENTS).replace("%s", self.text())

    def pairs(self, names: Iterable[str], most: int = 3) -> list[tuple[str, str]]:
        """Odd query parameters."""
        names = list(names)
        return [(self.choice(names), self.text()) for _ in range(self.randint(0, most))]

    def members(self, names: Iterable[str], depth: int = 2) -> Any:
        """An odd JSON document with some of these members."""
        if depth == 0 or self.random() < 0.15:
            return self.value()
        names = list(names)
        chosen = self.sample(names, self.randint(0, min(4, len(names))))
        return {name: self.members(names, depth - 1) if self.random() < 0.3 else self.value() for name in chosen}

    def json(self, document: Any) -> bytes:
        """A document as a body, in one case of ten a broken one."""
        body = json.dumps(document).encode()
        draw = self.random()
        if draw < 0.04:
            return body[: len(body) // 2]
        if draw < 0.06:
            return f'{{"a": {DIGITS}}}'.encode()
        if draw < 0.08:
            return b'{"a": "\\ud800"}'
        return b"\xff\xfe{" if draw < 0.1 else body


@dataclass
class Front:
    """A front under test.

    Attributes:
        url: of the front.
        log: of its process.
        home: of its state.
    """

    url: str
    log: Path
    home: Path

    def check(self, requests: Iterable[Request]) -> None:
        """Send requests; none may fail the server, take long, or tell of this machine."""
        begun = self.log.stat().st_size if self.log.exists() else 0
        problems = [problem for request in requests for problem in self._problems(request)]
        lines = self.log.read_text(errors="replace")[begun:] if self.log.exists() else ""
        if "Traceback" in lines:
            problems.append(f"the log has a traceback: {lines[-2000:]}")
        assert not problems, f"{len(problems)} problems:\n" + "\n".join(problems[:40])

    def _problems(self, request: Request) -> Iterable[str]:
        started = time.monotonic()
        status, body = self.send(request)
        if status >= 500 and status != 501:
            yield f"{status}: {_shown(request)}: {body[:200]}"
        if (seconds := time.monotonic() - started) > MOST_SECONDS:
            yield f"{seconds:.1f} s: {_shown(request)}"
        told = body.decode(errors="replace")
        paths = (str(ROOT), str(self.home), "site-packages", "Traceback (most")
        if any(path in told for path in paths):
            yield f"tells of the machine: {_shown(request)}: {told[:300]}"

    def send(self, request: Request) -> tuple[int, bytes]:
        """Status and body of an answer."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.request(request.method, request.target, request.body or None, request.headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            return 599, repr(error).encode()
        finally:
            connection.close()


@contextmanager
def served(module: str, home: Path, *arguments: str, health: str, **environment: str) -> Iterator[Front]:
    """A service's process on a port of its own, which ends with the block.

    Parameters:
        module: that is run.
        home: folder for its log and its state.
        arguments: of the process; `{port}` stands for its port.
        health: path that answers when it has started.
        environment: of the process, likewise.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    log = home / "log"
    command = [sys.executable, "-m", module, *(argument.format(port=port) for argument in arguments)]
    own = {name: value.format(port=port) for name, value in environment.items()}
    with log.open("ab") as target:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=target, stderr=target)
    try:
        eventually(lambda: answers(f"http://127.0.0.1:{port}{health}"), what=log.read_text())
        yield Front(f"http://127.0.0.1:{port}", log, home)
    finally:
        process.terminate()
        process.wait(20)


def _shown(request: Request) -> str:
    return f"{request.method} {request.target[:200]} {str(request.headers)[:300]} {request.body[:200]!r}"

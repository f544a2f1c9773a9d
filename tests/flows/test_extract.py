"""The script that fetches a month of trips, in all four flows: what it counts, and how it refuses what it gets."""

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.support.stack import ROOT

FLOWS = ("04_postgres_taxi", "05_postgres_taxi_scheduled", "08_gcp_taxi", "09_gcp_taxi_scheduled")
HEAD = "HTTP/1.0 200 OK\r\n\r\n"
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def script(flow: str) -> str:
    tasks = yaml.safe_load((ROOT / "flows" / f"{flow}.yaml").read_text())["tasks"]
    return next(task["inputFiles"]["extract.py"] for task in tasks if task["id"] == "extract")


@contextmanager
def answering(answer: bytes, hold: bool = False) -> Iterator[str]:
    """A server that gives one answer, whatever is asked, and hangs up, or holds the line until the end.

    Yields:
        Its address.
    """
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
            if hold:
                done.wait(60)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/trips.csv.gz"
        finally:
            done.set()
            thread.join()


def extract(folder: Path, url: str, seconds: int = 60) -> subprocess.CompletedProcess[str]:
    """Run the script as the flow does."""
    settings = {"URL": url, "FILE": "trips.csv", "COLUMNS": "a,b", "SECONDS_AT_MOST": str(seconds)}
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()} | settings
    command = [sys.executable, "-c", script(FLOWS[0])]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_all_flows_have_the_same_script() -> None:
    assert len({script(flow) for flow in FLOWS}) == 1


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2\n3,4\n", 2),
        ("a,b\n1,2\n3,4", 2),
        ('a,b\n1,"two\nlines"\n3,4\n', 2),
        ('a,b\n1,"a ""quoted""\nword"\n', 1),
        ("a,b\n", 0),
        pytest.param("a,b\n" + '1,"x\ny"\n' * 200_000, 200_000, id="a quotation over the border of two pieces"),
    ],
)
def test_it_counts_the_rows_that_a_store_takes(tmp_path: Path, text: str, rows: int) -> None:
    with answering(HEAD.encode() + gzip.compress(text.encode())) as url:
        done = extract(tmp_path, url)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.strip().strip(":"))["outputs"] == {"rows": rows, "bytes": len(text)}
    assert (tmp_path / "trips.csv").read_text() == text


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (f"{CHUNKED}FF\r\n".encode() + gzip.compress(b"a,b\n")[:12], "was cut short or is damaged"),
        (HEAD.encode() + gzip.compress(b"a,b\n1,2\n")[:-9], "was cut short or is damaged"),
        (b"nonsense\r\n\r\n", "cannot be fetched: nonsense"),
        (b"", "cannot be fetched: Remote end closed connection without response"),
        (HEAD.encode() + gzip.compress(b"\xef\xbb\xbfa,b\n1,2\n"), "begins with a byte-order mark (BOM)"),
        (HEAD.encode() + gzip.compress("a,b\n1,2\n".encode("utf-16")), "begins with a byte-order mark (BOM)"),
    ],
)
def test_it_refuses_in_one_line_what_it_cannot_use(tmp_path: Path, answer: bytes, message: str) -> None:
    with answering(answer) as url:
        done = extract(tmp_path, url)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert message in line
    assert url in line or "trips.csv begins" in line
    assert list(tmp_path.glob("*.csv")) == []


def test_it_gives_up_a_server_that_does_not_come_to_an_end(tmp_path: Path) -> None:
    with answering(HEAD.encode() + gzip.compress(b"a,b\n1,2\n")[:-4], hold=True) as url:
        done = extract(tmp_path, url, seconds=1)
    assert done.stderr == f"{url} cannot be fetched: it was not complete after 1 s\n"

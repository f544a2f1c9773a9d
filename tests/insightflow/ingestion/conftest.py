"""The ingestion program, a data server that can answer anything, and a stack with S3 and the generated files."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pytest

from tests.support.stack import ROOT

sys.path.insert(0, str(ROOT / "projects" / "insightflow" / "ingestion"))

BUCKET = "insightflow-test-raw-data"


@dataclass
class Answer:
    """What the data server sends; `length` is what it says that it sends."""

    body: bytes = b""
    status: int = 200
    length: int | None = None


@dataclass
class DataServer:
    """Answers each path with its answers in turn, the last one again and again."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def next(self, path: str) -> Answer:
        self.asked.append(path)
        waiting = self.answers.get(path, [Answer(status=404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.fixture
def server() -> Iterator[DataServer]:
    found = DataServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = found.next(self.path)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Tests need no access log."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{listening.server_port}"
    yield found
    listening.shutdown()
    listening.server_close()


@dataclass(frozen=True)
class Job:
    """The program, run as the Batch job runs it."""

    environment: dict[str, str]

    def run(self, base: str, **changed: str) -> subprocess.CompletedProcess[str]:
        told = {"TARGET_BUCKET": BUCKET, "INSIGHTFLOW_BASE_URL": base, **changed}
        return subprocess.run(
            [sys.executable, "-m", "insightflow_ingestion"],
            cwd=ROOT / "projects" / "insightflow" / "ingestion",
            env={**os.environ, **self.environment, **told},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def generated(self, fault: str = "") -> str:
        """The base of the generated files, with a fault or without."""
        return self.environment["DATASET_URL"] + (f"/faults/{fault}/insightflow" if fault else "/insightflow")

    @cached_property
    def s3(self) -> Any:
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
        keys = {name: self.environment[variable] for name, variable in names.items()}
        url, region = self.environment["AWS_ENDPOINT_URL"], self.environment["AWS_REGION"]
        return boto3.client("s3", endpoint_url=url, region_name=region, **keys)

    def objects(self, prefix: str = "raw/") -> dict[str, str]:
        """The ETag of each object."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", [])}

    def body(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def forget(self) -> None:
        for key in self.objects(""):
            self.s3.delete_object(Bucket=BUCKET, Key=key)


@pytest.fixture
def job(stack: dict[str, str]) -> Job:
    """The job, and an empty bucket."""
    found = Job(stack)
    found.s3.create_bucket(Bucket=BUCKET)
    found.forget()
    return found


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[[str], bytes]:
    """Makes a Parquet file of the rows that a query gives."""

    def write_parquet(query: str) -> bytes:
        path = tmp_path / "made.parquet"
        duckdb.sql(query).write_parquet(str(path))
        return path.read_bytes()

    return write_parquet

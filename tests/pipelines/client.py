"""What the tests of the S3 pipelines ask of Kestra, of the bucket and of the four stores, each by its own client."""

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import boto3
import clickhouse_connect
import psycopg2
import requests
from botocore.config import Config
from elasticsearch import Elasticsearch
from qdrant_client import QdrantClient

from catalog.services.clickhouse import CLICKHOUSE
from tests.support.stack import ROOT
from tests.support.waiting import eventually
from workbook import KestraClient

NAMESPACE = "com.flowio"
BUCKET = "static-staging.flowio.app"
STORES = ("timescaledb", "clickhouse", "elasticsearch", "qdrant")
SERVICE_OF = {
    "timescaledb": "timescale",
    "clickhouse": "clickhouse",
    "elasticsearch": "elasticsearch",
    "qdrant": "qdrant",
}
SERVICES = ("kestra", "dataset", "aws", *SERVICE_OF.values())
PATIENCE = 240
ENDED = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"}
HEADER = "timestamp,device_id,metric_name,metric_value,location,zone"


class Content(NamedTuple):
    """What a store holds of a table: its rows, and the sum of a column to the cent."""

    rows: int
    total: float


@dataclass(frozen=True)
class PipelineRun:
    """An execution that has ended."""

    pipelines: "Pipelines"
    execution: dict[str, Any]

    @property
    def id(self) -> str:
        return self.execution["id"]

    @property
    def state(self) -> str:
        return self.execution["state"]["current"]

    @property
    def states(self) -> dict[str, str]:
        return {run["taskId"]: run["state"]["current"] for run in self.execution["taskRunList"]}

    def outputs(self, task: str) -> dict[str, Any]:
        runs = [run for run in self.execution["taskRunList"] if run["taskId"] == task]
        return runs[-1].get("outputs", {}) if runs else {}

    def errors(self, told: str = "") -> str:
        """The log's errors, which arrive a moment after the state; with `told` among them, if it is given."""
        found: list[str] = []

        def logged() -> bool:
            lines = self.pipelines.get(f"/logs/{self.id}", params={"minLevel": "ERROR"}).json()
            found[:] = [line["message"] for line in lines]
            return any(told in line for line in found)

        eventually(logged, PATIENCE, f"an error {told!r} in the log")
        return "\n".join(found)

    def file(self, task: str, name: str) -> str:
        """The text of an output file."""
        uri = self.outputs(task)["outputFiles"][name]
        answer = self.pipelines.get(f"/executions/{self.id}/file", params={"path": uri})
        assert answer.ok, answer.text
        return answer.content.decode()

    def metrics(self) -> list[dict[str, Any]]:
        return self.pipelines.get(f"/metrics/{self.id}", params={"size": 200}).json()["results"]


class Pipelines:
    """A running stack."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.session = requests.Session()
        self.session.auth = (environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"])

    # Kestra

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, f"{self.environment['KESTRA_URL']}/api/v1{path}", timeout=60, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    @cached_property
    def files(self) -> list[str]:
        """The namespace files of the flows; uploaded when this is first asked for."""
        names = (self.environment[f"KESTRA_{name}"] for name in ("URL", "USERNAME", "PASSWORD"))
        return KestraClient(*names).namespace_files(NAMESPACE).upload(ROOT / "flows" / "files" / NAMESPACE)

    def import_flow(self, flow: str, **replaced: str) -> None:
        """Import a flow of the project, pieces of its text replaced (named freely, each a pair `old -> new`)."""
        assert self.files
        text = (ROOT / "flows" / f"{flow}.yaml").read_text()
        for pair in replaced.values():
            old, new = pair.split(" -> ")
            assert old in text
            text = text.replace(old, new)
        answer = self.request("POST", "/flows/import", files={"fileUpload": ("flow.yaml", text)})
        assert answer.ok, answer.text

    def remove_flow(self, flow: str) -> None:
        self.request("DELETE", f"/flows/{NAMESPACE}/{flow}")

    def submit(self, flow: str, **inputs: Any) -> requests.Response:
        fields = {name: (None, str(value)) for name, value in inputs.items()} or {"none": (None, "")}
        return self.request("POST", f"/executions/{NAMESPACE}/{flow}", files=fields)

    def start(self, flow: str, **inputs: Any) -> str:
        answer = self.submit(flow, **inputs)
        assert answer.ok, answer.text
        return answer.json()["id"]

    def ended(self, identity: str) -> PipelineRun:
        eventually(lambda: self.execution(identity)["state"]["current"] in ENDED, PATIENCE, f"the end of {identity}")
        return PipelineRun(self, self.execution(identity))

    def run(self, flow: str, **inputs: Any) -> PipelineRun:
        return self.ended(self.start(flow, **inputs))

    def execution(self, identity: str) -> dict[str, Any]:
        return self.get(f"/executions/{identity}").json()

    def executions(self, flow: str) -> list[dict[str, Any]]:
        found = self.get("/executions/search", params={"namespace": NAMESPACE, "flowId": flow, "size": 200})
        return found.json()["results"]

    # The bucket

    @cached_property
    def s3(self) -> Any:
        names = {"aws_access_key_id": "AWS_ACCESS_KEY_ID", "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY"}
        keys = {name: self.environment[variable] for name, variable in names.items()}
        style = Config(s3={"addressing_style": "path"})
        url, region = self.environment["AWS_ENDPOINT_URL"], self.environment["AWS_REGION"]
        return boto3.client("s3", endpoint_url=url, region_name=region, config=style, **keys)

    def put(self, key: str, body: bytes | str) -> str:
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body if isinstance(body, bytes) else body.encode())
        return key

    def keys(self, prefix: str) -> set[str]:
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {entry["Key"] for entry in found}

    def sample(self, rows: int, seed: int = 2021) -> bytes:
        """Generated readings."""
        url = f"{self.environment['DATASET_URL']}/metrics.csv?rows={rows}&seed={seed}"
        return requests.get(url, timeout=120).content

    def manifest(self, rows: int, seed: int = 2021) -> Content:
        url = f"{self.environment['DATASET_URL']}/metrics.json?rows={rows}&seed={seed}"
        found = requests.get(url, timeout=120).json()
        return Content(found["rows"], round(sum(metric["sum"] for metric in found["metrics"].values()), 2))

    # The stores

    def contents(self, table: str, column: str = "metric_value") -> dict[str, Content]:
        """What each store holds of a table; a table that does not exist holds nothing."""
        return {store: getattr(self, f"_{store}")(table, column) for store in STORES}

    def _timescaledb(self, table: str, column: str) -> Content:
        try:
            ((rows, total),) = self.sql(f"SELECT count(*), sum({column}) FROM {table}")
        except psycopg2.errors.UndefinedTable:
            return Content(0, 0)
        return Content(rows, round(float(total or 0), 2))

    def _clickhouse(self, table: str, column: str) -> Content:
        if not self.clickhouse.command(f"EXISTS TABLE {table}"):
            return Content(0, 0)
        rows, total = self.clickhouse.query(f"SELECT count(), sum({column}) FROM {table}").first_row
        return Content(rows, round(float(total or 0), 2))

    def _elasticsearch(self, table: str, column: str) -> Content:
        if not self.elasticsearch.indices.exists_alias(name=table):
            return Content(0, 0)
        self.elasticsearch.indices.refresh(index=table)
        wanted = {"total": {"sum": {"field": column}}}
        found = self.elasticsearch.search(index=table, size=0, track_total_hits=True, aggregations=wanted)
        return Content(found["hits"]["total"]["value"], round(found["aggregations"]["total"]["value"], 2))

    def _qdrant(self, table: str, column: str) -> Content:
        if not self.qdrant.collection_exists(table):
            return Content(0, 0)
        rows, total, offset = 0, 0.0, None
        while True:
            points, offset = self.qdrant.scroll(table, limit=10_000, offset=offset, with_payload=[column])
            rows += len(points)
            total += sum(point.payload.get(column) or 0 for point in points)
            if offset is None:
                return Content(rows, round(total, 2))

    def timescale(self) -> Any:
        """A connection to TimescaleDB's database, closed at the end of a `with` block."""
        names = {"host": "HOST", "port": "PORT", "dbname": "DB", "user": "USER", "password": "PASSWORD"}
        login = {name: self.environment[f"TIMESCALE_{variable}"] for name, variable in names.items()}
        return closing(psycopg2.connect(**login))

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.timescale() as connection, connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @property
    def clickhouse(self) -> Any:
        return clickhouse_connect.get_client(
            host=self.environment["CLICKHOUSE_HOST"],
            port=int(self.environment[CLICKHOUSE.port_variable]),
            username=self.environment["CLICKHOUSE_USER"],
            password=self.environment["CLICKHOUSE_PASSWORD"],
        )

    @cached_property
    def elasticsearch(self) -> Elasticsearch:
        login = (self.environment["ES_USER"], self.environment["ES_PASSWORD"])
        return Elasticsearch(self.environment["ELASTICSEARCH_URL"], basic_auth=login, request_timeout=60)

    @cached_property
    def qdrant(self) -> QdrantClient:
        return QdrantClient(url=self.environment["QDRANT_URL"], timeout=60)

    # The stack

    def embedded(self, *arguments: str) -> None:
        """PipelineRun the embedded stack's command on this stack."""
        command = [sys.executable, "-m", "embedded", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **self.environment}, capture_output=True, text=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stdout + done.stderr


def csv(*rows: str, header: str = HEADER) -> str:
    """A file of these lines."""
    return "\n".join([header, *rows]) + "\n"

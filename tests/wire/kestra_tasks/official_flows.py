"""Runs the cases of `official/`, but for those of SQL: flows, and what official plug-ins made of them.

A case lists tasks, of which the last is the one that is compared, and the objects that are in its bucket before, or the
commits of its git repository, whose address is URL and for which SPACE is a namespace of its own. In `official` stands
what the plug-ins of Kestra 1.3.31 gave: outputs with the text of each file in place of its address, the error, or the
problems at validation; and the objects that are in the bucket, or the files of each branch, afterwards.
`record_official.py` writes that column.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.git_server import Repository

FOLDER = Path(__file__).with_name("official")
NAMESPACE = "tests.official"
S3_TYPES = "io.kestra.plugin.aws.s3."
ADDRESS = re.compile(r"kestra:///\S+")
UNLIKE = {
    re.compile(r"(file:/|kestra:///)\S+(?= is not a Parquet file)"): "FILE",
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"): "MOMENT",
    re.compile(r"(?<=Request ID: )\w+"): "REQUEST",
    re.compile(r"/\S*/main(?=/)"): "STORAGE",
    re.compile(r"/\S*/\d+\.py"): "SCRIPT",
    re.compile(r"\d{17,}(?=\.(csv|txt)$)"): "NUMBER",
    re.compile(r"\b[0-9a-f]{40}\b"): "COMMIT",
    re.compile(r"\b(job_[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"): "JOB",
    re.compile(r"^[0-9a-f]{13}/\d+$"): "ETAG",
    re.compile(r"\bhttps?://[^/]+(?=/(storage|download)/)"): "HOST",
    re.compile(r"(?<=[/=])\d{16}\b"): "GENERATION",
    re.compile(r"/\S*/[0-9A-Za-z]{20,}\b"): "WORK",
}
"""What differs from run to run, and what is written in its place."""
HEADERS = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "StorageClass")

Case = dict[str, Any]


class Engine(Protocol):
    """Kestra, here or as the plug-ins' authors publish it."""

    def problems(self, flow: dict[str, Any]) -> str:
        """What its validation has against a flow; empty if nothing."""

    def run(self, flow: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The execution at its end, and the errors in its log."""

    def content(self, address: str) -> bytes:
        """A file of the internal storage."""


class EngineHere:
    """The tests' own stack."""

    def __init__(self, kestra: Kestra) -> None:
        self._kestra = kestra
        self.problems = kestra.problems_of

    def content(self, address: str) -> bytes:
        return self._kestra.path(address).read_bytes()

    def run(self, flow: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        ended = self._kestra.start_flow(flow, wait=True)
        return ended.execution, ended.logs("ERROR") if ended.state == "FAILED" else []


def cases(family: str) -> list[Case]:
    """The cases of a family such as `s3` or `csv`, in their order."""
    return list(_cases(family))


@cache
def _cases(family: str) -> tuple[Case, ...]:
    return tuple(json.loads((FOLDER / f"{family}.json").read_text()))


def observe(engine: Engine, case: Case, s3: Any = None, connection: dict[str, str] | None = None) -> dict[str, Any]:
    """What comes of a case, in the form of its `official`.

    Parameters:
        engine: where it runs.
        case: one of `cases`.
        s3: a client of the S3 that the tasks use, for cases that have `objects`.
        connection: the tasks' properties that lead there.
    """
    if "repository" in case:
        return _observe_git(engine, case)
    if "objects" not in case:
        return observe_flow(engine, case, {})
    bucket = bucket_name(case)
    with _bucket(s3, bucket, case["objects"]):
        seen = observe_flow(engine, case, {"BUCKET": bucket}, lambda kind: _s3_task(kind, bucket, connection or {}))
        return seen | {"objects": dict(_objects(s3, bucket))}


def bucket_name(case: Case) -> str:
    """The name of the case's own bucket."""
    return f"case-{case['name'].replace('_', '-')}"


def _s3_task(kind: str, bucket: str, connection: dict[str, str]) -> dict[str, str]:
    place = {} if kind == "Copy" else {"bucket": bucket}
    return {"type": S3_TYPES + kind, **place, **connection}


def _observe_git(engine: Engine, case: Case) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository(Path(folder, "git"))
        names = {"URL": repository.url, "SPACE": f"tests.git.{case['name']}"}
        names["PAGE"] = repository.url.removesuffix(".git")
        for commit in case["repository"]:
            repository.commit(filled(commit["files"], names), commit.get("branch", "main"), commit.get("tag"))
        seen = observe_flow(engine, case, names)
        if "outputs" in seen:
            seen["outputs"] = {name: _in_order(value) for name, value in seen["outputs"].items()}
        branches = {branch: named(repository.files(branch), names) for branch in repository.branches()}
        return seen | {"repository": branches}


def _in_order(value: Any) -> Any:
    """A file of changes with the rows of a list and the cells of each row in one order: theirs is by chance."""
    if not isinstance(value, dict) or "file" not in value:
        return value
    text = value["file"].replace("\n ", "\n")  # they have a space between lines of JSON
    if text.startswith("[{"):
        return {"file": "[" + ",".join(sorted(re.findall(r"\{[^}]*\}", text))) + "]"}
    rows = re.compile(r'^\{(\w+:"[^"]*"(?:,\w+:"[^"]*")*)\}$', re.MULTILINE)
    return {"file": rows.sub(lambda row: "{" + ",".join(sorted(row[1].split(","))) + "}", text)}


def unlike(text: str) -> str:
    for pattern, name in UNLIKE.items():
        text = pattern.sub(name, text)
    return text


def observe_flow(
    engine: Engine, case: Case, names: dict[str, str], task_of: Callable[[str], dict[str, str]] | None = None
) -> dict[str, Any]:
    """What comes of a case's flow.

    Parameters:
        engine: where it runs.
        case: its tasks, some of which may have a `kind` instead of a type.
        names: what stands in the flow for what, such as URL for an address; in the result it is the reverse.
        task_of: the type of a kind, and how its tasks reach the service.
    """

    def hide(text: str) -> str:
        return named(text, names)

    flow = _flow(case, names, task_of)
    if problems := engine.problems(flow):
        return {"problems": hide(problems).strip()}
    execution, errors = engine.run(flow)
    if execution["state"]["current"] == "FAILED":
        error = errors[0].splitlines()[0] if errors else ""  # some official tasks fail without a word
        return {"error": hide(unlike(error))} | _exit_code(execution)
    outputs = execution["taskRunList"][-1].get("outputs") or {}
    return {"outputs": shown(engine, outputs, hide)}


def _exit_code(execution: dict[str, Any]) -> dict[str, Any]:
    outputs = execution["taskRunList"][-1].get("outputs") or {}
    return {"exitCode": outputs["exitCode"]} if "exitCode" in outputs else {}


def _flow(case: Case, names: dict[str, str], task_of: Callable[[str], dict[str, str]] | None) -> dict[str, Any]:
    tasks = []
    for number, task in enumerate(case["tasks"]):
        kept = {name: filled(value, names) for name, value in task.items() if name != "kind"}
        place = task_of(task["kind"]) if task_of and "kind" in task else {}
        tasks.append({"id": f"task{number}", **place, **kept})
    id = f"official-{case['name'].replace('_', '-')}"
    return {"id": id, "namespace": NAMESPACE, "tasks": tasks, **case.get("flow", {})}


def filled(value: Any, names: dict[str, str]) -> Any:
    """A value with what it stands for in place of each name."""
    if isinstance(value, dict):
        return {filled(name, names): filled(inner, names) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, names) for inner in value]
    if isinstance(value, str):
        for name, meant in names.items():
            value = value.replace(name, meant)
    return value


def named(value: Any, names: dict[str, str]) -> Any:
    """The reverse of `filled`."""
    return filled(value, {meant: name for name, meant in names.items()})


def shown(engine: Engine, value: Any, hide: Callable[[str], str]) -> Any:
    """A value without what differs from run to run: files as their text, moments and buckets by one name."""
    if isinstance(value, dict):
        return {unlike(name): shown(engine, inner, hide) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [shown(engine, inner, hide) for inner in value]
    if not isinstance(value, str):
        return value
    if ADDRESS.fullmatch(value):
        return {"file": _readable(engine.content(value), hide)}
    return hide(unlike(value))


def _readable(content: bytes, hide: Callable[[str], str]) -> str:
    """A file as its text, or as numbers if it is none."""
    try:
        return hide(content.decode())
    except UnicodeDecodeError:
        return content.hex()


@contextmanager
def _bucket(s3: Any, name: str, objects: dict[str, Any]) -> Iterator[None]:
    s3.create_bucket(Bucket=name)
    for key, value in objects.items():
        s3.put_object(Bucket=name, Key=key, **({"Body": value} if isinstance(value, str) else value))
    try:
        yield
    finally:
        for item in s3.list_objects_v2(Bucket=name).get("Contents", []):
            s3.delete_object(Bucket=name, Key=item["Key"])
        s3.delete_bucket(Bucket=name)


def _objects(s3: Any, bucket: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        found = s3.get_object(Bucket=bucket, Key=item["Key"])
        headers = {name: found[name] for name in HEADERS if found.get(name)}
        metadata = {"Metadata": found["Metadata"]} if found["Metadata"] else {}
        yield unlike(item["Key"]), {"Body": found["Body"].read().decode(), **headers, **metadata}

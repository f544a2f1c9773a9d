"""Runs the cases of `official/s3.json` and `official/scripts.json`: flows, and what the official plug-ins made of them.

A case lists tasks, of which the last is the one that is compared, and the objects that are in its bucket before. In
`official` stands what the plug-ins of Kestra 1.3.31 gave: outputs with the text of each file in place of its address,
the error, or the problems at validation; and the objects that are in the bucket afterwards. `record_official.py` writes
that column.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

FOLDER = Path(__file__).with_name("official")
NAMESPACE = "tests.official"
S3_TYPES = "io.kestra.plugin.aws.s3."
ADDRESS = re.compile(r"kestra:///\S+")
UNLIKE = {
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"): "MOMENT",
    re.compile(r"(?<=Request ID: )\w+"): "REQUEST",
    re.compile(r"/\S*/main(?=/)"): "STORAGE",
    re.compile(r"/\S*/\d+\.py"): "SCRIPT",
    re.compile(r"\d{17,}(?=\.(csv|txt)$)"): "NUMBER",
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

    def text(self, address: str) -> str:
        """The text of a file of the internal storage."""


def cases(family: str) -> list[Case]:
    """The cases of `s3` or `scripts`, in their order."""
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
    if "objects" not in case:
        return _observe(engine, case, {}, str)
    bucket = f"case-{case['name'].replace('_', '-')}"
    with _bucket(s3, bucket, case["objects"]):
        seen = _observe(
            engine, case, {"bucket": bucket, **(connection or {})}, lambda text: text.replace(bucket, "BUCKET")
        )
        return seen | {"objects": dict(_objects(s3, bucket))}


def _unlike(text: str) -> str:
    for pattern, name in UNLIKE.items():
        text = pattern.sub(name, text)
    return text


def _observe(engine: Engine, case: Case, common: dict[str, str], hide: Callable[[str], str]) -> dict[str, Any]:
    flow = _flow(case, common)
    if problems := engine.problems(flow):
        return {"problems": hide(problems).strip()}
    execution, errors = engine.run(flow)
    if execution["state"]["current"] == "FAILED":
        return {"error": hide(_unlike(errors[0].splitlines()[0]))} | _exit_code(execution)
    outputs = execution["taskRunList"][-1].get("outputs") or {}
    return {"outputs": _shown(engine, outputs, hide)}


def _exit_code(execution: dict[str, Any]) -> dict[str, Any]:
    outputs = execution["taskRunList"][-1].get("outputs") or {}
    return {"exitCode": outputs["exitCode"]} if "exitCode" in outputs else {}


def _flow(case: Case, common: dict[str, str]) -> dict[str, Any]:
    tasks = []
    for number, task in enumerate(case["tasks"]):
        of_s3 = "kind" in task
        kept = {name: _filled(value, common.get("bucket", "")) for name, value in task.items() if name != "kind"}
        place = {"type": S3_TYPES + task["kind"], **common} if of_s3 else {}
        if of_s3 and task["kind"] == "Copy":
            place.pop("bucket")
        tasks.append({"id": f"task{number}", **place, **kept})
    id = f"official-{case['name'].replace('_', '-')}"
    return {"id": id, "namespace": NAMESPACE, "tasks": tasks, **case.get("flow", {})}


def _filled(value: Any, bucket: str) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, bucket) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, bucket) for inner in value]
    return value.replace("BUCKET", bucket) if isinstance(value, str) else value


def _shown(engine: Engine, value: Any, hide: Callable[[str], str]) -> Any:
    """A value without what differs from run to run: files as their text, moments and buckets by one name."""
    if isinstance(value, dict):
        return {_unlike(name): _shown(engine, inner, hide) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_shown(engine, inner, hide) for inner in value]
    if not isinstance(value, str):
        return value
    if ADDRESS.fullmatch(value):
        return {"file": hide(engine.text(value))}
    return hide(_unlike(value))


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
        yield _unlike(item["Key"]), {"Body": found["Body"].read().decode(), **headers, **metadata}

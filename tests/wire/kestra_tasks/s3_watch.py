"""A bucket, and flows that watch it with the S3 trigger."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import NAMESPACE, Execution, Kestra

BUCKET = "watched.flowio.app"
SEED_INTERVAL = timedelta(minutes=1)
TYPE = "io.kestra.plugin.aws.s3.Trigger"
SECONDS = 90
TASK = {"type": "io.kestra.plugin.core.debug.Return", "format": "{{ trigger.objects | length }}"}
WATCH = {"id": "watch", "type": TYPE, "interval": "PT1S", "bucket": BUCKET, "action": "NONE"}


class Watch:
    """A bucket, and flows that watch it, which know nothing of those of an earlier try."""

    def __init__(self, kestra: Kestra) -> None:
        self.kestra = kestra
        self.s3 = kestra.s3()
        self.flows: list[str] = []
        self._mark = uuid.uuid4().hex[:8]

    def id(self, name: str) -> str:
        """Of a flow."""
        return f"{name}-{self._mark}"

    def put(self, *keys: str, bucket: str = BUCKET, text: str = "body of ") -> None:
        for key in keys:
            self.s3.put_object(Bucket=bucket, Key=key, Body=f"{text}{key}".encode())

    def there(self, prefix: str = "", bucket: str = BUCKET) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in found]

    def flow(self, name: str, task: dict[str, Any] = TASK, **properties: Any) -> None:
        """Start to watch."""
        self.kestra.create(task, namespace=NAMESPACE, id=self.id(name), triggers=[WATCH | properties])
        self.flows.append(name)

    def stop(self, name: str) -> None:
        self.kestra.request("DELETE", f"/flows/{NAMESPACE}/{self.id(name)}")
        self.flows.remove(name)

    def last_look(self, name: str) -> datetime:
        """When the trigger of the seed was evaluated the last time."""
        [trigger] = self.kestra.get(f"/triggers/{NAMESPACE}/{self.id(name)}").json()["results"]
        return datetime.fromisoformat(trigger["nextExecutionDate"]) - SEED_INTERVAL

    def runs(self, name: str) -> list[Execution]:
        query = {"namespace": NAMESPACE, "flowId": self.id(name), "size": 200}
        found = self.kestra.get("/executions", params=query).json()["results"]
        return [Execution(self.kestra, execution) for execution in found]

    def objects(self, name: str) -> list[dict[str, Any]]:
        """What all executions of a flow were given."""
        return [item for run in self.runs(name) for item in run.execution["trigger"]["variables"]["objects"]]

    def await_failed_moves(self, name: str) -> None:
        """Wait until objects were taken, but could not be moved to a bucket that is not there yet."""
        query = {"namespace": NAMESPACE, "flowId": self.id(name), "minLevel": "ERROR", "size": 1}
        eventually(lambda: bool(self.kestra.get("/logs/search", params=query).json().get("results")), seconds=SECONDS)
        assert self.runs(name) == []

    def await_objects(self, name: str, count: int) -> list[dict[str, Any]]:
        """Wait until so many objects were handed out, and then for what should not come."""
        eventually(lambda: len(self.objects(name)) >= count, seconds=SECONDS)
        eventually(lambda: all(run.state in ("SUCCESS", "FAILED") for run in self.runs(name)), seconds=SECONDS)
        self.kestra.await_looks(namespace=NAMESPACE, id=self.id(name))
        found = self.objects(name)
        assert len(found) == count, [item["key"] for item in found]
        return sorted(found, key=lambda item: item["key"])

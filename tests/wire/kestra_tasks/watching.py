"""A flow whose trigger is to start exactly one execution."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import NAMESPACE, Execution, Kestra


@contextmanager
def watching(kestra: Kestra, trigger: dict[str, Any], shown: str, **flow: Any) -> Iterator[Execution]:
    """The one execution that a trigger started; it looked twice more and found nothing new.

    Parameters:
        kestra: the stack.
        trigger: the trigger, which is to look each second.
        shown: an expression that the execution's one task returns.
        flow: further parts of the flow.
    """
    own = {"namespace": NAMESPACE, "id": f"watching-{uuid4()}"}
    task = {"type": "io.kestra.plugin.core.debug.Return", "format": shown}
    kestra.create(task, **own, triggers=[{"id": "watch", "interval": "PT1S", **trigger}], **flow)
    try:
        eventually(lambda: [run.state for run in kestra.runs(**own)] == ["SUCCESS"], what="an execution")
        kestra.await_looks(**own)
        [run] = kestra.runs(**own)
        yield run
    finally:
        kestra.request("DELETE", f"/flows/{NAMESPACE}/{own['id']}")

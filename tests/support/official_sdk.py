"""The requests that the official SDK, kestrapy, makes: each function, with a text for every argument."""

import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from kestrapy import ApiException
from kestrapy.api.executions_api import ExecutionsApi
from kestrapy.api.files_api import FilesApi
from kestrapy.api.flows_api import FlowsApi
from kestrapy.api.kv_api import KVApi
from kestrapy.api.logs_api import LogsApi
from kestrapy.api.namespaces_api import NamespacesApi
from kestrapy.api.triggers_api import TriggersApi

GROUPS = (ExecutionsApi, FilesApi, FlowsApi, KVApi, LogsApi, NamespacesApi, TriggersApi)
TEXT = "x"
"""What stands for each argument."""


class _Recorder:
    """In place of the SDK's connection: notes what it would send and refuses it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def request(self, method: str, url: str, **_: Any) -> SimpleNamespace:
        self.sent.append((method, url))
        return SimpleNamespace(status_code=500, text="", reason="recorded")

    def get(self, url: str, **options: Any) -> SimpleNamespace:
        return self.request("GET", url, **options)


def functions() -> Iterator[tuple[Any, Any]]:
    """Each function of the SDK, with the group that it belongs to."""
    for group in GROUPS:
        for name, function in vars(group).items():
            if inspect.isfunction(function) and not name.startswith("_"):
                yield group, function


def requests_of(group: Any, function: Any) -> list[tuple[str, str]]:
    """Method and path of the requests that a function makes; the tenant is `main`."""
    recorder = _Recorder()
    needed = list(inspect.signature(function).parameters.values())[1:]
    values = {one.name: TEXT for one in needed if one.default is inspect.Parameter.empty}
    values |= {"tenant": "main"} if "tenant" in values else {}
    try:
        answer = function(group(recorder, ""), **values)
        if inspect.isgenerator(answer):
            next(answer)
    except ApiException:
        pass
    return recorder.sent

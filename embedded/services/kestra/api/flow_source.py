"""The YAML of flows as it comes in: its limits, and its way to the engine."""

import re
from http import HTTPStatus
from threading import Lock
from typing import Any

import jpype
import yaml
from anyio import CapacityLimiter

from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.request import JSON, YAML, Request, content_type, parse_json

MAX_BYTES = 256 * 2**10
"""Largest source of a flow. The engine's time grows with the square of a text's length: 1 s for this one."""
MAX_TYPES = 1000
"""Most tasks, triggers and inputs of a flow, counted by their `type`: some 2 s."""
SOURCES = CapacityLimiter(2)
"""How many requests with flows are handled at once. They keep a core busy, and so leave the others' threads alone."""
WRITING = Lock()
"""Held while a flow is written: the engine looks for the last revision, and then inserts the next one."""
TYPE = re.compile(r"""\btype["']?\s*:""")

OF_THE_SERVER = ("tenantId", "revision", "deleted", "updated", "source")
"""Fields of a flow as the server sends it that belong to no source."""


def sent(request: Request) -> str:
    """The source of a flow that a request sends: as YAML, or as a JSON object, which Kestra takes until 2.0.

    Raises:
        ApiError: it is sent as something else (415), or is no JSON object (422).
    """
    if content_type(request.http) not in JSON:
        return request.text(*YAML)
    flow = parse_json(checked(request.text()))
    if not isinstance(flow, dict):
        raise Invalid("Invalid json: a flow was expected")
    fields = {name: value for name, value in flow.items() if name not in OF_THE_SERVER}
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)


def checked(source: str) -> str:
    """A flow's source, if it is of a size that the engine reads in a short time.

    Raises:
        ApiError: 413, it is too long; 422, it has too many tasks.
    """
    if (size := len(source.encode(errors="replace"))) > MAX_BYTES:
        raise ApiError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The flow has {size} bytes, more than {MAX_BYTES}: keep long texts in namespace files",
        )
    if len(TYPE.findall(source)) > MAX_TYPES:
        raise Invalid(f"The flow has more than {MAX_TYPES} tasks, triggers and inputs: split it into subflows")
    return source


def parse(request: Request, source: str) -> Any:
    """A flow's source as the engine's `GenericFlow`.

    Raises:
        ApiError: it is too large, or empty.
        jpype.JException: it is no flow.
    """
    generic = request.java("io.kestra.core.models.flows.GenericFlow")
    try:
        return generic.fromYaml(request.tenant, checked(source))
    except jpype.JClass("java.lang.NullPointerException"):
        raise _no_flow() from None


def parse_with_defaults(request: Request, source: str) -> Any:
    """A flow that need not exist, with all defaults of its tasks.

    Raises:
        ApiError: it is too large, empty, or has no tasks.
        jpype.JException: it is no flow.
    """
    service = request.bean("io.kestra.core.services.PluginDefaultService")
    try:
        flow = service.parseFlowWithAllDefaults(request.tenant, checked(source), False)
    except jpype.JClass("java.lang.NullPointerException"):
        raise _no_flow() from None
    if flow.getTasks() is None:
        raise _no_flow()
    return flow


def _no_flow() -> ApiError:
    return Invalid("The source is no flow: it has no id, namespace or tasks")

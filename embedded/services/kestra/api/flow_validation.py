"""Validation of flows, tasks and triggers that need not exist."""

from typing import Any

import jpype
from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.flow_bulk import decode, documents
from embedded.services.kestra.api.flow_source import SOURCES, checked
from embedded.services.kestra.api.flows import SERVICE
from embedded.services.kestra.api.messages import readable
from embedded.services.kestra.api.request import JSON, YAML, Request, endpoint, json_value
from embedded.services.kestra.api.unknown_types import explain

VIOLATION = "io.kestra.core.models.validations.ValidateConstraintViolation"
TASK = "io.kestra.core.models.tasks.Task"
TRIGGER = "io.kestra.core.models.triggers.AbstractTrigger"


def validate(request: Request) -> Response:
    """What is wrong, deprecated or worth a warning in each flow of a YAML text, or of the files `flows` of a form."""
    source = request.java("io.kestra.core.models.flows.FlowSource")
    if uploads := [file for file in request.form.getlist("flows") if isinstance(file, UploadFile)]:
        sources = [source(upload.filename, checked(decode(upload.file).strip())) for upload in uploads]
    else:
        sources = [source(None, checked(text)) for _, text in documents(request.text(*YAML).strip())]
    violations = request.bean(SERVICE).validate(request.tenant, convert.java_list(sources))
    return json_value([_readable(request, entry) for entry in convert.to_python(request.engine, violations)])


def validate_task(request: Request) -> Response:
    """What is wrong in a task, or with `section=TRIGGERS` in a trigger."""
    return _validate_part(request, TRIGGER if request.parameter("section", "TASKS") == "TRIGGERS" else TASK)


def validate_trigger(request: Request) -> Response:
    """What is wrong in a trigger."""
    return _validate_part(request, TRIGGER)


def _validate_part(request: Request, kind: str) -> Response:
    result = request.java(VIOLATION).builder()
    try:
        # YAML reads JSON as well, and names an unknown type or property as it does for a flow.
        parser = request.java("io.kestra.core.serializers.YamlParser")
        parsed = parser.parse(checked(request.text(*YAML, *JSON)), jpype.JClass(kind).class_)
        request.bean("io.kestra.core.models.validations.ModelValidator").validate(parsed)
    except jpype.JClass("jakarta.validation.ConstraintViolationException") as error:
        result.constraints(error.getMessage())
    except jpype.JClass("java.lang.RuntimeException") as error:
        result.constraints(f"Unable to validate: {error.getMessage()}")
    return json_value(_readable(request, convert.to_python(request.engine, result.build())))


def _readable(request: Request, violation: dict[str, Any]) -> dict[str, Any]:
    text = violation.get("constraints")
    return violation | {"constraints": explain(request.engine, readable(text))} if text else violation


routes = [
    Route("/flows/validate", endpoint(validate, lane=SOURCES), methods=["POST"]),
    Route("/flows/validate/task", endpoint(validate_task, lane=SOURCES), methods=["POST"]),
    Route("/flows/validate/trigger", endpoint(validate_trigger, lane=SOURCES), methods=["POST"]),
]

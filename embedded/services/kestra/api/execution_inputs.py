"""Inputs of an execution: from a form or from JSON to what the engine reads, with files put into its storage."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import jpype
from starlette.datastructures import UploadFile

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.request import Request

READER = "io.kestra.core.runners.FlowInputOutput"
STORAGE = "io.kestra.core.storages.StorageInterface"
OLD_FILES_FIELD = "files"
"""Form field of files in older clients, which put the input's id where the file's name belongs."""


class Part:
    """One field of a form, as the engine's reader of inputs takes it (`CompletedPart`)."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text

    def getName(self) -> str:
        """The input's id."""
        return self._name

    def getBytes(self) -> Any:
        """The input's value."""
        return jpype.JArray(jpype.JByte)(self._text.encode())


def labels(values: list[str]) -> dict[str, str]:
    """Labels given as `key:value`.

    Raises:
        Invalid: one has no colon or an empty part, or the same key as another.
    """
    parsed: dict[str, str] = {}
    for text in values:
        key, _, value = (part.strip() for part in text.partition(":"))
        if not key or not value or len(key.split()) > 1:
            raise Invalid(f"A label is given as key:value, not as '{text}'")
        if key in parsed:
            raise Invalid(f"The label '{key}' is given twice")
        parsed[key] = value
    return parsed


def read(request: Request, flow: Any, execution: Any) -> Any:
    """The typed inputs of a new execution as a Java map. Puts their files into the storage.

    Parameters:
        request: has the inputs as a form or as JSON.
        flow: declares the inputs.
        execution: the new execution, whose storage takes the files.

    Raises:
        jpype.JException: an input is missing or has a value that its type refuses.
    """
    parts = publisher(request, flow.getInputs(), execution)
    return request.bean(READER).readExecutionInputs(flow, execution, parts).block()


def check(request: Request, flow: Any, execution: Any) -> Any:
    """The inputs of a new execution with their values and what is wrong with each (`InputAndValue`).

    Parameters:
        request: has the inputs as a form or as JSON.
        flow: declares the inputs.
        execution: the execution that would be created.
    """
    inputs = flow.getInputs() if flow.getInputs() is not None else convert.java_list([])
    parts = publisher(request, inputs, execution)
    return request.bean(READER).validateExecutionInputs(inputs, flow, execution, parts).block()


def publisher(request: Request, inputs: Any, execution: Any) -> Any:
    """The request's inputs as the Java publisher of parts that the engine's services read.

    Parameters:
        request: has the inputs as a form or as JSON.
        inputs: the declared inputs, or None: a file is only stored if one has its name.
        execution: the execution whose storage takes the files.
    """
    java = request.java
    leaves = java("io.kestra.core.models.flows.Input").expandToLeaves(inputs) if inputs is not None else ()
    declared = {str(leaf.getId()) for leaf in leaves}
    parts = [*_json_parts(request), *_form_parts(request, declared, execution)]
    proxies = [jpype.JProxy("io.micronaut.http.multipart.CompletedPart", inst=part) for part in parts]
    return java("reactor.core.publisher.Flux").fromIterable(convert.java_list(proxies))


def _json_parts(request: Request) -> Iterator[Part]:
    body = request.json() if request.body else None
    if body is None:
        return
    if not isinstance(body, dict) or body.keys() - {"inputs"} or not isinstance(body.get("inputs", {}), dict):
        raise Invalid('A JSON body has the form {"inputs": {"name": value}}')
    for name, value in body.get("inputs", {}).items():
        if value is not None:
            yield Part(name, value if isinstance(value, str) else json.dumps(value))


def _form_parts(request: Request, declared: set[str], execution: Any) -> Iterator[Part]:
    for name, value in request.form.multi_items():
        if isinstance(value, str):
            yield Part(name, value)
            continue
        file_name = PurePosixPath((value.filename or "").replace("\\", "/")).name or name
        if name == OLD_FILES_FIELD and file_name in declared:
            name = file_name
        if name in declared:
            yield Part(name, _store(request, execution, name, file_name, value))


def _store(request: Request, execution: Any, name: str, file_name: str, upload: UploadFile) -> str:
    """Put an uploaded file into the execution's storage; answers its address there."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "upload")
        with file.open("wb") as target:
            shutil.copyfileobj(upload.file, target, 1 << 20)
        java_file = request.java("java.io.File")(str(file))
        # The name becomes part of an address, where a blank is not allowed.
        return str(request.bean(STORAGE).from_(execution, name, quote(file_name), java_file))

"""Files uploaded with a load job: multipart or resumable.

Source: https://cloud.google.com/bigquery/docs/loading-data-local#load_data_from_local_files_via_rest
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from embedded.object_store.blobs import Blobs
from embedded.services.gcp.bigquery.errors import invalid_value, not_found, to_google_error
from embedded.services.gcp.bigquery.request import check_project, json_response
from embedded.services.gcp.bigquery.shapes import JOB
from embedded.services.gcp.documents import parse_document
from embedded.services.gcp.errors import GoogleError
from embedded.services.gcp.gcs.body import MAX_DOCUMENT, chunks, receive_parts
from embedded.services.gcp.shapes import check
from embedded.shared.request_body import BodyError, read_body
from embedded.sql_engine.errors import SqlError

Json = dict[str, Any]
Begin = Callable[[Json, Path], Json]

_RESUME = 308
_RANGE = re.compile(r"bytes (?:([0-9]{1,18})-([0-9]{1,18})|\*)/([0-9]{1,18}|\*)")


@dataclass
class _Upload:
    body: Json
    path: Path
    size: int = 0


class Uploads:
    """Receives uploads to a folder.

    Parameters:
        folder: emptied at the start: clients send unfinished uploads again.
        project: the only one that exists.
        begin: starts a job with a file, which the job removes.
    """

    def __init__(self, folder: Path, project: str, begin: Begin) -> None:
        self._folder = folder
        self._project = project
        self._begin = begin
        self._blobs = Blobs(folder)
        self._blobs.sweep(lambda name: False)
        self._open: dict[str, _Upload] = {}

    async def handle(self, request: HttpRequest) -> Response:
        """The route's endpoint."""
        try:
            check_project(str(request.path_params["project"]), self._project)
            return await self._handle(request)
        except GoogleError as error:
            return error.response()
        except SqlError as error:
            return to_google_error(error).response()

    async def _handle(self, request: HttpRequest) -> Response:
        if upload_id := request.query_params.get("upload_id"):
            return await self._continue(request, upload_id)
        kind = request.query_params.get("uploadType")
        if kind == "multipart":
            return await self._multipart(request)
        if kind == "resumable":
            return await self._start(request)
        raise invalid_value(f"uploadType is {kind!r}: it can be multipart or resumable.")

    async def _multipart(self, request: HttpRequest) -> Response:
        document, _, _, name = await receive_parts(request, self._blobs)
        path = self._move(name)
        return json_response(await run_in_threadpool(self._start_job, _job(document), path))

    async def _start(self, request: HttpRequest) -> Response:
        try:
            body = _job(await read_body(request, MAX_DOCUMENT))
        except BodyError as error:
            raise invalid_value(str(error)) from error
        name, file = self._blobs.create()
        file.close()
        upload_id = uuid.uuid4().hex
        self._open[upload_id] = _Upload(body, self._move(name))
        base = str(request.base_url).rstrip("/")
        address = f"{base}{request.url.path}?uploadType=resumable&upload_id={upload_id}"
        return Response(headers={"Location": address, "X-GUploader-UploadID": upload_id})

    async def _continue(self, request: HttpRequest, upload_id: str) -> Response:
        upload = self._open.get(upload_id)
        if upload is None:
            raise not_found(f"Upload {upload_id}")
        written = request.headers.get("content-range", "")
        match = _RANGE.fullmatch(written)
        if match is None:
            raise invalid_value(f"Invalid Content-Range: {written!r}")
        if match[1] is not None:
            if int(match[1]) != upload.size:
                raise invalid_value(f"The next byte is number {upload.size}, not {match[1]}.")
            await self._append(request, upload, int(match[2]) + 1)
        if match[3] == "*" or int(match[3]) != upload.size:
            received = {"Range": f"bytes=0-{upload.size - 1}"} if upload.size else {}
            return Response(status_code=_RESUME, headers=received)
        del self._open[upload_id]
        return json_response(await run_in_threadpool(self._start_job, upload.body, upload.path))

    async def _append(self, request: HttpRequest, upload: _Upload, end: int) -> None:
        with upload.path.open("r+b") as file:
            file.seek(upload.size)
            async for data in chunks(request):
                await run_in_threadpool(file.write, data)
            if file.tell() != end:
                file.truncate(upload.size)
                raise invalid_value("The body is not as long as Content-Range says.")
        upload.size = end

    def _start_job(self, body: Json, path: Path) -> Json:
        try:
            return self._begin(body, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _move(self, name: str) -> Path:
        """Move a blob to a file of its own, which its job removes."""
        path = self._folder / f"{name}.upload"
        self._blobs.link(name, path)
        self._blobs.remove([name])
        return path


def _job(document: bytes) -> Json:
    body = parse_document(document)
    check(body, JOB)
    return body

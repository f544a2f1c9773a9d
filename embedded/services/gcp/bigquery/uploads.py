"""Files that come with a load job: in one request of two parts, or in chunks.

https://cloud.google.com/bigquery/docs/loading-data-local#load_data_from_local_files_via_rest
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from embedded.object_store.blobs import Blobs
from embedded.services.gcp.bigquery.errors import answer, invalid_value, not_found
from embedded.services.gcp.bigquery.request import check_project, document, parsed
from embedded.services.gcp.errors import GoogleError
from embedded.services.gcp.gcs.body import chunks, receive_parts
from embedded.sql_engine.errors import SqlError

Json = dict[str, Any]
Begin = Callable[[Json, Path], Json]

_RESUME = 308
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


@dataclass
class _Upload:
    body: Json
    path: Path
    size: int = 0


class Uploads:
    """A folder for files on their way.

    Parameters:
        folder: emptied at the start: what was on its way is sent again.
        project: the only one that is there.
        begin: starts a job with a file, which it removes.
    """

    def __init__(self, folder: Path, project: str, begin: Begin) -> None:
        self._folder = folder
        self._project = project
        self._begin = begin
        self._blobs = Blobs(folder)
        self._blobs.sweep(lambda name: False)
        self._open: dict[str, _Upload] = {}

    async def handle(self, request: Request) -> Response:
        """The route's endpoint."""
        try:
            check_project(str(request.path_params["project"]), self._project)
            return await self._handle(request)
        except GoogleError as error:
            return error.response()
        except SqlError as error:
            return answer(error).response()

    async def _handle(self, request: Request) -> Response:
        if upload_id := request.query_params.get("upload_id"):
            return await self._continue(request, upload_id)
        kind = request.query_params.get("uploadType")
        if kind == "multipart":
            return await self._multipart(request)
        if kind == "resumable":
            return await self._start(request)
        raise invalid_value(f"uploadType is {kind!r}: it can be multipart or resumable.")

    async def _multipart(self, request: Request) -> Response:
        given, _, _, name = await receive_parts(request, self._blobs)
        path = self._taken(name)
        return document(await run_in_threadpool(self._job, parsed(given), path))

    async def _start(self, request: Request) -> Response:
        body = parsed(await request.body())
        name, file = self._blobs.create()
        file.close()
        upload_id = uuid.uuid4().hex
        self._open[upload_id] = _Upload(body, self._taken(name))
        base = str(request.base_url).rstrip("/")
        address = f"{base}{request.url.path}?uploadType=resumable&upload_id={upload_id}"
        return Response(headers={"Location": address, "X-GUploader-UploadID": upload_id})

    async def _continue(self, request: Request, upload_id: str) -> Response:
        upload = self._open.get(upload_id)
        if upload is None:
            raise not_found(f"Upload {upload_id}")
        written = request.headers.get("content-range", "")
        found = _RANGE.fullmatch(written)
        if found is None:
            raise invalid_value(f"Invalid Content-Range: {written!r}")
        if found[1] is not None:
            if int(found[1]) != upload.size:
                raise invalid_value(f"The next byte is number {upload.size}, not {found[1]}.")
            await self._append(request, upload, int(found[2]) + 1)
        if found[3] == "*" or int(found[3]) != upload.size:
            seen = {"Range": f"bytes=0-{upload.size - 1}"} if upload.size else {}
            return Response(status_code=_RESUME, headers=seen)
        del self._open[upload_id]
        return document(await run_in_threadpool(self._job, upload.body, upload.path))

    async def _append(self, request: Request, upload: _Upload, end: int) -> None:
        with upload.path.open("r+b") as file:
            file.seek(upload.size)
            async for data in chunks(request):
                await run_in_threadpool(file.write, data)
            if file.tell() != end:
                file.truncate(upload.size)
                raise invalid_value("The body is not as long as Content-Range says.")
        upload.size = end

    def _job(self, body: Json, path: Path) -> Json:
        try:
            return self._begin(body, path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _taken(self, name: str) -> Path:
        """A blob's file under a name of its own, which goes when its job is done."""
        path = self._folder / f"{name}.upload"
        self._blobs.link(name, path)
        self._blobs.remove([name])
        return path

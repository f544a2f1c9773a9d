"""Receives bodies: to the disk as they arrive, checked against the client's checksums.

Source: https://cloud.google.com/storage/docs/data-validation
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, BinaryIO

import google_crc32c
from python_multipart.multipart import MultipartParser
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from embedded.object_store.blobs import CHUNK, Blobs
from embedded.services.gcp.errors import invalid
from embedded.services.gcp.gcs.store import Content

_ALGORITHMS = {"md5Hash": "MD5 hash", "crc32c": "CRC32C"}


MAX_DOCUMENT = 4 << 20
"""Of a JSON document in bytes."""


class Digests:
    """The checksums that Cloud Storage keeps of an object."""

    def __init__(self) -> None:
        self._md5 = hashlib.md5()
        self._crc32c = google_crc32c.Checksum()
        self.size = 0

    def update(self, data: bytes) -> None:
        """Add further bytes."""
        self._md5.update(data)
        self._crc32c.update(data)
        self.size += len(data)

    def content(self, blob: str, expected: Mapping[str, Any]) -> Content:
        """The received bytes, if their checksums are the client's.

        Parameters:
            blob: its name.
            expected: `md5Hash` and `crc32c` as far as the client sent them.

        Raises:
            GoogleError: they differ.
        """
        md5, crc32c = (base64.b64encode(digest.digest()).decode() for digest in (self._md5, self._crc32c))
        for name, actual in (("md5Hash", md5), ("crc32c", crc32c)):
            if expected.get(name) not in (None, actual):
                kind = _ALGORITHMS[name]
                raise invalid(f'Provided {kind} "{expected[name]}" doesn\'t match calculated {kind} "{actual}".')
        return Content(blob, self.size, md5, crc32c)


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """A body in chunks of about a megabyte.

    Raises:
        GoogleError: the body was cut short.
    """
    pending = bytearray()
    try:
        async for chunk in request.stream():
            pending += chunk
            if len(pending) >= CHUNK:
                yield bytes(pending)
                pending.clear()
    except ClientDisconnect as error:
        raise invalid("The connection was closed before the body had arrived.") from error
    yield bytes(pending)


async def receive(request: Request, blobs: Blobs, expected: Mapping[str, Any]) -> Content:
    """Store a body as a blob.

    Parameters:
        request: with the body.
        blobs: where it is stored.
        expected: `md5Hash` and `crc32c` as far as the client sent them.

    Raises:
        GoogleError: the checksums differ, or the body was cut short; the blob is removed.
    """
    digests = Digests()
    name, file = blobs.create()

    def keep(data: bytes) -> None:
        file.write(data)
        digests.update(data)

    try:
        with file:
            async for data in chunks(request):
                await run_in_threadpool(keep, data)
            await run_in_threadpool(blobs.seal, file)
        return digests.content(name, expected)
    except BaseException:
        blobs.remove([name])
        raise


@dataclass
class _Parts:
    """A `multipart/related` body as it comes: its first part is a document, its second goes to a file."""

    file: BinaryIO
    digests: Digests = field(default_factory=Digests)
    document: bytearray = field(default_factory=bytearray)
    kind: str = ""
    number: int = 0
    is_complete: bool = False
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)

    def on_part_begin(self) -> None:
        self.number += 1

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def on_header_end(self) -> None:
        if self.number == 2 and self._header.lower() == b"content-type":
            self.kind = self._value.decode("latin-1").strip()
        self._header.clear()
        self._value.clear()

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self.number == 1:
            self.document += data[start:end]
            if len(self.document) > MAX_DOCUMENT:
                raise ValueError(f"its document is larger than {MAX_DOCUMENT} bytes")
        elif self.number == 2:
            self.file.write(data[start:end])
            self.digests.update(data[start:end])

    def on_end(self) -> None:
        self.is_complete = self.number == 2

    def callbacks(self) -> dict[str, Any]:
        """Under the names that the parser knows."""
        return {name: getattr(self, name) for name in dir(self) if name.startswith("on_")}


async def receive_parts(request: Request, blobs: Blobs) -> tuple[bytes, str, Digests, str]:
    """Store the second part of a `multipart/related` body as a blob.

    Returns:
        The first part, the content type of the second, its digests, and the blob's name.

    Raises:
        GoogleError: it has not two parts, or was cut short; the blob is removed.
    """
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
    boundary = header.get_boundary()
    if not boundary:
        raise invalid("A multipart upload has Content-Type: multipart/related with a boundary.")
    name, file = blobs.create()
    try:
        with file:
            parts = _Parts(file)
            parser = MultipartParser(boundary.encode(), parts.callbacks())  # type: ignore[arg-type]
            async for data in chunks(request):
                await run_in_threadpool(parser.write, data)
            if not parts.is_complete:
                raise invalid("A multipart upload has two parts, a JSON document and the content. This one has not.")
            await run_in_threadpool(blobs.seal, file)
    except ValueError as error:
        blobs.remove([name])
        raise invalid(f"The multipart body cannot be read: {error}") from error
    except BaseException:
        blobs.remove([name])
        raise
    return bytes(parts.document), parts.kind, parts.digests, name


def digest(file: BinaryIO) -> Digests:
    """The digests of a file, which is closed."""
    digests = Digests()
    with file:
        while data := file.read(CHUNK):
            digests.update(data)
    return digests

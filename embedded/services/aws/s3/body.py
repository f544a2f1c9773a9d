"""Takes in the bytes that a client sends: to the disk as they come, checked by what the client says of them."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import AsyncIterator
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from embedded.object_store.blobs import CHUNK, Blobs
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3.store import Content

MAX_DOCUMENT = 4 << 20
MAX_BYTES = 5 << 30
_MAX_LINE = 16 << 10


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


_CHECKSUMS: dict[str, Any] = {
    "x-amz-checksum-crc32": _Crc32,
    "x-amz-checksum-sha1": hashlib.sha1,
    "x-amz-checksum-sha256": hashlib.sha256,
}


async def receive(request: Request, blobs: Blobs) -> tuple[Content, dict[str, str]]:
    """Keep a request's body as a blob.

    Parameters:
        request: the request.
        blobs: where to.

    Returns:
        The content, and the checksums that the client sent and that were found right, by header.

    Raises:
        AwsError: it is not what the client says it is, or was cut short; then nothing is kept.
    """
    name, file = blobs.create()
    try:
        with file:
            taken = await _take(request, file.write)
            await run_in_threadpool(blobs.seal, file)
    except BaseException:
        blobs.remove([name])
        raise
    return Content(name, taken.size, taken.digests["md5"].digest().hex()), taken.checksums


async def document(request: Request) -> bytes:
    """A request's body that is a short text.

    Raises:
        AwsError: as for `receive`, or it is too long.
    """
    content = bytearray()

    def keep(data: bytes) -> None:
        content.extend(data)
        if len(content) > MAX_DOCUMENT:
            raise AwsError("MaxMessageLengthExceeded", "Your request was too big.")

    await _take(request, keep)
    return bytes(content)


class _Taken:
    """What has arrived so far."""

    def __init__(self, request: Request, trailers: dict[str, str]) -> None:
        self.size = 0
        self.checksums: dict[str, str] = {}
        self._headers = request.headers
        self._trailers = trailers
        self.digests: dict[str, _Digest] = {"md5": hashlib.md5()}
        if len(self._headers.get("x-amz-content-sha256", "")) == 64:
            self.digests["payload"] = hashlib.sha256()
        named = {*self._headers.keys(), *(self._headers.get("x-amz-trailer", "").lower().split(","))}
        for header in named & _CHECKSUMS.keys():
            self.digests[header] = _CHECKSUMS[header]()

    def add(self, data: bytes) -> None:
        self.size += len(data)
        for digest in self.digests.values():
            digest.update(data)

    def check(self) -> None:
        headers = self._headers
        if "payload" in self.digests and self.digests["payload"].digest().hex() != headers["x-amz-content-sha256"]:
            message = "The provided 'x-amz-content-sha256' header does not match what was computed."
            raise AwsError("XAmzContentSHA256Mismatch", message)
        md5 = headers.get("content-md5")
        if md5 and _unpacked(md5) != self.digests["md5"].digest():
            raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
        for header in self.digests.keys() & _CHECKSUMS.keys():
            said = headers.get(header) or self._trailers.get(header, "")
            if _unpacked(said) != self.digests[header].digest():
                raise AwsError("BadDigest", f"The {header} you specified did not match what we received.")
            self.checksums[header] = said


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise AwsError("InvalidDigest", "A checksum that you specified is not valid.") from error


async def _take(request: Request, write: Any) -> _Taken:
    """Read a body to its end, in portions of about a megabyte, each written and digested off the event loop."""
    trailers: dict[str, str] = {}
    taken = _Taken(request, trailers)
    chunks = _unwrapped(request, trailers)
    pending = bytearray()

    def flush() -> None:
        data = bytes(pending)
        write(data)
        taken.add(data)

    try:
        async for chunk in chunks:
            pending += chunk
            if len(pending) >= CHUNK:
                await run_in_threadpool(flush)
                pending.clear()
            if taken.size > MAX_BYTES:
                raise AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    except ClientDisconnect as error:
        raise AwsError("RequestTimeout", "The connection was closed before the body had arrived.") from error
    await run_in_threadpool(flush)
    taken.check()
    return taken


def _unwrapped(request: Request, trailers: dict[str, str]) -> AsyncIterator[bytes]:
    if request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return _Frames(request.stream(), trailers).content(_length(request))
    return request.stream()


def _length(request: Request) -> int:
    text = request.headers.get("x-amz-decoded-content-length", "")
    if not text.isdecimal():
        raise AwsError("MissingContentLength", "You must provide x-amz-decoded-content-length.", 411)
    return int(text)


class _Frames:
    """Takes the frames of an `aws-chunked` body apart: a line with the size, the bytes, at the end trailers.

    A frame may have a signature of its own, which is not checked: that of the request and the checksums are.
    """

    def __init__(self, source: AsyncIterator[bytes], trailers: dict[str, str]) -> None:
        self._source = source
        self._trailers = trailers
        self._buffer = bytearray()

    async def content(self, length: int) -> AsyncIterator[bytes]:
        """The bytes within, of which there must be `length`."""
        left = length
        while size := await self._size():
            left -= size
            while size:
                if not self._buffer:
                    await self._more()
                piece = bytes(self._buffer[:size])
                del self._buffer[: len(piece)]
                size -= len(piece)
                yield piece
            await self._line()
        while line := await self._line():
            name, _, value = line.partition(":")
            self._trailers[name.strip().lower()] = value.strip()
        async for _ in self._source:
            pass  # the server wants the body read to its end
        if left:
            raise _incomplete()

    async def _size(self) -> int:
        text = (await self._line()).partition(";")[0]
        try:
            return int(text, 16)
        except ValueError as error:
            raise _incomplete() from error

    async def _line(self) -> str:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > _MAX_LINE:
                raise _incomplete()
            await self._more()
        line = self._buffer[:end].decode("latin-1")
        del self._buffer[: end + 2]
        return line

    async def _more(self) -> None:
        data = await anext(self._source, None)
        if data is None:
            raise _incomplete()
        self._buffer += data


def _incomplete() -> AwsError:
    message = "The request body terminated unexpectedly, or is not framed as its headers say"
    return AwsError("IncompleteBody", message)

"""Receives request bodies: streams them to the disk, and verifies the client's lengths and checksums.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import AsyncIterator
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest

from embedded.object_store.blobs import CHUNK, Blobs
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3.store import Content
from embedded.shared.numbers import whole_number

MAX_DOCUMENT = 4 << 20
MAX_BYTES = 5 << 30
_MAX_LINE = 16 << 10
_SIZE = re.compile(r"[0-9A-Fa-f]{1,15}")


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


async def receive(request: HttpRequest, blobs: Blobs) -> tuple[Content, dict[str, str]]:
    """Store a request's body as a blob.

    Parameters:
        request: the request.
        blobs: the folder of blobs.

    Returns:
        The content, and the verified checksums of the client, by header.

    Raises:
        AwsError: a checksum is wrong, or the body is incomplete; then nothing is stored.
    """
    name, file = blobs.create()
    try:
        with file:
            received = await _receive(request, file.write)
            await run_in_threadpool(blobs.seal, file)
    except BaseException:
        blobs.remove([name])
        raise
    return Content(name, received.size, received.digests["md5"].digest().hex()), received.checksums


async def receive_document(request: HttpRequest) -> bytes:
    """Read a request's body into memory.

    Raises:
        AwsError: as for `receive`, or the body is too long.
    """
    content = bytearray()

    def keep(data: bytes) -> None:
        content.extend(data)
        if len(content) > MAX_DOCUMENT:
            raise AwsError("MaxMessageLengthExceeded", "Your request was too big.")

    await _receive(request, keep)
    return bytes(content)


class _Received:
    """Size and digests of the bytes so far."""

    def __init__(self, request: HttpRequest, trailers: dict[str, str]) -> None:
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
            checksum = headers.get(header) or self._trailers.get(header, "")
            if _unpacked(checksum) != self.digests[header].digest():
                raise AwsError("BadDigest", f"The {header} you specified did not match what we received.")
            self.checksums[header] = checksum


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise AwsError("InvalidDigest", "A checksum that you specified is not valid.") from error


async def _receive(request: HttpRequest, write: Any) -> _Received:
    """Read a body in chunks of about a megabyte; each is written and digested in a thread."""
    trailers: dict[str, str] = {}
    received = _Received(request, trailers)
    chunks = _unwrapped(request, trailers)
    pending = bytearray()

    def flush() -> None:
        data = bytes(pending)
        write(data)
        received.add(data)

    try:
        async for chunk in chunks:
            pending += chunk
            if len(pending) >= CHUNK:
                await run_in_threadpool(flush)
                pending.clear()
            if received.size > MAX_BYTES:
                raise AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    except ClientDisconnect as error:
        raise AwsError("RequestTimeout", "The connection was closed before the body had arrived.") from error
    await run_in_threadpool(flush)
    received.check()
    return received


def _unwrapped(request: HttpRequest, trailers: dict[str, str]) -> AsyncIterator[bytes]:
    if request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return _Frames(request.stream(), trailers).content(_length(request))
    return request.stream()


def _length(request: HttpRequest) -> int:
    text = request.headers.get("x-amz-decoded-content-length", "")
    length = whole_number(text, 0, 2**62)
    if length is None:
        raise AwsError("MissingContentLength", "You must provide x-amz-decoded-content-length.", 411)
    return length


class _Frames:
    """Decodes an `aws-chunked` body: for each frame a line with the size and the bytes, then trailers.

    Signatures of frames are not verified; those of the request and the checksums are. Source:
    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html.
    """

    def __init__(self, source: AsyncIterator[bytes], trailers: dict[str, str]) -> None:
        self._source = source
        self._trailers = trailers
        self._buffer = bytearray()

    async def content(self, length: int) -> AsyncIterator[bytes]:
        """Yield the decoded bytes; an error unless there are `length` of them."""
        left = length
        while size := await self._size():
            left -= size
            if left < 0:
                raise _incomplete()
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
        if not _SIZE.fullmatch(text):
            raise _incomplete()
        return int(text, 16)

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

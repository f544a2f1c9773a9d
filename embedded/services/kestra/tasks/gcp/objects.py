"""Bodies of Upload, Download, Copy and Delete."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote, unquote

import google.cloud.storage as storage
import google_crc32c
from google.cloud.exceptions import NotFound

from embedded.services.kestra.tasks.bridge import READ_BYTES, Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.gcp.connection import STORAGE_RETRY, failures, storage_client

PREFIX = "io.kestra.plugin.gcp.gcs."
NO_BUCKET = "There is no such bucket: check its name, or create it."
NO_OBJECT = "There is no such object: check its name, or upload it first."
_ILLEGAL = re.compile(r"%(?![0-9A-Fa-f]{2})|[\x00-\x20\"<>\\^`{|}\x7f]")
"""What a URI cannot hold. Letters beyond ASCII are no problem to Java."""
_HEADERS = {
    "contentType": "content_type",
    "contentEncoding": "content_encoding",
    "contentDisposition": "content_disposition",
    "cacheControl": "cache_control",
}


@body(PREFIX + "Upload")
def upload(task: Task) -> Outputs:
    """Upload a file, and compare its checksums with those of the object."""
    properties = task.properties
    source, target = required(task, "from"), required(task, "to")
    blob = object_at(storage_client(task), target, "to")
    for name, attribute in _HEADERS.items():
        if properties.get(name):
            setattr(blob, attribute, properties[name])
    file = task.temporary_file(PurePosixPath(blob.name).suffix)
    try:
        md5, crc32c = _fetch(task, source, file)
        _compare("The file's MD5", properties.get("expectedMd5"), md5)
        _compare("The file's CRC32C", properties.get("expectedCrc32c"), crc32c)
        task.debug(f"Upload from '{source}' to '{target}'")
        with failures(target, _404=NO_BUCKET):
            content_type = properties.get("contentType") or "application/octet-stream"
            blob.upload_from_filename(str(file), content_type=content_type, retry=STORAGE_RETRY)
        size = file.stat().st_size
    finally:
        file.unlink(missing_ok=True)
    if properties["validateChecksum"]:
        _compare("What arrived has an MD5 that", blob.md5_hash, md5)
        _compare("What arrived has a CRC32C that", blob.crc32c, crc32c)
    task.count("file.size", size)
    outputs = {"uri": address(blob.bucket.name, blob.name)}
    if any(properties.get(name) for name in ("validateChecksum", "expectedMd5", "expectedCrc32c")):
        outputs |= {"md5": md5, "crc32c": crc32c}
    return outputs


@body(PREFIX + "Download")
def download(task: Task) -> Outputs:
    """Download an object; its checksum is compared."""
    blob = object_at(storage_client(task), required(task, "from"), "from")
    return {"bucket": blob.bucket.name, "path": blob.name, "uri": fetch_object(task, blob)}


def fetch_object(task: Task, blob: storage.Blob) -> str:
    """Copy an object into the internal storage; returns its address there.

    Raises:
        TaskError: it cannot be read, or its checksum is to be validated and differs.
    """
    file = task.temporary_file(PurePosixPath(blob.name).suffix)
    with failures(f"gs://{blob.bucket.name}/{blob.name}", _404=NO_OBJECT), file.open("wb") as target:
        blob.reload(retry=STORAGE_RETRY)
        blob.download_to_file(_Watched(task, target), retry=STORAGE_RETRY)
    if task.properties.get("validateChecksum"):
        with file.open("rb") as stream:
            crc32c = google_crc32c.Checksum()
            for _ in crc32c.consume(stream, READ_BYTES):
                task.check_cancelled()
        _compare("What arrived has a CRC32C that", blob.crc32c, _text(crc32c.digest()))
        task.count("checksum.validated", 1, algorithm="CRC32C")
    return task.store(file)


@body(PREFIX + "Copy")
def copy(task: Task) -> Outputs:
    """Copy an object; with `delete`, delete the source afterwards."""
    source, target = required(task, "from"), required(task, "to")
    if source == target:
        raise TaskError(f"`from` and `to` are the same: {target}")
    client = storage_client(task)
    old, new = object_at(client, source, "from"), object_at(client, target, "to")
    copy_object(task, old, new, delete=task.properties["delete"])
    return {"uri": address(new.bucket.name, new.name)}


def copy_object(task: Task, old: storage.Blob, new: storage.Blob, *, delete: bool) -> None:
    """Copy an object and, if asked to, delete the first one. Raises TaskError if that cannot be done."""
    where = f"gs://{old.bucket.name}/{old.name} to gs://{new.bucket.name}/{new.name}"
    with failures(where, _404=NO_OBJECT):
        token, done, _ = new.rewrite(old, retry=STORAGE_RETRY)
        while token is not None:
            task.check_cancelled()
            token, done, _ = new.rewrite(old, token=token, retry=STORAGE_RETRY)
        if delete:
            old.delete(retry=STORAGE_RETRY)
    task.count("file.size", done)


@body(PREFIX + "Delete")
def delete(task: Task) -> Outputs:
    """Delete an object, if it is there."""
    uri = required(task, "uri")
    blob = object_at(storage_client(task), uri, "uri")
    deleted = True
    with failures(uri):
        try:
            blob.delete(retry=STORAGE_RETRY)
        except NotFound:
            deleted = False
    if task.properties["errorOnMissing"] and not deleted:
        raise TaskError(f"Unable to find file '{uri}'. {NO_OBJECT}")
    return {"uri": uri.replace(" ", "%20"), "deleted": deleted}


def required(task: Task, name: str) -> str:
    """The value of a required property.

    Raises:
        TaskError: it is not set.
    """
    value = task.properties.get(name)
    if not value:
        raise TaskError(f"`{name}` is not set.")
    return str(value)


def object_at(client: storage.Client, uri: str, name: str) -> storage.Blob:
    """The object at an address gs://bucket/name; as in Kestra, a + means a space.

    Parameters:
        client: the client of Cloud Storage.
        uri: the address.
        name: of the property that holds the address.

    Raises:
        TaskError: it is no such address.
    """
    bucket, key = split(uri, name)
    if not key:
        raise TaskError(f"`{name}` is {uri!r}: it names a bucket, but no object. Write gs://bucket/path.")
    return client.bucket(bucket).blob(key.replace("+", " "))


def split(uri: str, name: str) -> tuple[str, str]:
    """The bucket and the rest of an address; errors as for `object_at`.

    As in Kestra, the address is a URI, with spaces allowed: what is behind a `?` or `#` is no part of the name, and
    `%41` is an A.
    """
    bucket, _, key = uri.removeprefix("gs://").partition("/")
    if not uri.startswith("gs://") or not bucket:
        raise TaskError(f"`{name}` is {uri!r}: write it as gs://bucket/path.")
    if illegal := _ILLEGAL.search(uri.replace(" ", "%20")):
        sign = illegal.group()
        raise TaskError(f"`{name}` is {uri!r}: {sign!r} cannot stand in an address, write it as {quote(sign)}.")
    return bucket, unquote(re.split("[?#]", key)[0])


def address(bucket: str, key: str, space: str = "%20") -> str:
    """The address of an object, which holds in another form what no address holds.

    Parameters:
        bucket: the name of its bucket.
        key: its name.
        space: what stands for a space.
    """
    return f"gs://{bucket}/{_ILLEGAL.sub(lambda sign: quote(sign.group()), key.replace(' ', space))}"


class _Watched:
    """A file that is written until the task is cancelled."""

    def __init__(self, task: Task, file: BinaryIO) -> None:
        self._task = task
        self._file = file

    def write(self, data: bytes) -> int:
        self._task.check_cancelled()
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)


def _fetch(task: Task, uri: str, file: Path) -> tuple[str, str]:
    """Copy a file of the internal storage here; returns its MD5 and its CRC32C."""
    md5, crc32c = hashlib.md5(), google_crc32c.Checksum()
    with task.open(uri) as source, file.open("wb") as target:
        while chunk := source.read():
            target.write(chunk)
            md5.update(chunk)
            crc32c.update(chunk)
    return _text(md5.digest()), _text(crc32c.digest())


def _compare(what: str, expected: str | None, actual: str) -> None:
    if expected is not None and expected != actual:
        raise TaskError(f"{what} is {expected} by one count and {actual} by the other. Run the execution again.")


def _text(digest: bytes) -> str:
    return base64.b64encode(digest).decode()

"""io.kestra.plugin.compress: files and archives, packed and unpacked."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Execution, Kestra, Task
from tests.wire.kestra_tasks.files import file

COMPRESS = "io.kestra.plugin.compress."
TEXT = "one line\n" * 2000
READERS: dict[str, Callable[[bytes], bytes]] = {
    "BZIP2": bz2.decompress,
    "DEFLATE": zlib.decompress,
    "GZIP": gzip.decompress,
    "LZMA": lzma.decompress,
    "XZ": lzma.decompress,
}
"""The algorithms that Python reads too."""


def task(kind: str, source: str = "{{ outputs.file.uri }}", **properties: Any) -> Task:
    return {"type": COMPRESS + kind, "from": source, **properties}


def content(kestra: Kestra, run: Execution, task_id: str = "task") -> bytes:
    return kestra.path(run.outputs(task_id)["uri"]).read_bytes()


def stored(kestra: Kestra, data: bytes) -> str:
    """The address of a file of these bytes in the internal storage."""
    uri = kestra.ok(file("x")).outputs("file")["uri"]
    kestra.path(uri).write_bytes(data)
    return str(uri)


@pytest.mark.parametrize(
    "algorithm", ["BZIP2", "DEFLATE", "GZIP", "LZ4BLOCK", "LZ4FRAME", "LZMA", "SNAPPYFRAME", "XZ", "ZSTD"]
)
def test_a_file_there_and_back(kestra: Kestra, algorithm: str) -> None:
    pack = task("FileCompress", id="pack", compression=algorithm)
    run = kestra.ok(file(TEXT), pack, task("FileDecompress", "{{ outputs.pack.uri }}", compression=algorithm))
    packed = content(kestra, run, "pack")
    assert len(packed) < len(TEXT) / 10
    assert READERS.get(algorithm, lambda _: TEXT.encode())(packed) == TEXT.encode()
    assert content(kestra, run).decode() == TEXT


@pytest.mark.parametrize("algorithm", ["BROTLI", "DEFLATE64", "SNAPPY", "Z"])
def test_what_can_only_be_read_is_not_written(kestra: Kestra, algorithm: str) -> None:
    error = kestra.failure(file("x"), task("FileCompress", compression=algorithm))
    assert f"Not implemented compression '{algorithm}'" in error


def test_brotli_is_read(kestra: Kestra) -> None:
    hello = b"\x0b\x02\x80hello\x03"  # as RFC 7932 has it: one block, not compressed
    assert content(kestra, kestra.ok(task("FileDecompress", stored(kestra, hello), compression="BROTLI"))) == b"hello"


def test_what_is_not_compressed_fails(kestra: Kestra) -> None:
    assert kestra.failure(file(TEXT), task("FileDecompress", compression="GZIP"))


FILES = {"a.txt": "{{ outputs.file.uri }}", "sub/{{ 'b' }} c.txt": "{{ outputs.file.uri }}"}


@pytest.mark.parametrize("algorithm", ["AR", "CPIO", "JAR", "TAR", "ZIP"])
@pytest.mark.parametrize("compression", [None, "GZIP"])
def test_an_archive_there_and_back(kestra: Kestra, algorithm: str, compression: str | None) -> None:
    how = {"algorithm": algorithm} | ({"compression": compression} if compression else {})
    pack = {"type": COMPRESS + "ArchiveCompress", "id": "pack", "from": FILES, **how}
    run = kestra.ok(file("text"), pack, task("ArchiveDecompress", "{{ outputs.pack.uri }}", **how))
    files = run.outputs()["files"]
    assert {name: kestra.text(uri) for name, uri in files.items()} == {"a.txt": "text", "sub/b c.txt": "text"}
    assert files["sub/b c.txt"].endswith("b_c.txt")
    assert run.metric("count")["value"] == 2
    assert run.metric("size")["value"] == 8


def test_python_reads_the_archives(kestra: Kestra) -> None:
    tar = {"type": COMPRESS + "ArchiveCompress", "from": FILES, "algorithm": "TAR", "compression": "GZIP"}
    run = kestra.ok(file("text"), {**tar, "id": "tar"}, {"type": tar["type"], "from": dict(FILES), "algorithm": "ZIP"})
    with tarfile.open(fileobj=io.BytesIO(content(kestra, run, "tar"))) as found:
        assert sorted(found.getnames()) == ["a.txt", "sub/b c.txt"]
    with zipfile.ZipFile(io.BytesIO(content(kestra, run))) as found:
        assert found.read("sub/b c.txt") == b"text"


def test_files_are_given_as_json_too(kestra: Kestra) -> None:
    given = '[{"a.txt": "{{ outputs.file.uri }}"}, {"b.txt": "{{ outputs.file.uri }}"}]'
    pack = {"type": COMPRESS + "ArchiveCompress", "id": "pack", "from": given, "algorithm": "ZIP"}
    run = kestra.ok(file("text"), pack, task("ArchiveDecompress", "{{ outputs.pack.uri }}", algorithm="ZIP"))
    assert set(run.outputs()["files"]) == {"a.txt", "b.txt"}


@pytest.mark.parametrize("algorithm", ["ARJ", "DUMP"])
def test_archives_that_can_only_be_read(kestra: Kestra, algorithm: str) -> None:
    pack = {"type": COMPRESS + "ArchiveCompress", "from": FILES, "algorithm": algorithm}
    assert f"Unknown algorithm '{algorithm}'" in kestra.failure(file("x"), pack)


def test_a_name_that_leads_out_of_an_archive_is_not_written(kestra: Kestra) -> None:
    pack = {"type": COMPRESS + "ArchiveCompress", "from": {"../x": "{{ outputs.file.uri }}"}, "algorithm": "ZIP"}
    assert "leads out of the archive" in kestra.failure(file("x"), pack)


def zipped(name: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "harmless")
    return data.getvalue()


def tarred(name: str, kind: bytes) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "a.txt"
        archive.addfile(entry)
    return data.getvalue()


@pytest.mark.parametrize("name", ["../a.txt", "sub/../../a.txt", "/a.txt", "..\\a.txt"])
def test_an_entry_that_leaves_the_folder_is_refused(kestra: Kestra, name: str) -> None:
    unpack = task("ArchiveDecompress", stored(kestra, zipped(name)), algorithm="ZIP")
    assert "Path traversal" in kestra.failure(unpack)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_is_refused(kestra: Kestra, kind: bytes) -> None:
    unpack = task("ArchiveDecompress", stored(kestra, tarred("b.txt", kind)), algorithm="TAR")
    assert "is a link or a device" in kestra.failure(unpack)


def test_a_file_that_asks_for_much_memory_is_refused(kestra: Kestra) -> None:
    plain = lzma.compress(b"x", format=lzma.FORMAT_ALONE)
    with_a_large_dictionary = plain[:1] + (128 << 20).to_bytes(4, "little") + plain[5:]
    unpack = task("FileDecompress", stored(kestra, with_a_large_dictionary), compression="LZMA")
    assert "of memory would be needed" in kestra.run(unpack).logs("ERROR")[0]


def test_a_folder_is_no_file(kestra: Kestra) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.mkdir("sub")
        archive.writestr("./sub/a.txt", "a")
    run = kestra.ok(task("ArchiveDecompress", stored(kestra, data.getvalue()), algorithm="ZIP"))
    assert set(run.outputs()["files"]) == {"./sub/a.txt"}


def test_the_properties_are_checked(kestra: Kestra) -> None:
    assert "compression: must not be null" in kestra.problems(task("FileCompress"))
    assert "algorithm: must not be null" in kestra.problems(task("ArchiveDecompress"))
    assert "level" in kestra.problems(task("FileCompress", compression="GZIP", level=9))
    assert "RAR" in kestra.problems(task("ArchiveDecompress", algorithm="RAR")) or "RAR" in kestra.failure(
        file("x"), task("ArchiveDecompress", algorithm="RAR")
    )

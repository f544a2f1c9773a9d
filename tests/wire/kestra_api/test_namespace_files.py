"""Files of a namespace at the wire, and through the SDK: they come back as they went, and never leave the storage."""

import io
import zipfile
from pathlib import Path

import pytest
from kestrapy import KestraClient
from kestrapy.exceptions import ApiException, NotFoundException

from tests.wire.kestra_api.client import Api, Server

MEGABYTE = 2**20


def archive(**entries: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name, text in entries.items():
            writer.writestr(name, text)
    return packed.getvalue()


def upload(api: Api, namespace: str, path: str, content: bytes, name: str = "file"):
    files = {"fileContent": (name, content)}
    return api.post(f"/namespaces/{namespace}/files", params={"path": path}, files=files)


def test_write_and_read(sdk: KestraClient) -> None:
    sdk.files.create_namespace_file("nsf.plain", "/scripts/etl.py", "main", b"print(1)\n")
    assert sdk.files.file_content("nsf.plain", "/scripts/etl.py", "main") == b"print(1)\n"
    found = sdk.files.file_metadatas("nsf.plain", "main", "/scripts/etl.py")
    assert (found.file_name, found.size, found.type) == ("etl.py", 9, "File")
    assert found.last_modified_time > 1_700_000_000_000


@pytest.mark.parametrize(
    "name", ["with blank.txt", "ünïcode.txt", "100%.txt", "a%20b.txt", "plus+and&.txt", "deep/er/x"]
)
def test_names_come_back_as_they_were(api: Api, sdk: KestraClient, name: str) -> None:
    sdk.files.create_namespace_file("nsf.names", name, "main", name.encode())
    assert sdk.files.file_content("nsf.names", f"/{name}", "main") == name.encode()
    assert f"/{name}" in api.get("/namespaces/nsf.names/files/search", params={"q": ""}).json()


def test_revisions(sdk: KestraClient) -> None:
    for content in (b"one", b"two"):
        sdk.files.create_namespace_file("nsf.revisions", "/x.txt", "main", content)
    assert [one.revision for one in sdk.files.file_revisions("nsf.revisions", "main", "/x.txt")] == [1, 2]
    assert sdk.files.file_content("nsf.revisions", "/x.txt", "main") == b"two"
    assert sdk.files.file_content("nsf.revisions", "/x.txt", "main", revision=1) == b"one"
    with pytest.raises(NotFoundException):
        sdk.files.file_content("nsf.revisions", "/x.txt", "main", revision=3)
    with pytest.raises(NotFoundException):
        sdk.files.file_revisions("nsf.revisions", "main", "/y.txt")


def test_folders(sdk: KestraClient) -> None:
    assert sdk.files.list_namespace_directory_files("nsf.folders", "main") == []
    sdk.files.create_namespace_directory("nsf.folders", "main", "/a/b")
    sdk.files.create_namespace_file("nsf.folders", "/a/x.txt", "main", b"x")
    entries = sdk.files.list_namespace_directory_files("nsf.folders", "main", "/a")
    assert sorted((entry.file_name, entry.type) for entry in entries) == [("b", "Directory"), ("x.txt", "File")]
    assert sdk.files.file_metadatas("nsf.folders", "main").type == "Directory"
    with pytest.raises(NotFoundException):
        sdk.files.list_namespace_directory_files("nsf.folders", "main", "/missing")


def test_move(sdk: KestraClient) -> None:
    sdk.files.create_namespace_file("nsf.move", "/from/x.txt", "main", b"x")
    sdk.files.move_file_directory("nsf.move", "/from", "/to", "main")
    assert sdk.files.search_namespace_files("nsf.move", "x", "main") == ["/to/x.txt"]
    assert sdk.files.file_content("nsf.move", "/to/x.txt", "main") == b"x"
    with pytest.raises(NotFoundException):
        sdk.files.move_file_directory("nsf.move", "/from", "/elsewhere", "main")


def test_delete_takes_the_folders_it_empties(sdk: KestraClient) -> None:
    for path in ("/deep/down/one.txt", "/deep/two.txt"):
        sdk.files.create_namespace_file("nsf.delete", path, "main", b"x")
    sdk.files.delete_file_directory("nsf.delete", "deep/down/one.txt", "main")
    assert [entry.file_name for entry in sdk.files.list_namespace_directory_files("nsf.delete", "main", "/deep")] == [
        "two.txt"
    ]
    sdk.files.delete_file_directory("nsf.delete", "/deep/two.txt", "main")
    assert sdk.files.list_namespace_directory_files("nsf.delete", "main") == []
    with pytest.raises(NotFoundException):
        sdk.files.delete_file_directory("nsf.delete", "/deep/two.txt", "main")


def test_an_archive_is_unpacked_and_its_flows_imported(api: Api, sdk: KestraClient) -> None:
    flow = "id: packed\nnamespace: elsewhere\ntasks:\n  - {id: l, type: io.kestra.plugin.core.log.Log, message: hi}\n"
    content = archive(**{"one.txt": "1", "sub/two.txt": "2", "_flows/packed.yml": flow})
    assert upload(api, "nsf.zip", "/packed.zip", content, "packed.zip").status_code == 200
    assert sorted(sdk.files.search_namespace_files("nsf.zip", "t", "main")) == ["/one.txt", "/sub/two.txt"]
    assert api.get("/flows/nsf.zip/packed").json()["namespace"] == "nsf.zip"
    exported = zipfile.ZipFile(io.BytesIO(sdk.files.export_namespace_files("nsf.zip", "main")))
    assert sorted(exported.namelist()) == ["_flows/packed.yml", "one.txt", "sub/two.txt"]
    assert exported.testzip() is None
    assert exported.read("sub/two.txt") == b"2"
    assert b"namespace: nsf.zip" in exported.read("_flows/packed.yml")


def test_a_large_file(api: Api) -> None:
    content = bytes(range(256)) * (24 * MEGABYTE // 256)
    assert upload(api, "nsf.large", "/large.bin", content).status_code == 200
    assert api.get("/namespaces/nsf.large/files", params={"path": "/large.bin"}).content == content
    exported = zipfile.ZipFile(io.BytesIO(api.get("/namespaces/nsf.large/files/export").content))
    assert exported.read("large.bin") == content


UPWARDS = [
    "../x",
    "/../../../../etc/passwd",
    "/a/../../x",
    "/a/..",
    "%2e%2e/x",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252fx",
    "..\\x",
    "..%5cx",
    "file:///etc/passwd",
    "kestra:///other/_files/x",
    "/x\0y",
    "/_flows/x.txt/y",
    "/_flows",
]


@pytest.mark.parametrize("path", UPWARDS)
def test_no_path_leads_out(api: Api, server: Server, path: str) -> None:
    before = everything(server.storage.parent)
    files = "/namespaces/nsf.guard/files"
    for answer in (
        upload(api, "nsf.guard", path, b"evil"),
        api.get(files, params={"path": path}),
        api.get(f"{files}/stats", params={"path": path}),
        api.get(f"{files}/revisions", params={"path": path}),
        api.get(f"{files}/directory", params={"path": path}),
        api.post(f"{files}/directory", params={"path": path}),
        api.put(files, params={"from": path, "to": "/x"}),
        api.put(files, params={"from": "/x", "to": path}),
        api.delete(files, params={"path": path}),
    ):
        assert answer.status_code == 422, (answer.request.method, answer.request.url, answer.text)
        assert answer.json()["status"] == 422
        assert "root:" not in answer.text
    assert everything(server.storage.parent) == before


def everything(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "database" not in path.parts and path.name != "server.log"}


def test_a_rooted_path_stays_in_the_namespace(api: Api) -> None:
    assert api.get("/namespaces/nsf.guard/files", params={"path": "/etc/passwd"}).status_code == 404


def test_an_archive_that_leads_out_writes_nothing(api: Api, sdk: KestraClient) -> None:
    for evil in ("../../out.txt", "/%2e%2e/out.txt"):
        answer = upload(api, "nsf.slip", "/x.zip", archive(**{"ok.txt": "1", evil: "2"}), "x.zip")
        assert answer.status_code == 422, answer.text
    assert upload(api, "nsf.slip", "/x.zip", b"no archive", "x.zip").status_code == 422
    assert sdk.files.list_namespace_directory_files("nsf.slip", "main") == []


def test_what_is_missing(api: Api, sdk: KestraClient) -> None:
    files = "/namespaces/nsf.missing/files"
    assert api.get(files).status_code == 400
    assert api.get(f"{files}/search").status_code == 400
    assert api.post(files, params={"path": "/x"}, files={"wrong": ("x", b"x")}).status_code == 422
    with pytest.raises(NotFoundException):
        sdk.files.file_content("nsf.missing", "/x", "main")
    with pytest.raises(ApiException) as caught:
        sdk.files.file_content("Not.A.Namespace", "/x", "main")
    assert caught.value.status == 422


def test_a_flow_reads_them(api: Api, sdk: KestraClient) -> None:
    sdk.files.create_namespace_file("nsf.flow", "/greeting.txt", "main", b"good day")
    api.flow("""
        id: reader
        namespace: nsf.flow
        tasks:
          - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ read('greeting.txt') }}"}
    """)
    assert api.run("nsf.flow", "reader")["taskRunList"][0]["outputs"]["value"] == "good day"

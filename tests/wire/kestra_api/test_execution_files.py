"""Files of executions: uploads stream in, downloads stream out, and nothing else can be reached."""

import hashlib
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.wire.kestra_api.client import Api

MEBIBYTE = 2**20
UPLOAD_BYTES = 50 * MEBIBYTE
UPLOAD = """
id: upload
namespace: files.exec
inputs:
  - {id: data, type: FILE}
tasks:
  - {id: size, type: io.kestra.plugin.core.storage.Size, uri: "{{ inputs.data }}"}
"""
WRITER = """
id: writer
namespace: files.exec
tasks:
  - id: text
    type: io.kestra.plugin.core.storage.Write
    content: "{{ range(1, 300) | join('\\n') }}"
    extension: .txt
  - id: rows
    type: io.kestra.plugin.core.storage.Write
    content: "{a:1,b:\\"x\\"}\\n{a:2,b:\\"y\\"}\\n{a:3,b:\\"z\\"}\\n"
    extension: .ion
"""


@pytest.fixture(scope="module", autouse=True)
def flows(api: Api) -> None:
    api.flow(UPLOAD)
    api.flow(WRITER)


@pytest.fixture(scope="module")
def written(api: Api) -> dict:
    done = api.run("files.exec", "writer")
    api.until(done["id"], "SUCCESS")
    return done


def uri(execution: dict, task: str) -> str:
    return next(run["outputs"]["uri"] for run in execution["taskRunList"] if run["taskId"] == task)


class Peak:
    """The most memory that a process held while this was entered, above what it held before."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._done = threading.Event()
        self.above = 0

    def __enter__(self) -> "Peak":
        self._before = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            self.above = max(self.above, self._process.memory_info().rss - self._before)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("upload") / "large file.bin"
    block = bytes(index % 251 for index in range(MEBIBYTE))
    with file.open("wb") as stream:
        for _ in range(UPLOAD_BYTES // MEBIBYTE):
            stream.write(block)
    return file


@pytest.fixture(scope="module")
def uploaded(api: Api, large: Path) -> tuple[dict, int]:
    """The execution that took the large file, and how much memory the server needed for it."""
    url = f"{api.server.url}/api/v1/main/executions/files.exec/upload?wait=true"
    with Peak(api.server.pid) as memory:
        curl = ["curl", "-sS", "-u", ":".join(api.auth), "-F", f"data=@{large}", url]
        answer = subprocess.run(curl, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(answer.stdout), memory.above


def test_an_upload_is_streamed_into_the_storage(api: Api, large: Path, uploaded: tuple[dict, int]) -> None:
    done, memory = uploaded
    assert done["state"]["current"] == "SUCCESS", done
    assert done["taskRunList"][0]["outputs"]["size"] == UPLOAD_BYTES
    assert done["inputs"]["data"].endswith(f"/executions/{done['id']}/inputs/data/large%20file.bin")
    stored = list(api.server.storage.rglob("large file.bin"))
    assert [file.stat().st_size for file in stored] == [UPLOAD_BYTES]
    assert memory < UPLOAD_BYTES // 2, f"{memory / MEBIBYTE:.0f} MiB more for an upload of 50 MiB"


def test_a_download_is_streamed(api: Api, large: Path, uploaded: tuple[dict, int]) -> None:
    done, _ = uploaded
    path = f"/executions/{done['id']}/file"
    params = {"path": done["inputs"]["data"]}
    assert api.get(f"{path}/metas", params=params).json() == {"size": UPLOAD_BYTES}
    digest = hashlib.sha256()
    with Peak(api.server.pid) as memory, api.get(path, params=params, stream=True) as answer:
        assert answer.headers["content-length"] == str(UPLOAD_BYTES)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert 'filename="large%20file.bin"' in answer.headers["content-disposition"]
        for chunk in answer.iter_content(MEBIBYTE):
            digest.update(chunk)
    assert digest.hexdigest() == hashlib.sha256(large.read_bytes()).hexdigest()
    assert memory.above < UPLOAD_BYTES // 2, f"{memory.above / MEBIBYTE:.0f} MiB more for a download of 50 MiB"


def test_the_name_of_an_upload_cannot_leave_the_storage(api: Api) -> None:
    before = set(api.server.storage.parent.rglob("*escaped*"))
    for name in ("../../../../escaped.txt", "..\\..\\escaped.txt", "/escaped.txt"):
        answer = api.post("/executions/files.exec/upload", files={"data": (name, b"x")}, params={"wait": "true"})
        assert answer.json()["inputs"]["data"].endswith("/inputs/data/escaped.txt")
    after = set(api.server.storage.parent.rglob("*escaped*")) - before
    assert len(after) == 3
    assert all(file.is_relative_to(api.server.storage / "main" / "files" / "exec") for file in after)


def test_a_file_that_no_input_declares_is_not_stored(api: Api) -> None:
    files = {"data": ("wanted.txt", b"x"), "../../other": ("unwanted.txt", b"x")}
    assert api.post("/executions/files.exec/upload", files=files).status_code == 200
    assert list(api.server.storage.rglob("unwanted.txt")) == []


def test_preview(api: Api, written: dict) -> None:
    path = f"/executions/{written['id']}/file/preview"
    text = api.get(path, params={"path": uri(written, "text")}).json()
    assert (text["type"], text["extension"], text["truncated"], text["maxLine"]) == ("TEXT", "txt", True, 100)
    assert text["content"].split("\n") == [str(number) for number in range(1, 101)]
    rows = api.get(path, params={"path": uri(written, "rows")}).json()
    assert (rows["type"], rows["truncated"]) == ("LIST", False)
    assert rows["content"] == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}, {"a": 3, "b": "z"}]
    first = api.get(path, params={"path": uri(written, "rows"), "maxRows": 1}).json()
    assert (first["content"], first["truncated"]) == ([{"a": 1, "b": "x"}], True)
    for encoding in ("nothing", "base64"):  # the second is a codec, but none of texts
        assert api.get(path, params={"path": uri(written, "text"), "encoding": encoding}).status_code == 422


def test_a_file_of_another_execution_is_a_redirect_to_it(api: Api, written: dict) -> None:
    other = api.run("files.exec", "writer")
    api.until(other["id"], "SUCCESS")
    params = {"path": uri(written, "text")}
    answer = api.get(f"/executions/{other['id']}/file", params=params, allow_redirects=False)
    assert answer.status_code == 301
    assert answer.headers["location"].startswith(f"/api/v1/main/executions/{written['id']}/file?path=")
    assert api.get(f"/executions/{other['id']}/file", params=params).text.startswith("1\n2\n")


@pytest.fixture
def unreachable(api: Api) -> Iterator[None]:
    """Files that nobody may reach, beside those of executions."""
    files = [folder / "secret.txt" for folder in (api.server.storage.parent, api.server.storage / "main")]
    for file in files:
        file.write_text("root: secret")
    yield
    for file in files:
        file.unlink()


@pytest.mark.usefixtures("unreachable")
@pytest.mark.parametrize("what", ["", "/metas", "/preview"])
@pytest.mark.parametrize(
    "address",
    [
        "kestra://{own}/../../../../../../../../etc/passwd",
        "kestra://{own}/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "kestra://{own}/%252e%252e/%252e%252e/%252e%252e/secret.txt",
        "kestra://{own}/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "kestra://{own}/..%5c..%5csecret.txt",
        "kestra://{own}x/secret.txt",
        "kestra:///secret.txt",
        "kestra:///etc/passwd",
        "kestra://host{own}/secret.txt",
        "file:///etc/passwd",
        "nsfile:///../../../../../../etc/passwd",
        "nsfile:///%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "http://127.0.0.1/",
        "/etc/passwd",
        "",
        "kestra://{own}/with%00nul",
    ],
)
def test_nothing_outside_can_be_reached(api: Api, written: dict, address: str, what: str) -> None:
    own = f"/files/exec/writer/executions/{written['id']}"
    answer = api.get(f"/executions/{written['id']}/file{what}", params={"path": address.format(own=own)})
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["status"] == answer.status_code
    assert "root:" not in answer.text


def test_a_missing_file_and_a_missing_parameter(api: Api, written: dict) -> None:
    path = f"kestra:///files/exec/writer/executions/{written['id']}/tasks/none.txt"
    for what in ("", "/metas", "/preview"):
        missing = api.get(f"/executions/{written['id']}/file{what}", params={"path": path})
        assert (missing.status_code, missing.json()["status"]) == (404, 404)
    assert api.get(f"/executions/{written['id']}/file").status_code == 400
    assert api.get("/executions/none/file", params={"path": path}).status_code == 404

"""All flows of a folder and their namespace files, on the way to Kestra."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from tests.support.fake_kestra import FakeKestra, error
from workbook.flow_files import send
from workbook.kestra import KestraClient

FILES = "/namespaces/shop/files"
FLOW = "id: sales\nnamespace: shop\n"


def stored(request: Request) -> Response:
    """The server has one of the files."""
    path = request.query_params["path"]
    return Response("print(2)\n") if path == "/scripts/old.py" else error(404, f"File not found: {path}")


def test_files_go_before_the_flows_and_an_unchanged_file_stays(
    fake: FakeKestra, client: KestraClient, tmp_path: Path
) -> None:
    scripts = tmp_path / "files" / "shop" / "scripts"
    scripts.mkdir(parents=True)
    (tmp_path / "sales.yaml").write_text(FLOW)
    (scripts / "new.py").write_text("print(1)\n")
    (scripts / "old.py").write_text("print(2)\n")
    fake.on("GET", FILES, stored)
    fake.on("POST", FILES, {})
    fake.on("POST", "/flows/validate", [{"flow": "sales", "namespace": "shop", "index": 0}])
    fake.on("POST", "/flows/import", [])
    fake.on("GET", "/flows/shop/sales", {"id": "sales", "namespace": "shop", "revision": 3, "source": FLOW})
    assert list(send(client, tmp_path)) == ["shop: 2 files", "shop/sales: revision 3"]
    assert [query["path"] for query, _ in fake.requests("POST", FILES)] == ["/scripts/new.py"]
    paths = [path for method, path, *_ in fake.asked if method == "POST"]
    assert paths == [FILES, "/flows/validate", "/flows/import"]

"""Files of a namespace, on the way to the server and back."""

from pathlib import Path

import pytest

from tests.support.fake_kestra import FakeKestra, error
from workbook.errors import NotFound
from workbook.kestra import KestraClient
from workbook.kestra.errors import ApiError
from workbook.kestra.namespace_files import NamespaceFiles

FILES = "/namespaces/prod.pipelines/files"


@pytest.fixture
def files(fake: FakeKestra, client: KestraClient) -> NamespaceFiles:
    fake.on("POST", FILES, {})
    return client.namespace_files("prod.pipelines")


def test_a_folder_arrives_without_what_tools_made_there(
    fake: FakeKestra, files: NamespaceFiles, tmp_path: Path
) -> None:
    for name in ("a.yml", "models/b.sql", "target/manifest.json", ".hidden", "models/.git/c", "logs/dbt.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"content of {name}")
    assert files.upload(tmp_path, "dbt/shop/") == ["dbt/shop/a.yml", "dbt/shop/models/b.sql"]
    asked = fake.requests("POST", FILES)
    assert [query["path"] for query, _ in asked] == ["/dbt/shop/a.yml", "/dbt/shop/models/b.sql"]
    assert b"content of models/b.sql" in asked[1][1]
    assert files.upload(tmp_path / "models") == ["b.sql"]


def test_a_folder_that_is_not_there(files: NamespaceFiles, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no folder .*none to upload"):
        files.upload(tmp_path / "none")


def test_a_file_that_is_not_there(fake: FakeKestra, files: NamespaceFiles) -> None:
    fake.on("GET", FILES, lambda request: error(404, "Not found"))
    fake.on("DELETE", FILES, lambda request: error(404, "Not found"))
    with pytest.raises(NotFound, match=r"'prod\.pipelines' has no file 'x\.sql'"):
        files.read("x.sql")
    files.delete("x.sql")


def test_another_error_is_not_hidden(fake: FakeKestra, files: NamespaceFiles) -> None:
    fake.on("DELETE", FILES, lambda request: error(500, "Disk full"))
    with pytest.raises(ApiError, match="Disk full"):
        files.delete("x.sql")

"""Namespaces: keys with types and times to live, files with revisions, and secrets by name."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from workbook.kestra import KestraClient

FLOW = f"""id: of_space
namespace: {NAMESPACE}.space
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello
"""
PAIRS = (
    ("STRING", 'two "words"', 'two "words"'),
    ("NUMBER", "-12.5", -12.5),
    ("DATETIME", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
    ("DATE", "2026-01-31", "2026-01-31"),
    ("DURATION", "PT5M", "PT5M"),
    ("JSON", '{"rows": [1, 2]}', {"rows": [1, 2]}),
)


def stored(kestra: KestraClient, namespace: str, key: str) -> dict[str, Any]:
    """What the server says of a pair."""
    answer: dict[str, Any] = kestra.http.json("GET", f"/namespaces/{namespace}/kv/{key}")
    return answer


def new_pair(screens: Screens, namespace: str, key: str, kind: str) -> None:
    """Open the dialog of a new pair."""
    screens.open(f"namespaces/edit/{namespace}/kv")
    screens.button("New Key-Value").click()
    screens.dialog().get_by_label("Key", exact=True).fill(key)
    if kind != "STRING":
        screens.choose(screens.dialog().get_by_label("Type"), kind)


def save(screens: Screens) -> None:
    screens.dialog().get_by_role("button", name="Save").click()


def test_a_namespace_is_found_and_leads_to_its_kv_store(screens: Screens, kestra: KestraClient) -> None:
    kestra.import_flow(FLOW)
    screens.open("namespaces")
    screens.page.get_by_label("Search namespaces").fill("space")
    screens.page.wait_for_url("**q=space**")
    screens.page.reload()  # the search stays; a link that is clicked while the list changes leads nowhere
    screens.ready()
    screens.page.get_by_role("link", name=f"{NAMESPACE}.space", exact=True).click()
    screens.ready()
    screens.tab("Flows")
    expect(screens.page.get_by_role("link", name="of_space")).to_be_visible()
    screens.tab("KV Store")
    expect(screens.button("New Key-Value")).to_be_visible()


def test_a_pair_with_a_time_to_live_is_created_edited_and_deleted(screens: Screens, kestra: KestraClient) -> None:
    space, store = f"{NAMESPACE}.kv", kestra.kv(f"{NAMESPACE}.kv")
    new_pair(screens, space, "GCP_DATASET", "STRING")
    screens.dialog().get_by_role("textbox", name="Value").fill("zoomcamp")
    screens.dialog().get_by_label("Description").fill("of lesson 6")
    screens.dialog().get_by_role("button", name="1 day").click()
    save(screens)
    screens.wait_for_message("GCP_DATASET is saved")
    assert store["GCP_DATASET"] == "zoomcamp"
    expires = store.list()[0].expires
    assert expires is not None
    assert abs(expires - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5)
    screens.button("Edit GCP_DATASET").click()
    expect(screens.dialog().get_by_role("textbox", name="Value")).to_have_value("zoomcamp")
    expect(screens.dialog().get_by_label("Description")).to_have_value("of lesson 6")
    expect(screens.dialog().get_by_label("Expires after")).to_have_value(re.compile(r"PT8\d{4}S"))
    screens.dialog().get_by_role("textbox", name="Value").fill("trips")
    screens.dialog().get_by_role("button", name="for ever").click()
    save(screens)
    expect(screens.dialog()).to_have_count(0)
    assert store["GCP_DATASET"] == "trips"
    assert [entry.expires for entry in store.list()] == [None]
    screens.button("Delete GCP_DATASET").click()
    screens.dialog().get_by_role("button", name="Delete").click()
    expect(screens.button("Delete GCP_DATASET")).to_have_count(0)
    assert list(store) == []


@pytest.mark.parametrize(("kind", "text", "value"), PAIRS, ids=[kind for kind, _, _ in PAIRS])
def test_a_value_has_the_type_that_was_chosen(
    screens: Screens, kestra: KestraClient, kind: str, text: str, value: object
) -> None:
    new_pair(screens, f"{NAMESPACE}.types", kind, kind)
    screens.dialog().get_by_role("textbox", name="Value").fill(text)
    save(screens)
    screens.wait_for_message("is saved")
    found = stored(kestra, f"{NAMESPACE}.types", kind)
    assert (found["type"], found["value"]) == (kind, value)


def test_a_boolean_is_chosen(screens: Screens, kestra: KestraClient) -> None:
    new_pair(screens, f"{NAMESPACE}.types", "flag", "BOOLEAN")
    screens.choose(screens.dialog().get_by_role("combobox", name="Value"), "false")
    save(screens)
    screens.wait_for_message("flag is saved")
    assert stored(kestra, f"{NAMESPACE}.types", "flag")["value"] is False


def test_what_is_refused_is_told_at_its_field(screens: Screens, kestra: KestraClient) -> None:
    new_pair(screens, f"{NAMESPACE}.refused", "bad", "JSON")
    screens.dialog().get_by_role("textbox", name="Value").fill('{"open": ')
    save(screens)
    value = screens.dialog().locator(".q-field").filter(has=screens.page.get_by_role("textbox", name="Value"))
    expect(value.filter(has_text="Invalid JSON value")).to_be_visible()
    screens.dialog().get_by_role("textbox", name="Value").fill("{}")
    screens.dialog().get_by_label("Expires after").fill("soon")
    save(screens)
    life = screens.dialog().locator(".q-field").filter(has=screens.page.get_by_label("Expires after"))
    expect(life.filter(has_text="cannot be parsed to a Duration")).to_be_visible()
    screens.choose(screens.dialog().get_by_label("Type"), "NUMBER")
    screens.dialog().get_by_role("textbox", name="Value").fill("twelve")
    save(screens)
    expect(value.filter(has_text="no number")).to_be_visible()
    assert list(kestra.kv(f"{NAMESPACE}.refused")) == []


def test_a_file_is_uploaded_edited_and_restored(screens: Screens, kestra: KestraClient, tmp_path: Path) -> None:
    files = kestra.namespace_files(f"{NAMESPACE}.files")
    query = tmp_path / "query.sql"
    query.write_text("SELECT 1\n")
    screens.open(f"namespaces/edit/{NAMESPACE}.files/files")
    screens.button("New folder").click()
    screens.dialog().get_by_label("Path").fill("/sql")
    screens.dialog().get_by_role("button", name="Create").click()
    screens.page.wait_for_url(re.compile("path=sql"))
    screens.ready()
    screens.button("Upload").click()
    screens.page.locator("input[type=file]").set_input_files(query)
    expect(screens.dialog().get_by_text("query.sql")).to_be_visible()
    screens.dialog().get_by_role("button", name="Upload").click()
    screens.page.wait_for_url(re.compile("query.sql"))
    assert files.read("sql/query.sql") == "SELECT 1\n"
    screens.ready()
    screens.write("SELECT 2\n")
    screens.button("Save").click()
    screens.wait_for_message("query.sql is saved")
    assert files.read("sql/query.sql") == "SELECT 2\n"
    screens.open(f"namespaces/edit/{NAMESPACE}.files/files?path=sql/query.sql&revision=1")
    expect(screens.page.get_by_label("Difference")).to_contain_text("-SELECT 1")
    screens.button("Restore").click()
    screens.page.wait_for_url(re.compile("query.sql$"))
    screens.ready()
    assert files.read("sql/query.sql") == "SELECT 1\n"


def test_a_file_is_downloaded_moved_and_deleted(screens: Screens, kestra: KestraClient) -> None:
    files = kestra.namespace_files(f"{NAMESPACE}.moved")
    files.write("one/a.bin", b"\0\1\2")
    screens.open(f"namespaces/edit/{NAMESPACE}.moved/files?path=one/a.bin")
    expect(screens.page.get_by_text("No editor shows this file")).to_be_visible()
    with screens.page.expect_download() as download:
        screens.page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "a.bin"
    assert Path(download.value.path()).read_bytes() == b"\0\1\2"
    screens.button("Move").click()
    screens.dialog().get_by_label("New path").fill("/two/b.bin")
    screens.dialog().get_by_role("button", name="Move").click()
    screens.page.wait_for_url(re.compile("b.bin"))
    screens.ready()
    assert files.read("two/b.bin") == "\0\1\2"
    screens.button("Delete").click()
    screens.dialog().get_by_role("button", name="Delete").click()
    screens.page.wait_for_url(re.compile("/files$"))
    assert kestra.http.json("GET", f"/namespaces/{NAMESPACE}.moved/files/search", params={"q": "b.bin"}) == []


def test_secrets_have_names_and_no_values(screens: Screens, stack: dict[str, str]) -> None:
    screens.open(f"namespaces/edit/{NAMESPACE}/secrets")
    expect(screens.page.get_by_role("cell", name="AWS_SECRET_ACCESS_KEY", exact=True)).to_be_visible()
    screens.page.get_by_label("Search secrets").fill("postgres")
    rows = screens.page.get_by_role("main").locator("tbody tr").filter(has_text="secret(")
    expect(rows).to_have_text([re.compile("POSTGRES_PASSWORD")])

"""Plugins: what types there are, and the documentation that their schemas make."""

import re

from playwright.sync_api import expect

from tests.browser.console.screens import Screens
from workbook.kestra import KestraClient


def test_types_are_searched_and_their_properties_shown(screens: Screens, kestra: KestraClient) -> None:
    screens.open("plugins")
    screens.page.get_by_label("Search types").fill("kv set")
    expect(screens.page.get_by_text("1 type", exact=True)).to_be_visible()
    assert screens.page.url.endswith("?q=kv+set")
    screens.page.get_by_role("link", name="Set", exact=True).click()
    screens.page.wait_for_url(re.compile("plugins/io.kestra.plugin.core.kv.Set"))
    schema = kestra.http.json("GET", "/plugins/io.kestra.plugin.core.kv.Set")["schema"]["properties"]
    names = screens.page.get_by_role("table", name="Properties").locator("tr td:first-child code").all_inner_texts()
    assert sorted(names) == sorted(schema["properties"])
    required = screens.page.get_by_role("table", name="Properties").locator("tr", has_text="required")
    assert sorted(required.locator("code").first.inner_text() for required in required.all()) == ["key", "value"]
    expect(screens.page.locator(".command").first).to_contain_text("type: io.kestra.plugin.core.kv.Set")


def test_every_task_type_of_the_server_is_listed(screens: Screens, kestra: KestraClient) -> None:
    screens.open("plugins")
    screens.choose(screens.page.get_by_role("combobox", name="Kind"), "Tasks")
    plugins = kestra.http.json("GET", "/plugins")
    tasks = {entry["cls"] for plugin in plugins for entry in plugin["tasks"] if not entry.get("deprecated")}
    expect(screens.page.get_by_text(f"{len(tasks)} types", exact=True)).to_be_visible()
    links = screens.page.locator(".types a")
    assert {link.get_attribute("title") for link in links.all()} == tasks


def test_a_type_that_the_server_lacks_is_said_plainly(screens: Screens) -> None:
    screens.open("plugins/io.kestra.plugin.ai.agent.AIAgent")
    expect(
        screens.page.get_by_text("This server does not have the type io.kestra.plugin.ai.agent.AIAgent")
    ).to_be_visible()

"""Services of the embedded stack: how they are, their logs; one is started and stopped."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

import catalog
from tests.browser.console.screens import Screens
from tests.support.stack import ROOT


def status(stack: dict[str, str], name: str) -> dict[str, Any]:
    """What the stack says of a service."""
    command = [sys.executable, "-m", "embedded", "status", "--json"]
    answer = subprocess.run(command, cwd=ROOT, env=stack, capture_output=True, text=True, check=False)
    found: dict[str, Any] = next(row for row in json.loads(answer.stdout)["services"] if row["name"] == name)
    return found


def row(screens: Screens, name: str) -> Locator:
    return screens.page.locator(f"tr[data-service='{name}']")


def test_services_are_shown_with_their_addresses(screens: Screens, stack: dict[str, str]) -> None:
    screens.open("services")
    kestra = status(stack, "kestra")
    expect(row(screens, "kestra")).to_contain_text("ready")
    expect(row(screens, "kestra")).to_contain_text(str(kestra["ports"]["KESTRA_PORT"]))
    expect(row(screens, "kestra").get_by_role("link")).to_have_attribute("href", stack["KESTRA_URL"])
    expect(row(screens, "console").get_by_role("button")).to_have_text(["Log"])
    screens.button("Log of Kestra").click()
    shown = screens.page.get_by_label("Last lines")
    expect(shown).not_to_be_empty()
    log = Path(stack["EMBEDDED_HOME"], "logs", "kestra.log").read_text()
    assert set(shown.inner_text().split("\n")) <= set(log.splitlines())


def wait_until_drawn_anew(screens: Screens, service: str) -> None:
    """Wait until the row of a service is another element, as it is every few seconds."""
    row(screens, service).evaluate("row => row.dataset.before = true")
    expect(screens.page.locator("[data-before]")).to_have_count(0)


def test_a_service_is_started_and_stopped(screens: Screens, stack: dict[str, str]) -> None:
    screens.open("services")
    title = row(screens, "dataset").locator("td div").first.inner_text()
    screens.button(f"Start {title}").click()
    expect(row(screens, "dataset")).to_contain_text("ready")
    started = status(stack, "dataset")
    assert started["state"] == "ready"
    # The stack of the tests takes any free port, and the console's own environment does not know that.
    assert started["ports"] != {port.variable: port.default for port in catalog.service("dataset").ports}
    screens.button(f"Stop {title}").click()
    wait_until_drawn_anew(screens, "dataset")
    screens.dialog().get_by_role("button", name="Stop").click()
    expect(screens.button(f"Start {title}")).to_be_visible()
    assert status(stack, "dataset")["state"] == "off"

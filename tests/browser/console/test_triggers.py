"""Triggers: a flow's tab with backfills, and the list of all."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.console.conftest import NAMESPACE
from tests.browser.console.screens import Screens
from tests.support.waiting import eventually
from workbook.kestra import KestraClient
from workbook.kestra.models import Trigger

SPACE = f"{NAMESPACE}.triggers"
# As lesson 05's flow has it, without the databases that its tasks work with.
MONTHLY = f"""id: monthly
namespace: {SPACE}
inputs:
  - {{id: taxi, type: SELECT, values: [yellow, green], defaults: yellow}}
tasks:
  - {{id: load, type: io.kestra.plugin.core.debug.Return, format: "{{{{ inputs.taxi }}}} {{{{ trigger.date }}}}"}}
triggers:
  - id: yellow_schedule
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 10 1 * *"
    timezone: America/New_York
    inputs: {{taxi: yellow}}
"""
OTHERS = f"""id: others
namespace: {SPACE}
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: Hello}}
triggers:
  - {{id: january, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 1 *"}}
  - {{id: july, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 7 *", timezone: Europe/Berlin}}
  - {{id: called, type: io.kestra.plugin.core.trigger.Webhook, key: any-key-will-do}}
  - {{id: resting, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 1 1 *", disabled: true}}
"""
LONG = f"""id: long
namespace: {SPACE}
tasks:
  - {{id: hello, type: io.kestra.plugin.core.log.Log, message: Hello}}
triggers:
  - {{id: daily, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 * * *", timezone: America/New_York}}
  - {{id: left, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 * * *"}}
  - {{id: one_of_many, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 0 * * *"}}
"""
LONG_FLOW = f"{SPACE}/long"
FLOW, OTHER_FLOW = f"{SPACE}/monthly", f"{SPACE}/others"


@pytest.fixture(scope="module", autouse=True)
def flows(kestra: KestraClient) -> None:
    """The flows, with the triggers that the scheduler has taken up."""
    kestra.import_flow(MONTHLY)
    kestra.import_flow(OTHERS)
    kestra.import_flow(LONG)
    eventually(lambda: [len(kestra.triggers(flow)) for flow in (FLOW, LONG_FLOW, OTHER_FLOW)] == [1, 3, 3])


def trigger(kestra: KestraClient, flow: str, trigger_id: str) -> Trigger:
    """A trigger as the scheduler has it."""
    return next(row for row in kestra.triggers(flow) if row.id == trigger_id)


def menu(screens: Screens, trigger_id: str, item: str) -> None:
    """Choose from the menu of a trigger."""
    screens.button(f"More for {trigger_id}").click()
    screens.page.locator(".q-menu").get_by_text(item, exact=True).click()


def fill_range(dialog: Locator, start: str, end: str) -> None:
    """Give the range of a backfill."""
    dialog.get_by_label("Start date").fill(start)
    dialog.get_by_label("End date").fill(end)


def test_a_backfill_runs_a_schedule_for_each_month_of_a_year(screens: Screens, kestra: KestraClient) -> None:
    screens.open(f"flows/edit/{FLOW}/overview")
    screens.tab("Triggers")
    menu(screens, "yellow_schedule", "Backfill executions")
    dialog = screens.dialog()
    fill_range(dialog, "2020-01-01", "2020-12-31")
    expect(dialog.get_by_text("12 executions, one for each date")).to_be_visible()
    dates = dialog.get_by_role("list", name="Dates").get_by_role("listitem")
    expect(dates).to_have_count(12)
    expect(dates.first).to_have_text("2020-01-01 10:00 EST")
    expect(dates.nth(5)).to_have_text("2020-06-01 10:00 EDT")
    screens.choose(dialog.get_by_label("taxi"), "green")
    dialog.get_by_text("Labels", exact=True).first.click()
    dialog.get_by_label("Labels", exact=True).last.fill("backfill:y2020, team:taxi")
    dialog.get_by_role("button", name="Execute backfill").click()
    screens.wait_for_message("The backfill of yellow_schedule has started: 12 executions")
    eventually(lambda: len(kestra.executions(FLOW, state="SUCCESS", labels={"backfill": "y2020"})) == 12)
    executions = kestra.executions(FLOW, labels={"backfill": "y2020", "team": "taxi"})
    assert sorted(f"{execution.trigger_date:%Y-%m}" for execution in executions) == [
        f"2020-{month:02}" for month in range(1, 13)
    ]
    assert {execution.inputs["taxi"] for execution in executions} == {"green"}
    eventually(lambda: trigger(kestra, FLOW, "yellow_schedule").backfill is None)


def test_a_range_without_a_date_is_told_before_anything_starts(screens: Screens, kestra: KestraClient) -> None:
    screens.open(f"flows/edit/{FLOW}/triggers")
    menu(screens, "yellow_schedule", "Backfill executions")
    fill_range(screens.dialog(), "2021-03-02", "2021-03-30")
    expect(screens.dialog().get_by_text("This backfill would start nothing")).to_be_visible()
    screens.dialog().get_by_role("button", name="Execute backfill").click()
    screens.wait_for_message("would start nothing")
    assert trigger(kestra, FLOW, "yellow_schedule").backfill is None


def test_a_backfill_is_paused_and_continued_and_cancelled(screens: Screens, kestra: KestraClient) -> None:
    kestra.triggers.backfill(LONG_FLOW, "daily", start="2019-01-01", end="2020-01-01", wait=False)
    screens.open(f"flows/edit/{LONG_FLOW}/triggers")
    expect(screens.page.get_by_text("2019-01-01 to 2020-01-01")).to_be_visible()
    screens.button("Pause").click()
    screens.wait_for_message("The backfill is paused")
    eventually(lambda: (trigger(kestra, LONG_FLOW, "daily").backfill or {}).get("paused") is True)
    screens.button("Continue").click()
    screens.wait_for_message("The backfill goes on")
    eventually(lambda: (trigger(kestra, LONG_FLOW, "daily").backfill or {}).get("paused") is False)
    screens.button("Cancel backfill").click()
    screens.dialog().get_by_role("button", name="Cancel backfill").click()
    screens.wait_for_message("The backfill is cancelled")
    assert trigger(kestra, LONG_FLOW, "daily").backfill is None
    expect(screens.button("Pause")).to_be_hidden()


def leave_dates_behind(kestra: KestraClient, name: str) -> None:
    """A cancelled backfill leaves the trigger's last date where it stopped, and the engine goes on from there."""
    kestra.triggers.backfill(LONG_FLOW, name, start="2019-01-01", end="2020-01-01", wait=False)
    eventually(lambda: any(found.trigger_id == name for found in kestra.executions(LONG_FLOW)))
    kestra.stop_backfill(LONG_FLOW, name)


def test_dates_that_would_be_caught_up_are_told_before_a_trigger_is_enabled(
    screens: Screens, kestra: KestraClient
) -> None:
    leave_dates_behind(kestra, "left")
    screens.open(f"flows/edit/{LONG_FLOW}/triggers")
    switch = screens.page.get_by_label("left", exact=True).get_by_role("switch", name="Enabled")
    switch.click()
    screens.wait_for_message("left is disabled")
    switch.click()
    expect(screens.dialog()).to_contain_text("have passed")
    screens.dialog().get_by_role("button", name="Cancel").click()
    expect(switch).not_to_be_checked()
    assert trigger(kestra, LONG_FLOW, "left").disabled


def test_dates_that_would_be_caught_up_are_told_before_several_are_enabled(
    screens: Screens, kestra: KestraClient
) -> None:
    leave_dates_behind(kestra, "one_of_many")
    screens.open("triggers?q=one_of_many")
    screens.page.get_by_role("checkbox").last.click()
    screens.button("Disable").click()
    screens.wait_for_message("Disabled: 1 trigger")
    expect(screens.page.locator("tbody").get_by_text("disabled", exact=True)).to_be_visible()
    screens.page.get_by_role("checkbox").last.click()
    screens.button("Enable").click()
    expect(screens.dialog()).to_contain_text("of one_of_many")
    screens.dialog().get_by_role("button", name="Cancel").click()
    assert trigger(kestra, LONG_FLOW, "one_of_many").disabled


def test_a_trigger_is_disabled_and_enabled(screens: Screens, kestra: KestraClient) -> None:
    screens.open(f"flows/edit/{OTHER_FLOW}/triggers")
    card = screens.page.get_by_label("july", exact=True)
    expect(card).to_contain_text("07-01 00:00 CEST")
    card.get_by_role("switch", name="Enabled").click()
    screens.wait_for_message("july is disabled")
    assert trigger(kestra, OTHER_FLOW, "july").disabled
    expect(card).to_contain_text("none while disabled")
    card.get_by_role("switch", name="Enabled").click()
    screens.wait_for_message("july is enabled")
    assert not trigger(kestra, OTHER_FLOW, "july").disabled


def test_what_the_scheduler_does_not_run_says_why(screens: Screens) -> None:
    screens.open(f"flows/edit/{OTHER_FLOW}/triggers")
    expect(screens.page.get_by_label("called", exact=True)).to_contain_text("when its address is called")
    resting = screens.page.get_by_label("resting", exact=True)
    expect(resting).to_contain_text("Disabled in the flow's source")
    expect(resting.get_by_role("switch")).to_be_disabled()


def test_several_triggers_are_disabled_and_enabled_in_the_list(screens: Screens, kestra: KestraClient) -> None:
    screens.open("triggers")
    screens.page.get_by_label("Flow", exact=True).fill("others")
    screens.page.get_by_label("Search triggers").fill("j")
    rows = screens.page.locator("tbody tr").filter(has=screens.page.get_by_role("link", name="others"))
    expect(rows).to_have_count(2)
    assert "flow=others" in screens.page.url
    screens.page.reload()
    screens.ready()
    expect(rows).to_have_count(2)
    for done, disabled in (("Disable", True), ("Enable", False)):
        screens.page.get_by_role("checkbox").first.click()
        expect(screens.page.get_by_text("2 chosen")).to_be_visible()
        screens.button(done).click()
        screens.wait_for_message(f"{done}d: 2 triggers")
        states = {row.id: row.disabled for row in kestra.triggers(OTHER_FLOW)}
        assert states == {"january": disabled, "july": disabled, "resting": False}

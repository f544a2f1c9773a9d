"""The taxi flows of the course with Postgres and the data server: a month by hand, and a backfill over a year."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
import requests
from playwright.sync_api import expect

from console.components.marks import size
from tests.browser.console.screens import Screens, embedded, finished
from tests.support.stack import stack_variables
from tests.support.waiting import eventually
from workbook.kestra import KestraClient

BY_HAND, SCHEDULED = "04_postgres_taxi", "05_postgres_taxi_scheduled"
MONTHS = [f"yellow_tripdata_2020-{month:02}.csv" for month in range(1, 13)]
BACKFILL_SECONDS = 600
PURGE = "    disabled: false\n"


@pytest.fixture(scope="module")
def services(stack: dict[str, str]) -> Iterator[dict[str, str]]:
    """The variables of the stack, of which Postgres and the data server run too."""
    embedded(stack, "up", "--only", "postgres,dataset")
    yield stack_variables(stack)
    embedded(stack, "stop", "postgres,dataset")


def query(services: dict[str, str], statement: str) -> list[tuple[Any, ...]]:
    """What Postgres answers."""
    names = {"host": "HOST", "port": "PORT", "dbname": "DB", "user": "USER", "password": "PASSWORD"}
    connection = psycopg2.connect(**{name: services[f"POSTGRES_{key}"] for name, key in names.items()})
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def rows_of(services: dict[str, str], file: str) -> int:
    """How many rows the data server says that a file has."""
    rows: int = requests.get(f"{services['DATASET_URL']}/manifest/{file}.gz.json", timeout=30).json()["rows"]
    return rows


def create(screens: Screens, flow: str) -> None:
    """Create a flow of the folder `flows/`, and go to its page."""
    screens.open("flows")
    screens.button(f"Create {flow}").click()
    expect(screens.page.get_by_role("link", name=flow)).to_be_visible()
    screens.open(f"flows/edit/zoomcamp/{flow}/overview")


def test_a_month_is_loaded_and_its_file_has_a_size(
    screens: Screens, kestra: KestraClient, services: dict[str, str]
) -> None:
    create(screens, BY_HAND)
    screens.tab("Edit")
    editor = screens.page.locator(".cm-content")
    expect(editor).to_contain_text(f"id: {BY_HAND}")
    source = kestra.flow(f"zoomcamp/{BY_HAND}").source
    assert source.count(PURGE) == 1
    screens.write(source.replace(PURGE, PURGE.replace("false", "true")))
    screens.page.keyboard.press("Control+s")
    expect(screens.dialog().locator(".added")).to_have_text("+    disabled: true")
    screens.dialog().get_by_role("button", name="Save").click()
    expect(screens.page.get_by_text("revision 2", exact=True)).to_be_visible()
    screens.button("Execute").click()
    for field, value in (("Taxi", "green"), ("Year", "2020"), ("Month", "04")):
        screens.choose(screens.dialog().get_by_label(field), value)
    screens.dialog().get_by_role("button", name="Execute").click()
    execution = finished(kestra, screens.execution_id())
    screens.state("SUCCESS")
    screens.tab("Outputs")
    [file] = [file for file in kestra.files(execution) if file.name == "green_tripdata_2020-04.csv"]
    extract = screens.page.locator("section").filter(has=screens.page.get_by_text("extract", exact=True))
    expect(extract).to_contain_text("green_tripdata_2020-04.csv")
    expect(extract).to_contain_text(size(file.size))
    screens.page.get_by_label("Expression").fill("It is {{ render(vars.file) }}")
    screens.button("Evaluate").click()
    expect(screens.page.get_by_text("It is green_tripdata_2020-04.csv", exact=True)).to_be_visible()
    assert query(services, "SELECT filename, count(*) FROM public.green_tripdata GROUP BY 1") == [
        ("green_tripdata_2020-04.csv", rows_of(services, "green_tripdata_2020-04.csv"))
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_backfill_over_a_year_loads_a_file_each_month(
    screens: Screens, kestra: KestraClient, services: dict[str, str]
) -> None:
    create(screens, SCHEDULED)
    screens.tab("Triggers")
    screens.button("More for yellow_schedule").click()
    screens.page.locator(".q-menu").get_by_text("Backfill executions", exact=True).click()
    dialog = screens.dialog()
    dialog.get_by_label("Start date").fill("2020-01-01")
    dialog.get_by_label("End date").fill("2020-12-31")
    expect(dialog.get_by_text("12 executions, one for each date")).to_be_visible()
    dialog.get_by_text("Labels", exact=True).first.click()
    dialog.get_by_label("Labels", exact=True).last.fill("year:y2020")
    dialog.get_by_role("button", name="Execute backfill").click()
    screens.wait_for_message("The backfill of yellow_schedule has started: 12 executions")
    flow = f"zoomcamp/{SCHEDULED}"
    eventually(lambda: len(kestra.executions(flow, state="SUCCESS", labels={"year": "y2020"})) == 12, BACKFILL_SECONDS)
    executions = kestra.executions(flow)
    assert sorted(execution.labels["file"] for execution in executions) == MONTHS
    loaded = dict(query(services, "SELECT filename, count(*) FROM public.yellow_tripdata GROUP BY 1"))
    assert loaded == {file: rows_of(services, file) for file in MONTHS}
    [(count,)] = query(
        services, "SELECT count(*) FROM public.yellow_tripdata WHERE filename LIKE 'yellow_tripdata_2020-%'"
    )
    assert count == sum(loaded.values())
    screens.tab("Executions")
    expect(screens.page.locator("tbody").get_by_text("SUCCESS")).to_have_count(12)

"""Settings, addresses, what is secret, and how things are written."""

import pytest

from console import addresses
from console.calls.executions import ExecutionFilters
from console.calls.flows import local_flows
from console.components.marks import size, span
from console.components.table import Table
from console.components.values import masked
from console.pages.execution_tabs.logs import place_among
from console.pages.execution_tabs.outputs import flat
from console.sessions import START, own_address
from console.settings import Settings, SettingsError
from console.theme import style_sheet
from workbook.kestra.models import LogLine
from workbook.theme import STATES


def test_settings_come_from_the_environment() -> None:
    read = Settings.load({"CONSOLE_PORT": "9000", "KESTRA_URL": "http://localhost:1/", "WORKBOOK_STACK": "docker"})
    assert read == Settings(9000, "http://localhost:1", "admin@kestra.io", "docker")
    assert Settings.load({}).kestra_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize("port", ["0", "x", "70000", "-1"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    with pytest.raises(SettingsError, match="CONSOLE_PORT"):
        Settings.load({"CONSOLE_PORT": port})


@pytest.mark.parametrize("address", ["", "https://example.com/ui/", "//example.com/ui/", "/login", "/ui/\\example.com"])
def test_a_login_stays_here(address: str) -> None:
    assert own_address(address) == START
    assert own_address("/ui/main/flows?q=a") == "/ui/main/flows?q=a"


def test_addresses_are_those_of_kestras_own_ui() -> None:
    assert addresses.flow("a.b", "c d", "edit") == "/ui/main/flows/edit/a.b/c%20d/edit"
    assert addresses.execution("a", "b", "c", "gantt") == "/ui/main/executions/a/b/c/gantt"
    assert addresses.executions_of("a", "b") == "/ui/main/executions?namespace=a&flow=b"


def test_what_kestra_encrypts_is_not_shown() -> None:
    secret = {"type": "io.kestra.datatype:aes_encrypted", "value": "abc"}
    assert masked({"a": [secret], "b": {"c": secret, "d": 1}}) == {"a": ["******"], "b": {"c": "******", "d": 1}}


def test_outputs_are_named_as_expressions_write_them() -> None:
    outputs = {"files": {"a.csv": "kestra:///a.csv"}, "rows": [{"id": 1}], "names": ["a", "b"], "none": {}}
    assert list(flat(outputs)) == [
        ("files['a.csv']", "kestra:///a.csv"),
        ("rows[0].id", 1),
        ("names", ["a", "b"]),
        ("none", {}),
    ]


def test_filters_are_a_query() -> None:
    assert ExecutionFilters(namespace="a", state="FAILED", labels="x:1, y", period="ever").query() == {
        "filters[namespace][STARTS_WITH]": "a",
        "filters[state][IN]": "FAILED",
        "filters[labels][EQUALS][x]": "1",
        "filters[timeRange][EQUALS]": "P8D",
    }
    assert ExecutionFilters(namespace="a", flow="b", of_flow=True).query()["filters[namespace][EQUALS]"] == "a"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (65, "1 min 5 s"), (7380, "2 h 3 min")]
)
def test_spans_are_words(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    ("count", "words"), [(None, "gone"), (36, "36 B"), (1500, "1.5 kB"), (2_000_000_000, "2.0 GB")]
)
def test_sizes_are_words(count: int | None, words: str) -> None:
    assert size(count) == words


def test_every_state_has_a_colour_and_a_mark_in_both_looks() -> None:
    light, dark = style_sheet().split(".body--dark", 1)
    for state, (_, mark) in STATES.items():
        assert f"--state-{state}:" in light
        assert f"--state-{state}:" in dark
        assert f'[data-state="{state}"]::before{{content:"{mark}"}}' in dark


def test_the_flows_of_the_folder_are_known_by_their_ids() -> None:
    known = {str(flow.id) for flow in local_flows()}
    assert {"zoomcamp/01_hello_world", "com.flowio/s3-csv-ingestion"} <= known


class _Drawn:
    """A table of the browser, which draws all rows anew whenever it is given some."""

    row_key = "id"

    def __init__(self) -> None:
        self.selected: list[dict[str, str]] = []
        self.drawn: list[list[dict[str, str]]] = [[]]

    @property
    def rows(self) -> list[dict[str, str]]:
        return self.drawn[-1]

    @rows.setter
    def rows(self, rows: list[dict[str, str]]) -> None:
        self.drawn.append(rows)


def test_rows_that_have_not_changed_are_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = _Drawn()
    monkeypatch.setattr(Table, "__init__", lambda self: setattr(self, "_table", drawn))
    table = Table()  # type: ignore[call-arg]
    rows = [{"id": "a", "state": "RUNNING"}, {"id": "b", "state": "SUCCESS"}]
    table.show(rows)
    drawn.selected = [rows[0]]
    table.show([dict(row) for row in rows])
    assert len(drawn.drawn) == 2
    table.show([{"id": "a", "state": "SUCCESS"}])
    assert len(drawn.drawn) == 3
    assert table.chosen == [{"id": "a", "state": "SUCCESS"}]


@pytest.mark.parametrize(
    ("second", "place"), [("00.5", 0), ("01", 1), ("01.000001", 1), ("02", 3), ("02.5", 3), ("03", 4), (None, 0)]
)
def test_a_late_line_of_a_log_stands_where_it_belongs(second: str | None, place: int) -> None:
    def line(second: str | None) -> LogLine:
        return LogLine.from_json({"timestamp": f"2026-01-01T00:00:{second}Z"} if second else {})

    assert place_among([line(known) for known in ("01", "02", "02", "03")], line(second)) == place

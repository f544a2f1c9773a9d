"""Pictures: the same bytes for the same flow, well-formed, readable, with words for those who do not see them."""

import itertools
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, strategies

from tests.workbook.fake_kestra import recorded
from workbook.errors import NotFound, WorkbookError
from workbook.kestra.models import Execution
from workbook.pictures import axis, graph, theme
from workbook.pictures.charts import bars, months
from workbook.pictures.gantt import gantt, task_rows
from workbook.pictures.svg import Picture, fit, text_width
from workbook.pictures.topology import draw, states_of

SVG = "{http://www.w3.org/2000/svg}"
FLOWS = ["hello", "taxi", "zoo", "fails"]


def _topology(name: str, states: dict[str, str] | None = None) -> Picture:
    return draw(graph.read(recorded(f"{name}.graph")), name, states or {})


def _many(execution: Execution) -> list[Execution]:
    """Executions of a backfill, made of a recorded one."""
    found = []
    for month, taxi in itertools.product(range(1, 13), ("green", "yellow")):
        steps = [
            {**one, "date": (datetime.fromisoformat(one["date"]) + timedelta(seconds=month)).isoformat()}
            for one in execution.raw["state"]["histories"]
        ]
        trigger = {"id": f"{taxi}_schedule", "variables": {"date": f"2020-{month:02d}-01T10:00:00-05:00"}}
        state = {**execution.raw["state"], "histories": steps}
        labels = [{"key": "file", "value": f"{taxi}_{month:02d}.csv"}, {"key": "backfill", "value": "true"}]
        raw = {**execution.raw, "id": f"{taxi}{month}", "trigger": trigger, "state": state, "labels": labels}
        found.append(Execution.of(raw, execution.http))
    return found


@pytest.fixture
def pictures(executed: Any) -> dict[str, Picture]:
    """One of each kind, the crowded ones included."""
    month = [f"2020-{one:02d}" for one in range(1, 13)]
    found = {f"topology {name}": _topology(name) for name in FLOWS}
    found |= {f"states {name}": _topology(name, states_of(executed(name))) for name in FLOWS}
    found |= {f"gantt {name}": gantt(executed(name)) for name in FLOWS}
    found["gantt of many"] = gantt(_many(executed("taxi")))
    found["bars"] = bars(month, range(1000, 13000, 1000), title="Rows <b> & more")
    found["two series"] = bars(month * 2, [9_999_999] * 24, ["yellow"] * 12 + ["green"] * 12, title="Rows")
    found["many bars"] = bars(range(60), range(60))
    return found


def test_all_are_well_formed_and_at_most_900_wide(pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        root = ElementTree.fromstring(picture.svg)
        assert float(root.attrib["width"]) <= 900, name
        box = [float(one) for one in root.attrib["viewBox"].split()]
        assert box[2:] == [float(root.attrib["width"]), float(root.attrib["height"])], name


def test_no_text_overlaps_another_or_leaves_the_picture(pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        root = ElementTree.fromstring(picture.svg)
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for (one, box), (other, other_box) in itertools.combinations(picture.texts, 2):
            assert not box.overlaps(other_box), f"{name}: {one!r} over {other!r}"
        for words, box in picture.texts:
            assert box.x >= 0, f"{name}: {words!r}"
            assert box.x + box.width <= width, f"{name}: {words!r}"
            assert 0 <= box.y <= height - box.height, f"{name}: {words!r}"


def test_all_have_a_title_and_a_description(pictures: dict[str, Picture]) -> None:
    for picture in pictures.values():
        root = ElementTree.fromstring(picture.svg)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert title.text
        assert description is not None
        assert description.text
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"] == title.text
        assert picture._repr_mimebundle_() == {"image/svg+xml": picture.svg, "text/plain": picture.description}


def test_all_bring_their_own_opaque_card(pictures: dict[str, Picture]) -> None:
    for picture in pictures.values():
        root = ElementTree.fromstring(picture.svg)
        card = next(root.iter(f"{SVG}rect"))
        assert card.attrib["fill"] == theme.CARD
        assert float(card.attrib["width"]) == float(root.attrib["width"]) - 1


def test_a_picture_is_saved_as_it_is(tmp_path: Path) -> None:
    picture = _topology("hello")
    assert picture.save(tmp_path / "a.svg").read_text() == picture.svg


def _renamed(raw: Any) -> Any:
    """The graph as another run of the engine gives it: other random names, edges in another order."""
    text = json.dumps({**raw, "edges": raw["edges"][::-1]})
    return json.loads(
        re.sub(r"(root|end|finally|after-execution)-\w{20,22}", lambda found: found[0][:-4] + "Zzz9", text)
    )


@pytest.mark.parametrize("name", FLOWS)
def test_topology_is_the_same_at_every_run_of_the_engine(name: str) -> None:
    again = draw(graph.read(_renamed(recorded(f"{name}.graph"))), name, {})
    assert again.svg == _topology(name).svg


@pytest.mark.parametrize("name", FLOWS)
def test_topology_shows_every_task_and_trigger_once(name: str) -> None:
    raw = recorded(f"{name}.graph")
    declared = [node.get("task") or node.get("triggerDeclaration") for node in raw["nodes"]]
    wanted = sorted(one["id"] for one in declared if one)
    tree = graph.read(raw)
    assert sorted(node.id for node in [*tree.triggers, *tree.nodes()]) == wanted


def test_topology_reads_branches_and_their_tags() -> None:
    tree = graph.read(recorded("zoo.graph"))
    assert [branch.tag for branch in tree.branches] == ["", "on error", "finally", "after execution"]
    blocks = {node.id: node for node in tree.nodes() if node.branches}
    assert [[node.id for node in one.nodes] for one in blocks["par"].branches] == [
        ["a"],
        ["a_rather_long_task_name_that_will_not_fit_anywhere_at_all"],
        ["seq"],
    ]
    assert [one.tag for one in blocks["sw"].branches] == ["a", "b", "defaults"]
    assert [one.tag for one in blocks["choose"].branches] == ["then", "else"]
    [dag] = blocks["dag"].branches
    assert [node.id for node in dag.nodes] == ["d1", "d2", "d3", "d4"]
    assert dag.edges == [(0, 1), (0, 2), (1, 3), (2, 3)]


def test_topology_tells_states_and_conditions_in_words(executed: Any) -> None:
    told = _topology("taxi", states_of(executed("taxi"))).description
    assert "green_schedule (0 9 1 * *  America/New_York)" in told
    assert "if_yellow_taxi (SUCCESS) [then: yellow_create_table (SUCCESS), then" in told
    assert "green_create_table, then" in told
    assert "purge_files (disabled)" in told


def test_gantt_indents_what_runs_inside(executed: Any) -> None:
    rows = task_rows(executed("zoo"))
    depth = {row.label: row.depth for row in rows}
    assert (depth["par"], depth["seq"], depth["s1"]) == (0, 1, 2)
    assert [row.label for row in rows if row.label.startswith("load")] == ["load [yellow]", "load [green]"]
    assert next(row for row in rows if row.label == "par").around


def test_gantt_tells_waiting_from_running_and_shows_attempts(executed: Any) -> None:
    sleep = next(row for row in task_rows(executed("hello")) if row.label == "sleep")
    assert 1.0 < sleep.ran < 1.1
    assert 0 < sleep.waited < 0.2
    broken = next(row for row in task_rows(executed("fails")) if row.label == "broken")
    assert len(broken.tries) == 2
    assert broken.note == "3 attempts"


def test_gantt_of_a_backfill_groups_by_trigger_and_hides_what_all_share(executed: Any) -> None:
    words = [text for text, _ in gantt(_many(executed("taxi"))).texts]
    assert words.count("green_schedule") == words.count("yellow_schedule") == 1
    assert words.count("2020-03-01") == 2
    assert "green_03.csv" in words
    assert not any("true" in text for text in words)


def test_gantt_of_nothing_is_refused() -> None:
    with pytest.raises(NotFound, match="no execution"):
        gantt([])


def test_months_sorts_and_colours_by_series() -> None:
    frame = pd.DataFrame({"month": ["2020-02", "2020-01"], "count": [2, 1], "taxi": ["green", "yellow"]})
    picture = months(frame, series="taxi", title="Rows")
    assert picture.description == "Rows. 2020-01: yellow 1; 2020-02: green 2."
    assert picture.svg.count(f'fill="{theme.series_colour("green", 0)}"') == 2  # the legend's and the bar


@pytest.mark.parametrize("values", [[1], [1, -1], [1, float("nan")]])
def test_bars_refuse_what_they_cannot_show(values: list[float]) -> None:
    with pytest.raises(WorkbookError, match="Bars"):
        bars(["a", "b"], values)


@given(strategies.text(max_size=60), strategies.floats(30, 300))
def test_fitted_text_fits(text: str, width: float) -> None:
    shown = fit(text, width, 12)
    assert text_width(shown, 12) <= width


@given(strategies.floats(0.001, 1e9))
def test_ticks_are_few_round_and_cover(highest: float) -> None:
    found = axis.ticks(highest)
    assert found[0] == 0
    assert found[-1] >= highest * 0.999
    assert 2 <= len(found) <= 8


@pytest.mark.parametrize(
    ("seconds", "read"),
    [
        (0.008, "8 ms"),
        (0.25, "0.25 s"),
        (3.44, "3.4 s"),
        (45, "45 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3780, "1 h 3 min"),
    ],
)
def test_durations_read_well(seconds: float, read: str) -> None:
    assert axis.duration(seconds) == read


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_on_its_ground() -> None:
    states = ["SUCCESS", "WARNING", "FAILED", "KILLED", "RUNNING", "RETRYING", "PAUSED", "SKIPPED", "QUEUED", "OTHER"]
    pairs = [(theme.state_style(one).fill, theme.state_style(one).ink) for one in states]
    grounds = (theme.CARD, theme.NODE, theme.CLUSTER)
    pairs += [(ground, ink) for ground in grounds for ink in (theme.INK, theme.MUTED)]
    for ground, ink in pairs:
        assert _contrast(ground, ink) >= 4.5, (ground, ink)

"""Pictures: the same bytes for the same flow, well-formed, readable, with words for those who do not see them."""

import itertools
import json
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, strategies

from tests.support import contrast
from tests.support.fake_kestra import recorded
from workbook import theme
from workbook.errors import NotFound, WorkbookError
from workbook.kestra import graph
from workbook.kestra.models import Execution
from workbook.kestra.states import TERMINATED
from workbook.pictures import axis
from workbook.pictures.charts import bars, monthly_bars
from workbook.pictures.dbt_tests import dbt_test_table
from workbook.pictures.gantt import gantt, task_rows
from workbook.pictures.lines import lines
from workbook.pictures.scatter import project_2d, scatter
from workbook.pictures.svg import Box, Canvas, Picture, fit, text_width
from workbook.pictures.topology import draw, states_of

SVG = "{http://www.w3.org/2000/svg}"
FLOWS = ["hello", "taxi", "zoo", "fails"]


def _topology(name: str, states: dict[str, str] | None = None) -> Picture:
    return draw(graph.read(recorded(f"{name}.graph")), name, states or {})


def _many(execution: Execution) -> list[Execution]:
    """Executions of a backfill, made of a recorded one."""
    executions = []
    for month, taxi in itertools.product(range(1, 13), ("green", "yellow")):
        steps = [
            {**change, "date": (datetime.fromisoformat(change["date"]) + timedelta(seconds=month)).isoformat()}
            for change in execution.raw["state"]["histories"]
        ]
        trigger = {"id": f"{taxi}_schedule", "variables": {"date": f"2020-{month:02d}-01T10:00:00-05:00"}}
        state = {**execution.raw["state"], "histories": steps}
        labels = [{"key": "file", "value": f"{taxi}_{month:02d}.csv"}, {"key": "backfill", "value": "true"}]
        raw = {**execution.raw, "id": f"{taxi}{month}", "trigger": trigger, "state": state, "labels": labels}
        executions.append(Execution.from_json(raw, "http://127.0.0.1:1"))
    return executions


_CREATED = {"current": "CREATED", "histories": [{"state": "CREATED", "date": "2026-11-28T10:00:00Z"}]}


def _in_state(execution: Execution, state: str) -> Execution:
    return Execution.from_json({**execution.raw, "state": {**execution.raw["state"], "current": state}}, "http://x")


def _dbt_tests() -> pd.DataFrame:
    states = ["pass", "fail", "warn", "skipped"]
    return pd.DataFrame({"model": ["trips"] * 4, "column": states, "test": ["unique"] * 4, "state": states, "rows": 0})


def _readings() -> pd.DataFrame:
    """Three days by the hour for two zones; one hour of the south is missing."""
    hours = pd.date_range("2025-09-01", periods=72, freq="h", tz="UTC")
    south = [None if at == 10 else 20.0 + at % 24 for at in range(72)]
    zones = {"south": south, "north": [float(at) for at in range(72)]}
    parts = [pd.DataFrame({"hour": hours, "mean": mean, "zone": zone}) for zone, mean in zones.items()]
    return pd.concat(parts, ignore_index=True).iloc[::-1]


def _points() -> pd.DataFrame:
    """Three clouds, far apart."""
    rows = [(1000 * cloud + at % 7, at // 7, name) for cloud, name in enumerate("abc") for at in range(20)]
    return pd.DataFrame(rows, columns=["x", "y", "metric"])


@pytest.fixture
def pictures(executed: Any) -> dict[str, Picture]:
    """One of each kind, the crowded ones included."""
    month = [f"2020-{number:02d}" for number in range(1, 13)]
    drawn = {f"topology {name}": _topology(name) for name in FLOWS}
    drawn |= {f"states {name}": _topology(name, states_of(executed(name))) for name in FLOWS}
    drawn |= {f"gantt {name}": gantt(executed(name)) for name in FLOWS}
    tree = graph.read(recorded("zoo.graph"))
    drawn["every state"] = draw(
        tree, "zoo", dict(zip([node.id for node in tree.nodes()], itertools.cycle(theme.STATES), strict=False))
    )
    drawn["dbt tests"] = dbt_test_table(_dbt_tests())
    drawn["gantt of every end"] = gantt([_in_state(executed("hello"), state) for state in sorted(TERMINATED)])
    drawn["gantt of many"] = gantt(_many(executed("taxi")))
    drawn["bars"] = bars(month, range(1000, 13000, 1000), title="Rows <b> & more")
    drawn["two series"] = bars(month * 2, [9_999_999] * 24, ["yellow"] * 12 + ["green"] * 12, title="Rows")
    drawn["many bars"] = bars(range(60), range(60))
    drawn["lines"] = lines(_readings(), "hour", "mean", "zone", "Mean temperature <b> & more")
    drawn["one line of numbers"] = lines(pd.DataFrame({"x": [-3, 5], "y": [1e9, 2e9]}), "x", "y")
    drawn["many series"] = lines(
        pd.DataFrame({"x": [0, 1] * 8, "y": range(16), "by": [f"a long name of series {at // 2}" for at in range(16)]}),
        *("x", "y", "by"),
    )
    drawn["points"] = scatter(_points(), "x", "y", "metric", [0, 1, 40], "Neighbours")
    drawn["one point"] = scatter(_points().head(1), "x", "y")
    return drawn


def test_all_are_well_formed_and_at_most_900_wide(pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        root = ElementTree.fromstring(picture.svg)
        assert float(root.attrib["width"]) <= 900, name
        box = [float(part) for part in root.attrib["viewBox"].split()]
        assert box[2:] == [float(root.attrib["width"]), float(root.attrib["height"])], name


def test_no_text_overlaps_another_or_leaves_the_picture(pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        root = ElementTree.fromstring(picture.svg)
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for (text, box), (other, other_box) in itertools.combinations(picture.texts, 2):
            assert not box.overlaps(other_box), f"{name}: {text!r} over {other!r}"
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
        assert picture._repr_mimebundle_() == {"text/html": picture.html(), "text/plain": picture.description}


def test_a_page_gets_an_image_with_words_that_shrinks(pictures: dict[str, Picture]) -> None:
    for picture in pictures.values():
        image = ElementTree.fromstring(picture.html().replace(">", "/>"))
        kind, _, content = image.attrib["src"].partition(";base64,")
        assert image.tag == "img"
        assert image.attrib["alt"] == picture.description
        assert "max-width:100%" in image.attrib["style"]
        assert kind == "data:image/svg+xml"
        drawn = b64decode(content).decode()
        assert [*_texts(drawn)] == [words for words, _ in picture.texts]
        assert "<desc>" not in drawn
        assert "<desc>" in picture.svg


def _texts(svg: str) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_all_bring_their_own_opaque_card(pictures: dict[str, Picture]) -> None:
    for picture in pictures.values():
        root = ElementTree.fromstring(picture.svg)
        card = next(root.iter(f"{SVG}rect"))
        assert card.attrib["fill"] == theme.CARD
        assert float(card.attrib["width"]) == float(root.attrib["width"]) - 1


def _look(picture: Picture, page: str) -> dict[str, str]:
    return contrast.dark_colours(picture) if page == "dark" else {}


@pytest.mark.parametrize("page", ["light", "dark"])
def test_texts_lines_and_shapes_stand_out_from_their_ground(pictures: dict[str, Picture], page: str) -> None:
    for name, picture in pictures.items():
        found = contrast.drawn(picture, _look(picture, page))
        assert sum(one.what.startswith("text") for one in found) >= len(picture.texts)
        assert [one for one in found if one.contrast < one.least] == [], name


def test_each_colour_has_one_for_a_dark_page(pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        drawn = picture.svg.partition("</style>")[2]
        colours = {f"{kind} {colour}" for kind, colour in re.findall(r'(fill|stroke)="(#\w+)"', drawn)}
        assert colours <= contrast.dark_colours(picture).keys(), name


@pytest.mark.parametrize("state", [*theme.STATES, "SOMETHING_NEW"])
def test_a_state_reads_on_its_fill_and_its_fill_on_any_page(state: str) -> None:
    style = theme.state_style(state)
    assert contrast.contrast(style.ink, style.fill) >= contrast.TEXT
    assert contrast.contrast(theme.DARK[style.ink], theme.DARK[style.fill]) >= contrast.TEXT
    for page in ("#ffffff", "#111111", theme.CARD):  # JupyterLab's, light and dark, and a card
        assert contrast.contrast(style.fill, page) >= contrast.SHAPE


def test_a_picture_that_cannot_be_read_is_found_out() -> None:
    canvas = Canvas()
    canvas.rect(Box(10, 10, 50, 20), "#e8d8a8")
    canvas.text(15, 25, "pale", fill="#f0e442")
    canvas.line([(10, 60), (90, 60)], "#d0d7de")
    found = contrast.drawn(canvas.picture(100, 80, "Pale", "Pale"), {})
    assert [one.what.split()[0] for one in found if one.contrast < one.least] == ["box", "text", "line"]


def test_a_picture_is_saved_as_it_is(tmp_path: Path) -> None:
    picture = _topology("hello")
    assert picture.save(tmp_path / "a.svg").read_text() == picture.svg


def _renamed(raw: Any) -> Any:
    """The graph as another run of the engine gives it: other random names, edges in another order."""
    text = json.dumps({**raw, "edges": raw["edges"][::-1]})
    return json.loads(
        re.sub(r"(root|end|finally|after-execution)-\w{20,22}", lambda match: match[0][:-4] + "Zzz9", text)
    )


@pytest.mark.parametrize("name", FLOWS)
def test_topology_is_the_same_at_every_run_of_the_engine(name: str) -> None:
    again = draw(graph.read(_renamed(recorded(f"{name}.graph"))), name, {})
    assert again.svg == _topology(name).svg


@pytest.mark.parametrize("name", FLOWS)
def test_topology_shows_every_task_and_trigger_once(name: str) -> None:
    raw = recorded(f"{name}.graph")
    declared = [node.get("task") or node.get("triggerDeclaration") for node in raw["nodes"]]
    wanted = sorted(entry["id"] for entry in declared if entry)
    tree = graph.read(raw)
    assert sorted(node.id for node in [*tree.triggers, *tree.nodes()]) == wanted


def test_topology_reads_branches_and_their_tags() -> None:
    tree = graph.read(recorded("zoo.graph"))
    assert [branch.tag for branch in tree.branches] == ["", "on error", "finally", "after execution"]
    blocks = {node.id: node for node in tree.nodes() if node.branches}
    assert [[node.id for node in branch.nodes] for branch in blocks["par"].branches] == [
        ["a"],
        ["a_rather_long_task_name_that_will_not_fit_anywhere_at_all"],
        ["seq"],
    ]
    assert [branch.tag for branch in blocks["sw"].branches] == ["a", "b", "defaults"]
    assert [branch.tag for branch in blocks["choose"].branches] == ["then", "else"]
    [dag] = blocks["dag"].branches
    assert [node.id for node in dag.nodes] == ["d1", "d2", "d3", "d4"]
    assert dag.edges == [(0, 1), (0, 2), (1, 3), (2, 3)]


@pytest.mark.parametrize(
    ("name", "arrows"),
    [
        ("hello", {"runs next", "trigger starts the flow"}),
        ("taxi", {"runs next", "trigger starts the flow", "inside of a task"}),
    ],
)
def test_topology_explains_the_arrows_that_are_in_it(name: str, arrows: set[str]) -> None:
    explained = {text for text, _ in _topology(name).texts}
    assert explained & {"runs next", "trigger starts the flow", "inside of a task"} == arrows


def test_topology_tells_states_and_conditions_in_words(executed: Any) -> None:
    description = _topology("taxi", states_of(executed("taxi"))).description
    assert "green_schedule (0 9 1 * *  America/New_York)" in description
    assert "if_yellow_taxi (SUCCESS) [then: yellow_create_table (SUCCESS), then" in description
    assert "green_create_table, then" in description
    assert "purge_files (disabled)" in description


def test_gantt_indents_what_runs_inside(executed: Any) -> None:
    rows = task_rows(executed("zoo"))
    depth = {row.label: row.depth for row in rows}
    assert (depth["par"], depth["seq"], depth["s1"]) == (0, 1, 2)
    assert [row.label for row in rows if row.label.startswith("load")] == ["load [yellow]", "load [green]"]
    assert next(row for row in rows if row.label == "par").around


def test_gantt_leaves_out_what_it_is_told_to(executed: Any) -> None:
    zoo = executed("zoo")
    left = [row.label for row in task_rows(zoo, without=zoo.task_runs[0].task_id)]
    assert zoo.task_runs[0].task_id not in left
    assert 0 < len(left) < len(task_rows(zoo))


def test_gantt_leaves_out_what_comes_after_the_execution(executed: Any) -> None:
    hello = executed("hello")
    after = {**hello.raw["taskRunList"][0], "id": "later", "taskId": "after", "state": _CREATED}
    raw = {**hello.raw, "taskRunList": [*hello.raw["taskRunList"], after]}
    ended = Execution.from_json(raw, "http://x")
    assert [row.label for row in task_rows(ended)] == [row.label for row in task_rows(hello)]
    assert "after" in [row.label for row in task_rows(_in_state(ended, "RUNNING"))]


def test_gantt_sets_branches_that_run_at_once_apart(executed: Any) -> None:
    rows = {row.label: row for row in task_rows(executed("zoo"))}
    branches = [rows[name].branch for name in ("par", "a", "seq", "s1", "s2", "case_b", "d1", "d2", "d3")]
    assert branches == [None, 0, 2, 2, 2, None, None, 0, 1]
    assert (rows["par"].note, rows["seq"].note, rows["sw"].note) == ("3 at once", "", "")
    assert "par (3 at once) SUCCESS" in gantt(executed("zoo")).description


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
    picture = monthly_bars(frame, series="taxi", title="Rows")
    assert picture.description == "Rows. count by month. 2020-01: yellow 1; 2020-02: green 2."
    drawn = picture.svg.partition("</style>")[2]
    assert drawn.count(f'fill="{theme.series_colour("green", 0)}"') == 2  # the legend's and the bar


def test_lines_stand_in_order_and_break_where_a_number_is_missing() -> None:
    picture = lines(_readings(), "hour", "mean", "zone", "Mean")
    assert picture.description == (
        "Mean. mean by hour (UTC). north: 72 points from 0 to 71, last 71; south: 71 points from 20 to 43, last 43."
    )
    drawn = [path for path in _paths(picture) if path.attrib.get("stroke-width") == "2"]
    in_legend = 2
    assert len(drawn) == in_legend + 1 + 2  # the north is one piece, the south two
    across = [float(x) for x in re.findall(r"[ML]([\d.]+)", drawn[2].attrib["d"])]
    assert across == sorted(across)
    assert [words for words, _ in picture.texts if "Sep" in words] == ["01 Sep", "02 Sep", "03 Sep"]


def test_series_are_known_without_colour() -> None:
    picture = lines(_readings(), "hour", "mean", "zone")
    assert len({path.attrib.get("stroke-dasharray") for path in _paths(picture) if path.attrib["fill"] == "none"}) == 2
    assert len(set(theme.SHAPES.values())) == len(theme.SHAPES)
    assert len(theme.SHAPES) == len(theme.DASHES) == len(theme.SERIES)


def _paths(picture: Picture) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(picture.svg).iter(f"{SVG}path"))


def test_scatter_leads_lines_from_the_asked_point_to_its_neighbours() -> None:
    picture = scatter(_points(), "x", "y", "metric", [0, 1, 40], "Neighbours")
    asked = "2 neighbours of one point a: 1 a, 1 c"
    assert picture.description == f"Neighbours. y by x. a: 20 points; b: 20 points; c: 20 points; {asked}."
    leads = [path.attrib["d"] for path in _paths(picture) if path.attrib.get("stroke-width") == "1.2"]
    assert len(leads) == 2
    assert len({lead.split("L")[0] for lead in leads}) == 1
    assert scatter(_points(), "x", "y", "metric").svg.count("L") < picture.svg.count("L")


@pytest.mark.parametrize(
    ("draw_it", "message"),
    [
        (lambda: lines(_readings().head(0), "hour", "mean"), "no rows"),
        (lambda: lines(_readings(), "hour", "median"), "no column median. It has hour, mean, zone"),
        (lambda: lines(_readings(), "hour", "zone"), "zone does not hold numbers"),
        (lambda: lines(_readings().assign(mean=float("nan")), "hour", "mean"), "no number to draw"),
        (lambda: lines(_readings().assign(by=range(144)), "hour", "mean", "by"), "144 values; a picture can tell 8"),
        (lambda: lines(pd.concat([_readings()] * 50), "hour", "mean"), "7,200 points .* buckets"),
        (lambda: scatter(pd.concat([_points()] * 60), "x", "y"), "3,600 points .* 3,000"),
        (lambda: scatter(_points().assign(y=float("nan")), "x", "y"), "no place"),
        (lambda: scatter(_points(), "x", "y", highlight=["gone"]), "no 'gone'"),
        (lambda: project_2d([]), "no vectors"),
        (lambda: project_2d([[1, 2], [3]]), "all of one length"),
    ],
)
def test_lines_and_points_refuse_what_they_cannot_show(draw_it: Callable[[], object], message: str) -> None:
    with pytest.raises(WorkbookError, match=message):
        draw_it()


@given(strategies.lists(strategies.tuples(*[strategies.floats(-100, 100)] * 3), min_size=1, max_size=20))
def test_a_plane_keeps_order_and_never_stretches_a_distance(vectors: list[tuple[float, ...]]) -> None:
    column = pd.Series(vectors, index=range(100, 100 + len(vectors)))
    flat = project_2d(column)
    assert list(flat.index) == list(column.index)
    for first, other in itertools.combinations(column.index, 2):
        apart = sum((a - b) ** 2 for a, b in zip(column[first], column[other], strict=True)) ** 0.5
        assert ((flat.loc[first] - flat.loc[other]) ** 2).sum() ** 0.5 <= apart + 1e-6
    assert project_2d(column).equals(flat)


def test_a_plane_keeps_what_differs_most_and_its_sign() -> None:
    flat = project_2d([[0, at, 5, 2 * at] for at in range(5)])
    assert flat["x"].is_monotonic_increasing
    assert flat["x"].max() - flat["x"].min() == pytest.approx(4 * 5**0.5)
    assert flat["y"].abs().max() < 1e-9
    assert project_2d([[3.0]]).to_dict("records") == [{"x": 0.0, "y": 0.0}]


@given(strategies.floats(-1e6, 1e6), strategies.floats(0, 1e6))
def test_ticks_between_are_few_and_cover(low: float, span: float) -> None:
    ticks = axis.between(low, low + span)
    slack = 1e-6 * max(1.0, abs(low), span)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + span - slack
    assert 2 <= len(ticks) <= 9


@pytest.mark.parametrize(
    ("last", "labels"),
    [
        ("2025-09-01 00:00:04", ["00:00:00", "00:00:01", "00:00:02", "00:00:03", "00:00:04"]),
        ("2025-09-01 02:00", ["00:00", "00:15", "00:30", "00:45", "01:00", "01:15", "01:30", "01:45", "02:00"]),
        ("2025-09-02 12:00", ["01 Sep", "06:00", "12:00", "18:00", "02 Sep", "06:00", "12:00"]),
        ("2025-09-04", ["01 Sep", "12:00", "02 Sep", "12:00", "03 Sep", "12:00", "04 Sep"]),
        ("2034-12-31", ["2026-01", "2028-01", "2030-01", "2032-01", "2034-01"]),
        ("2025-11-01", ["01 Sep", "15 Sep", "29 Sep", "13 Oct", "27 Oct"]),
        (
            "2026-01-06",
            ["2025-09", "2025-10", "2025-11", "2025-12", "2026-01"],
        ),
    ],
)
def test_moments_are_round_and_read_well(last: str, labels: list[str]) -> None:
    ticks = axis.moments(datetime(2025, 9, 1), datetime.fromisoformat(last))
    assert axis.moment_labels(ticks) == labels


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
    ticks = axis.ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * 0.999
    assert 2 <= len(ticks) <= 8


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
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(colour: str, other: str) -> float:
    high, low = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_stands_out_on_its_ground() -> None:
    states = ["SUCCESS", "WARNING", "FAILED", "KILLED", "RUNNING", "RETRYING", "PAUSED", "SKIPPED", "QUEUED", "OTHER"]
    pairs = [(theme.state_style(state).fill, theme.state_style(state).ink) for state in states]
    grounds = (theme.CARD, theme.NODE, theme.CLUSTER)
    pairs += [(ground, ink) for ground in grounds for ink in (theme.INK, theme.MUTED)]
    for ground, ink in pairs:
        assert _contrast(ground, ink) >= 4.5, (ground, ink)

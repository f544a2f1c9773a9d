"""Flows on a real Kestra 2.0: what it takes, what it takes after the upgrade, and what runs there."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from flowtests.errors import FlowTestError
from flowtests.folder import Folder
from flowtests.kestra2.check import Verdict, check
from flowtests.kestra2.command import FAILED, USAGE, main
from flowtests.kestra2.engine import Kestra2
from flowtests.kestra2.report import describe, summary
from tests.support.flow_tests import FLOW, SUITE

FOLDER = Path(__file__).with_name("flows")
AS_THEY_ARE = {"allowed_failure", "json_filter", "json_function", "run_if", "stays_the_same", "subflow"}
"""What 2.0 takes without a change."""
BY_HAND = {
    "defaults_of_lists",
    "each_parallel",
    "flow_conditions_by_prefix",
    "for_each_errors",
    "for_each_item",
    "listeners",
    "local_files",
    "schedule_backfill",
    "schedule_hours",
    "state_store",
    "tasks_about_executions",
    "worker_group",
}
"""What the upgrade leaves, so that 2.0 does not take it."""


CASES = """  - id: right
    fixtures: {tasks: [{id: ask, outputs: {body: '5'}}]}
    assertions: [{value: "{{ outputs.total.value }}", equalTo: '15'}]
  - id: wrong
    fixtures: {tasks: [{id: ask, outputs: {body: '5'}}]}
    assertions: [{value: "{{ outputs.total.value }}", equalTo: '16'}]
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[Kestra2]:
    try:
        started = Kestra2()
    except FlowTestError as error:
        if "could not be fetched" not in str(error):
            raise
        pytest.skip(str(error))
    with started:
        yield started


@pytest.fixture(scope="module")
def verdicts(engine: Kestra2) -> dict[str, Verdict]:
    return {verdict.flow.id: verdict for verdict in check(engine, Folder.of(FOLDER).all_flows())}


def test_what_the_engine_takes(verdicts: dict[str, Verdict]) -> None:
    assert {name for name, verdict in verdicts.items() if verdict.passes} == AS_THEY_ARE
    assert {name for name, verdict in verdicts.items() if not verdict.passes_upgraded} == BY_HAND
    assert all(verdicts[name].findings.left for name in BY_HAND)
    assert summary(list(verdicts.values())).startswith(
        f"Kestra 2.0, {len(verdicts)} flows: {len(AS_THEY_ARE)} pass, "
        f"{len(verdicts) - len(AS_THEY_ARE) - len(BY_HAND)} pass after the upgrade, {len(BY_HAND)} fail"
    )


def test_report_names_lines_and_shows_the_diff(verdicts: dict[str, Verdict]) -> None:
    report = describe(verdicts["for_each"])
    assert "for_each.yaml:7: Invalid type: io.kestra.plugin.core.flow.ForEach" in report
    assert "-    type: io.kestra.plugin.core.flow.ForEach" in report
    assert "+    type: io.kestra.plugin.core.flow.Loop" in report
    assert "for_each_item.yaml:11" in describe(verdicts["for_each_item"])
    assert 'listeners.yaml:10: Unrecognized field "listeners"' in describe(verdicts["listeners"])
    assert 'worker_group.yaml:9: Unrecognized field "workerGroup"' in describe(verdicts["worker_group"])


def test_type_that_the_engine_never_had(engine: Kestra2, tmp_path: Path) -> None:
    flow = "id: f\nnamespace: a.b\ntasks:\n  - {id: t, type: io.kestra.plugin.slack.Post, url: u}\n"
    (tmp_path / "good.yaml").write_text(flow)
    (tmp_path / "bad.yaml").write_text(flow.replace("id: f", "id: g") + "pluginDefaults: []\n")
    bad, good = check(engine, Folder.of(tmp_path).all_flows())
    assert good.passes
    assert good.original.unchecked == ("io.kestra.plugin.slack.Post",)
    assert not bad.passes
    assert bad.passes_upgraded


def test_default_that_a_type_does_not_have(verdicts: dict[str, Verdict]) -> None:
    assert "note gets" not in describe(verdicts["defaults_of_two_types"])
    assert "text gets format" in describe(verdicts["defaults_of_two_types"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("for_each_nested", ["1ax", "1ay", "1bx", "1by", "2ax", "2ay", "2bx", "2by"]),
        ("for_each_outputs_inside", ["a!", "a!?", "a!?", "b!", "b!?"]),
        ("for_each_outputs_after", ["5", "5", "5 and 5"]),
        ("defaults_deep", ["own common"]),
        ("json_function", ["5"]),
    ],
)
def test_upgraded_flow_runs(engine: Kestra2, verdicts: dict[str, Verdict], name: str, values: list[str]) -> None:
    result = engine.run(verdicts[name].text)
    assert result["state"] == "SUCCESS"
    assert [run["outputs"]["value"] for run in result["taskRuns"] if "value" in run["outputs"]] == values


@pytest.mark.slow
def test_flow_that_passes_and_fails_when_it_runs(engine: Kestra2, verdicts: dict[str, Verdict]) -> None:
    assert verdicts["json_function"].passes
    assert engine.run(verdicts["json_function"].flow.document.text)["state"] == "FAILED"


HOLIDAYS = {date(2026, 1, 1), date(2026, 1, 6)}
"""Of Bavaria in January and February 2026: https://www.gesetze-bayern.de/Content/Document/BayFTG-1."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trigger", "fires"),
    [
        ("some_days", lambda day: day.weekday() not in (0, 5, 6)),
        ("first_monday_or_holiday", lambda day: (day.weekday() == 0 and day.day <= 7) or day in HOLIDAYS),
        ("own", lambda day: day.day == 15),
    ],
)
def test_conditions_of_dates_fire_on_the_same_days(
    engine: Kestra2, verdicts: dict[str, Verdict], trigger: str, fires: Callable[[date], bool]
) -> None:
    days = [date(2026, 1, 1) + timedelta(number) for number in range(59)]
    wanted = [day.isoformat() for day in days if fires(day)]
    dates = engine.dates(verdicts["schedule_conditions"].text, trigger, "2025-12-31T10:00:00Z", len(wanted))
    assert [day.partition("T")[0] for day in dates] == wanted


@pytest.mark.slow
def test_upgrade_writes_copies_beside_the_originals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("for_each", "run_if", "listeners"):
        (tmp_path / f"{name}.yaml").write_text((FOLDER / f"{name}.yaml").read_text())
    code = main(["upgrade", str(tmp_path)])
    output = capsys.readouterr().out
    if code == USAGE:
        pytest.skip("Kestra 2.0 could not be fetched")
    assert code == FAILED
    assert "for_each.yaml.kestra-2.0: passes" in output
    assert "listeners.yaml:10: listeners is gone in 2.0" in output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "for_each.yaml",
        "for_each.yaml.kestra-2.0",
        "listeners.yaml",
        "run_if.yaml",
    ]


@pytest.mark.slow
def test_flow_tests_run_on_2_0_with_flows_as_they_are_upgraded(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    defaults = "pluginDefaults:\n  - type: io.kestra.plugin.core.http\n    values: {timeout: PT1S}\n"
    (tmp_path / "price.yaml").write_text(FLOW.lstrip("\n") + defaults)
    (tmp_path / "price_tests.yaml").write_text(SUITE.lstrip("\n") + CASES)
    assert main(["check", str(tmp_path)]) == FAILED
    output = capfd.readouterr().out
    assert "price.yaml): fails, passes after the upgrade" in output
    items = [line for line in output.splitlines() if line.endswith("%]") and "::" in line]
    outcomes = {line.partition("::")[2].split()[0]: line.split()[1] for line in items}
    assert outcomes == {"price": "PASSED", "right": "PASSED", "wrong": "FAILED"}

"""Single test cases on the engine: what fixtures do to tasks, and what expectations hold a run against."""

from tests.support.flow_tests import FLOW
from tests.wire.flowtests.conftest import FlowFolder

EVERYWHERE = """
id: everywhere
namespace: tests.shop
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - {id: left, type: io.kestra.plugin.core.http.Request, uri: "http://127.0.0.1:1/"}
      - {id: right, type: io.kestra.plugin.core.http.Request, uri: "http://127.0.0.1:1/", allowFailure: true}
  - id: dag
    type: io.kestra.plugin.core.flow.Dag
    tasks:
      - task: {id: first, type: io.kestra.plugin.core.http.Request, uri: "http://127.0.0.1:1/"}
      - task: {id: second, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.first.deep.list[0] }}"}
        dependsOn: [first]
  - id: loop
    type: io.kestra.plugin.core.flow.ForEach
    values: [a, b]
    tasks:
      - {id: inner, type: io.kestra.plugin.core.debug.Return, format: "real {{ taskrun.value }}"}
  - id: never
    type: io.kestra.plugin.core.http.Request
    uri: http://127.0.0.1:1/
    runIf: "{{ outputs.left.go }}"
  - id: tried
    type: io.kestra.plugin.core.http.Request
    uri: http://127.0.0.1:1/
    retry: {type: constant, interval: PT1M, maxAttempts: 3}
errors:
  - {id: told, type: io.kestra.plugin.core.http.Request, uri: "http://127.0.0.1:1/"}
finally:
  - {id: tidied, type: io.kestra.plugin.core.http.Request, uri: "http://127.0.0.1:1/"}
triggers:
  - {id: always, type: io.kestra.plugin.core.trigger.Schedule, cron: "* * * * * *", withSeconds: true}
"""
EVERYWHERE_TESTS = """
id: everywhere_tests
namespace: tests.shop
flowId: everywhere
testCases:
  - id: wherever_a_task_stands
    fixtures:
      tasks:
        - {id: left, outputs: {go: false}}
        - {id: right, state: FAILED}
        - {id: first, outputs: {deep: {list: [7]}}}
        - {id: inner, value: b, outputs: {value: given}}
        - {id: never, outputs: {x: 1}}
        - {id: tried, state: FAILED, outputs: {half: done}}
        - {id: told}
        - {id: tidied}
    assertions:
      - {value: "{{ outputs.second.value }}", equalTo: 7}
      - {value: "{{ outputs.inner.a.value }} {{ outputs.inner.b.value }}", equalTo: real a given}
      - {value: "{{ outputs.tried.half }}", equalTo: done}
    expect:
      state: FAILED
      tasks: {right: WARNING, never: SKIPPED, tried: FAILED, told: SUCCESS, tidied: SUCCESS, "inner[a]": SUCCESS}

  - id: a_group_as_a_whole
    fixtures:
      tasks:
        - {id: both, outputs: {}}
        - {id: left, outputs: {go: true}}
        - {id: dag}
        - {id: loop}
        - {id: never, outputs: {x: 1}}
        - {id: tried}
        - {id: tidied}
    expect: {state: SUCCESS}
"""


def test_fixtures_wherever_a_task_stands(flow_folder: FlowFolder) -> None:
    flow_folder.write("everywhere.yaml", EVERYWHERE)
    flow_folder.write("tests.yaml", EVERYWHERE_TESTS)
    outcomes = flow_folder.outcomes()
    assert outcomes["wherever_a_task_stands"] == []
    assert len(outcomes["a_group_as_a_whole"]) == 1
    assert "'left' is inside of 'both', whose fixture replaces it too" in outcomes["a_group_as_a_whole"][0]


WRONG = {
    'assertions: [{value: "{{ outputs.total.vlaue }}", equalTo: 6}]': "Unable to find `vlaue`",
    'assertions: [{value: "{{ outputs.total.value", equalTo: 6}]': "cannot be judged",
    'assertions: [{value: "{{ outputs.ask.body }}", greaterThan: many}]': "cannot be judged",
    "expect: {tasks: {total: SKIPPED}}": "expected total to be SKIPPED but was SUCCESS",
    "expect: {state: FAILED}": "expected the state FAILED but was SUCCESS",
    "expect: {outputs: {sum: 1}}": "there is no 'sum' in outputs, 1 was expected",
    "expect: {logs: [hello]}": "the log does not say 'hello'",
    "expect: {kv: {seen: 1}}": "there is no 'seen' in kv, 1 was expected",
    "expect: {refused: no}": "it was expected to be refused ('no'), and it ran",
}


def test_expectations_that_are_not_met(flow_folder: FlowFolder) -> None:
    fixtures = 'fixtures: {tasks: [{id: ask, outputs: {body: "2"}}]}'
    flow_folder.cases("".join(f"  - id: c{i}\n    {case}\n    {fixtures}\n" for i, case in enumerate(WRONG)))
    outcomes = list(flow_folder.outcomes().values())
    for index, words in enumerate(WRONG.values()):
        [problem] = outcomes[index]
        assert problem.startswith(f"price_tests.yaml:{3 * index + 6}: "), problem
        assert words in problem


def test_bad_ends(flow_folder: FlowFolder) -> None:
    flow_folder.cases("""
  - id: unexpected
    fixtures: {tasks: [{id: ask, outputs: {body: apple}}]}
    expect: {tasks: {total: FAILED}}
  - id: refused
    fixtures: {inputs: {amount: many}}
    expect: {state: FAILED}
  - id: refused_otherwise
    fixtures: {inputs: {amount: many}}
    expect: {refused: too large}
  - id: refused_as_expected
    fixtures: {inputs: {amount: many}}
    expect: {refused: amount}
    """)
    outcomes = flow_folder.outcomes()
    [unexpected] = outcomes["unexpected"]
    assert unexpected.startswith("price_tests.yaml:5: the execution ended FAILED (")
    assert "Could not perform multiplication" in unexpected
    assert unexpected.endswith("); if that is right, say so: expect: {state: FAILED}")
    assert "price_tests.yaml:9: the engine starts no execution" in outcomes["refused"][0]
    assert "Invalid value for input `amount`" in outcomes["refused"][0]
    assert "price_tests.yaml:13: it is refused with other words" in outcomes["refused_otherwise"][0]
    assert outcomes["refused_as_expected"] == []


SLOW = """
id: slow
namespace: tests.shop
tasks:
  - {id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: PT1M}
  - {id: wait, type: io.kestra.plugin.core.flow.Pause}
afterExecution:
  - {id: after, type: io.kestra.plugin.core.debug.Return, format: "{{ execution.state }}"}
"""
SLOW_TESTS = """
id: slow_tests
namespace: tests.shop
flowId: slow
testCases:
  - id: too_slow
    given: {seconds: 1}
    expect: {state: SUCCESS}
  - id: pauses
    fixtures: {tasks: [{id: nap}]}
    given: {seconds: 3}
    expect: {state: SUCCESS}
  - id: is_paused
    fixtures: {tasks: [{id: nap}]}
    expect: {state: PAUSED, tasks: {wait: PAUSED}}
  - id: afterwards
    fixtures: {tasks: [{id: nap}, {id: wait}]}
    assertions: [{value: "{{ outputs.after.value }}", equalTo: SUCCESS}]
"""


def test_what_takes_too_long(flow_folder: FlowFolder) -> None:
    flow_folder.write("slow.yaml", SLOW)
    flow_folder.write("slow_tests.yaml", SLOW_TESTS)
    outcomes = flow_folder.outcomes()
    assert "it took more than 1 seconds, in nap: give slow tasks a fixture" in outcomes["too_slow"][0]
    assert "it was paused in wait: give that task a fixture, or expect the state PAUSED" in outcomes["pauses"][0]
    assert outcomes["is_paused"] == []
    assert outcomes["afterwards"] == []


LIMITED = """
id: limited
namespace: tests.shop
concurrency: {limit: 1, behavior: FAIL}
tasks:
  - {id: seen, type: io.kestra.plugin.core.kv.Get, key: who}
  - {id: nap, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.3S}
"""


def test_cases_do_not_get_in_each_others_way(flow_folder: FlowFolder) -> None:
    flow_folder.write("limited.yaml", LIMITED)
    cases = "".join(
        f"""
  - id: case_{number}
    given: {{kv: {{who: {number}}}}}
    assertions: [{{value: "{{{{ outputs.seen.value }}}}", equalTo: {number}}}]"""
        for number in range(5)
    )
    flow_folder.write("tests.yaml", f"id: t\nnamespace: tests.shop\nflowId: limited\ntestCases:{cases}\n")
    assert flow_folder.outcomes() == {f"case_{number}": [] for number in range(5)}


def test_in_python(flow_folder: FlowFolder) -> None:
    flow_folder.write("price.yaml", FLOW)
    flow_folder.write(
        "test_price.py",
        """
        import pytest

        from flowtests import FlowTestError, Refused, stub

        pytestmark = pytest.mark.flow("tests.shop.price")


        def test_right(flow):
            run = flow.run(inputs={"amount": 4}, stubs={"ask": {"body": "2"}})
            assert run.state == "SUCCESS"
            assert run.states == {"ask": "SUCCESS", "total": "SUCCESS"}
            assert run.outputs["total"] == {"value": "8"}
            assert run.render("{{ outputs.ask.body }}{{ inputs.amount }}") == "24"


        def test_failed_stub(flow):
            run = flow.run(stubs={"ask": stub(state="FAILED")})
            assert (run.state, run.states) == ("FAILED", {"ask": "FAILED"})


        def test_mistakes(flow):
            with pytest.raises(FlowTestError, match="no task 'aks'. Did you mean 'ask'"):
                flow.run(stubs={"aks": {}})
            with pytest.raises(FlowTestError, match="no input 'amuont'. Did you mean 'amount'"):
                flow.run(inputs={"amuont": 1})
            with pytest.raises(FlowTestError, match="cannot be given the state 'FINE'"):
                stub(state="FINE")
            with pytest.raises(Refused, match="Invalid value for input `amount`"):
                flow.run(inputs={"amount": "many"})


        def test_wrong(flow):
            assert flow.run(stubs={"ask": {"body": "2"}}).outputs["total"]["value"] == "7"
        """,
    )
    report = flow_folder.run()
    assert {result.name: result.outcome for result in report.results} == {
        "price.yaml::price": "passed",
        "test_price.py::test_right": "passed",
        "test_price.py::test_failed_stub": "passed",
        "test_price.py::test_mistakes": "passed",
        "test_price.py::test_wrong": "failed",
    }
    assert "'6' == '7'" in report.failures[0].message

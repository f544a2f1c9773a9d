"""Typical wrong answers of lesson 14, each with a part of the hint it must get."""

import atexit
from functools import cache

from flowtests import FlowTestStack


@cache
def _test_stack():
    """One stack for all checks of this lesson, which otherwise start one each."""
    stack = FlowTestStack()
    atexit.register(stack.close)
    return stack


def _cases(text):
    def answer(lab):
        _test_stack()
        lab.kestra.import_flow(lab.settings.root / "flows" / "14_order_approval.yaml")
        return text

    return answer


CASE = "- id: mine\n  fixtures: {{inputs: {{amount: {}}}, tasks: [{{id: ask_manager{}}}]}}\n  {}\n"
APPROVED = 'assertions: [{value: "{{ outputs.approve.value }}", equalTo: approved}]'
DECIDED = 'assertions: [{value: "{{ outputs.decision.value }}", equalTo: %s}]'
ANY = "expect: {state: SUCCESS}"
BODY = ', outputs: {body: \'{"decision": "%s"}\'}'
TASKS = '- id: cost\n  type: io.kestra.plugin.core.debug.Return\n  format: "{}"\n'

WRONG = {
    "14.1": [
        (_cases(CASE.format(499, "", APPROVED)), "asks a manager at exactly 500 EUR, since it tries 499"),
        (_cases(CASE.format(501, "", APPROVED)), "On the flow as it is, your test fails: "),
        (_cases(CASE.format(500, BODY % "approved", ANY)), "passes whichever branch ran"),
        (_cases(CASE.format(500, "", "")), "this test asserts nothing"),
        (_cases("- id: [\n"), "no valid YAML"),
        (_cases("id: mine"), "no list of test cases"),
    ],
    "14.2": [
        (_cases(CASE.format(9999, BODY % "approved", DECIDED % "approved")), "calls every large order approved"),
        (_cases(CASE.format(9999, BODY % "declined", DECIDED % "approved")), "to equal 'approved' but was 'declined'"),
        (_cases(CASE.format(9999, BODY % "declined", DECIDED.replace("equalTo", "equalsTo") % "x")), "'equalTo'"),
    ],
    "14.3": [
        (_cases(CASE.format(9999, ", state: FAILED", "expect: {state: FAILED}")), "errors branch is switched off"),
        (_cases(CASE.format(9999, "", "expect: {tasks: {tell_sales: SUCCESS}}")), "the execution ended FAILED"),
        (_cases(CASE.format(9999, ", state: FAIL", "expect: {state: FAILED}")), "Did you mean 'FAILED'"),
    ],
    "14.4": [
        (_cases(TASKS.format("5")), "11_kg"),
        (_cases(TASKS.format("{{ inputs.kilograms > 10 ? 5 + inputs.kilograms : 5 }}")), "11_kg"),
        (_cases(TASKS.format("5").replace("id: cost", "id: price")), "Unable to find"),
        (_cases(TASKS.format("5").replace("format", "fromat")), "fromat"),
        (_cases("cost"), "no list of tasks"),
    ],
}

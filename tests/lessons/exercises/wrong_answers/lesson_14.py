"""Typical wrong answers of lesson 14, each with a part of the hint it must get."""


def _cases(text):
    def answer(lab):
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
        (
            _cases(
                CASE.format(499, "", APPROVED)
                + CASE.format(501, BODY % "approved", DECIDED % "approved").replace("mine", "other")
            ),
            "499, 501",
        ),
        (_cases(CASE.format(500, "", APPROVED.replace("approved}", "aproved}"))), "your test fails: "),
        (_cases(CASE.format(500, "", DECIDED % "approved")), "your test fails: "),
    ],
    "14.2": [
        (_cases(CASE.format(9999, BODY % "approved", DECIDED % "approved")), "calls every large order approved"),
        (_cases(CASE.format(9999, BODY % "declined", DECIDED % "approved")), "to equal 'approved' but was 'declined'"),
        (_cases(CASE.format(9999, BODY % "declined", DECIDED.replace("equalTo", "equalsTo") % "x")), "'equalTo'"),
        (_cases(CASE.format(9999, ", outputs: {body: declined}", DECIDED % "declined")), "your test fails: "),
        (_cases(CASE.format(20, BODY % "declined", DECIDED % "declined")), "your test fails: "),
        (_cases(CASE.format(9999, BODY % "declined", ANY)), "calls every large order approved"),
        (_cases("mine"), "no list of test cases"),
        (_cases("- id: ["), "no valid YAML"),
    ],
    "14.3": [
        (_cases(CASE.format(9999, ", state: FAILED", "expect: {state: FAILED}")), "errors branch is switched off"),
        (_cases(CASE.format(9999, "", "expect: {tasks: {tell_sales: SUCCESS}}")), "the execution ended FAILED"),
        (_cases(CASE.format(9999, ", state: FAIL", "expect: {state: FAILED}")), "Did you mean 'FAILED'"),
        (_cases(CASE.format(9999, ", state: FAILED", "expect: {tasks: {tell_sales: FAILED}}")), "your test fails: "),
        (
            _cases(CASE.format(9999, ", state: FAILED", "expect: {state: FAILED, tasks: {decision: NOT_RUN}}")),
            "errors branch is switched off",
        ),
        (_cases(CASE.format(20, ", state: FAILED", "expect: {tasks: {tell_sales: SUCCESS}}")), "your test fails: "),
        (_cases(CASE.format(9999, ", state: FAILED", "expect: {tasks: {tell: SUCCESS}}")), "your test fails: "),
        (_cases(CASE.format(9999, ", state: FAILED", "expect: {state: WARNING}")), "your test fails: "),
    ],
    "14.4": [
        (_cases(TASKS.format("5")), "11_kg"),
        (_cases(TASKS.format("{{ inputs.kilograms > 10 ? 5 + inputs.kilograms : 5 }}")), "11_kg"),
        (_cases(TASKS.format("5").replace("id: cost", "id: price")), "Unable to find"),
        (_cases(TASKS.format("5").replace("format", "fromat")), "fromat"),
        (_cases("cost"), "no list of tasks"),
        (_cases("- id: ["), "no valid YAML"),
        (_cases(TASKS.format("{{ inputs.kilograms - 5 }}")), "1_kg"),
        (_cases(TASKS.format("{{ inputs.kilogram > 10 ? 6 : 5 }}")), "kilogram"),
        (_cases("- id: cost\n  type: io.kestra.plugin.core.log.Log\n  message: 5\n"), "1_kg"),
    ],
}

"""Typical wrong answers of lesson 01, each with a part of the hint it must get."""


def _greeted(lab, **inputs):
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / "01_hello_world.yaml")
    return lab.kestra.execute(flow, inputs={"pause": "PT0.1S", **inputs})


def _limit(limit, behavior):
    return lambda lab: f"concurrency:\n  limit: {limit}\n  behavior: {behavior}"


def _tasks(first, second=""):
    return lambda lab: f"- id: with_tip\n  type: io.kestra.plugin.core.{first}\n{second}"


SAY = "- id: say\n  type: io.kestra.plugin.core.log.Log\n  message: "
RETURN = "debug.Return\n  format: "

WRONG = {
    "01.1": [
        (lambda lab: _greeted(lab), "Hello, Ada!"),
        (lambda lab: _greeted(lab, name="grace hopper"), "letter by letter"),
        (lambda lab: "Grace Hopper", "lab.kestra.execute"),
    ],
    "01.2": [
        (lambda lab: "loading {{ vars.file }}", "one more round"),
        (lambda lab: "loading green_tripdata.csv", "do not write it out"),
        (lambda lab: "{{ render(vars.file) }}", "it should read"),
        (lambda lab: "loading {{ render(vars.files) }}", "ended FAILED"),
        (lambda lab: 42, "asks for text"),
    ],
    "01.3": [
        (_limit(1, "FAIL"), "ended FAILED"),
        (_limit(1, "CANCEL"), "ended CANCELLED"),
        (_limit(2, "QUEUE"), "Look at the limit"),
        (_limit(0, "QUEUE"), "does not accept"),
        (lambda lab: "labels:\n  limit: one", "Look at the limit"),
    ],
    "01.4": [
        (_tasks('log.Log\n  message: "pay {{ inputs.fare * 1.2 }}"'), "a Return task has a value"),
        (_tasks(RETURN + '"{{ inputs.fare * 0.2 }}"'), "it should be 12"),
        (_tasks(RETURN + '"{{ inputs.fare * 1.2 }}"'), "Now a second task"),
        (_tasks(RETURN + '"{{ inputs.fare * 1.2 }}"', SAY + '"{{ outputs.with_tip.value }}"'), "say logged"),
        (_tasks(RETURN + '"{{ inputs.fare * 1.2 }}"', SAY + '"pay {{ outputs.tip.value }}"'), "ended FAILED"),
        (lambda lab: SAY + '"pay 12.0"', "No task called with_tip"),
    ],
}

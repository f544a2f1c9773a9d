"""Typical wrong answers of lesson 01, each with a part of the hint it must get."""


def _greeted(lab, flow_id="01_hello_world", wait=True, **inputs):
    source = (lab.settings.root / "flows" / "01_hello_world.yaml").read_text()
    flow = lab.kestra.import_flow(source.replace("01_hello_world", flow_id))
    return lab.kestra.execute(flow, inputs={"pause": "PT0.1S", **inputs}, wait=wait)


def _limit(limit, behavior):
    return lambda lab: f"concurrency:\n  limit: {limit}\n  behavior: {behavior}"


def _tasks(first, second=""):
    return lambda lab: f"- id: with_tip\n  type: io.kestra.plugin.core.{first}\n{second}"


def _indented(tasks, spaces=2):
    return "".join(" " * spaces + line for line in tasks.splitlines(keepends=True))


SAY = "- id: say\n  type: io.kestra.plugin.core.log.Log\n  message: "
RETURN = "debug.Return\n  format: "
TIP = '- id: with_tip\n  type: io.kestra.plugin.core.debug.Return\n  format: "{{ inputs.fare * 1.2 }}"\n'
PAY = SAY + '"pay {{ outputs.with_tip.value }}"\n'
GRACE = "Grace Hopper"

WRONG = {
    "01.1": [
        (lambda lab: _greeted(lab), "Hello, Ada!"),
        (lambda lab: _greeted(lab, name="grace hopper"), "letter by letter"),
        (lambda lab: "Grace Hopper", "lab.kestra.execute"),
        (lambda lab: _greeted(lab, name=f"Hello, {GRACE}!"), "says hello by itself"),
        (lambda lab: _greeted(lab, name=f"{GRACE}!"), "letter by letter"),
        (lambda lab: _greeted(lab, "01_mine", name=GRACE), "asks for one of 01_hello_world"),
        (lambda lab: _greeted(lab, name=GRACE).outputs, "is a dict"),
        (lambda lab: 1, "is an int"),
    ],
    "01.2": [
        (lambda lab: "loading {{ vars.file }}", "one more round"),
        (lambda lab: "loading green_tripdata.csv", "do not write it out"),
        (lambda lab: "{{ render(vars.file) }}", "it should read"),
        (lambda lab: "loading {{ render(vars.files) }}", "ended FAILED"),
        (lambda lab: 42, "asks for text"),
        ("loading {{ inputs.taxi }}_tripdata.csv", "Take the name from vars.file"),
        ("loading {{ render('vars.file') }}", "In quotes, vars.file is a text"),
        ("loading { render(vars.file) }", "two braces on either side"),
        ("Loading {{ render(vars.file) }}", "letter by letter"),
        ('message: "loading {{ render(vars.file) }}"', "and nothing else"),
        ("loading {{ render(file) }}", "a value has its full name"),
        ("loading {{ render(vars.file) }", "The expression is not complete"),
        ("loading {{ vars.file | render }}", "This is a function"),
        ("loading {{ render(vars.file) | small }}", "kestra.io/docs/1.3/expressions"),
    ],
    "01.3": [
        (_limit(1, "FAIL"), "ended FAILED"),
        (_limit(1, "CANCEL"), "ended CANCELLED"),
        (_limit(2, "QUEUE"), "Look at the limit"),
        (_limit(0, "QUEUE"), "does not accept"),
        (lambda lab: "labels:\n  limit: one", "Look at the limit"),
        (_limit(1, "WAIT"), "`behavior` is one of CANCEL, FAIL, QUEUE"),
        (_limit(1, "queue"), "Capitals count"),
        (_limit("one", "QUEUE"), "takes a whole number"),
        ("concurrency:\n  behavior: QUEUE", "`limit` is missing"),
        ("concurrency:\n  limit: 1\n  behaviour: QUEUE", "Did you mean `behavior`?"),
        ("concurency:\n  limit: 1", "Did you mean `concurrency`?"),
        ("limit: 1\nbehavior: QUEUE", "one level further in"),
        ("concurrency:\nlimit: 1\nbehavior: QUEUE", "`concurrency:` is a block"),
        ("concurrency:\n  - limit: 1\n  - behavior: QUEUE", "without dashes"),
        ("concurrency:\n\tlimit: 1", "is indented with a tab"),
        ("concurrency:\n  limit: 1\n   behavior: QUEUE", "1 space right of the line above it"),
        ("concurrency:\n  limit:1\n  behavior:QUEUE", "needs a space after the colon"),
        ("concurrency:\n  limit = 1", "an equals sign"),
        ("```yaml\nconcurrency:\n  limit: 1\n```", "Leave out the lines of ```"),
        ("tasks:\n  - id: x\nconcurrency:\n  limit: 1", "`tasks:` is there twice"),
        ({"limit": 1, "behavior": "QUEUE"}, "is a dict"),
    ],
    "01.4": [
        (_tasks('log.Log\n  message: "pay {{ inputs.fare * 1.2 }}"'), "a Return task has a value"),
        (_tasks(RETURN + '"{{ inputs.fare * 0.2 }}"'), "it should be 12"),
        (_tasks(RETURN + '"{{ inputs.fare * 1.2 }}"'), "Now a second task"),
        (_tasks(RETURN + '"{{ inputs.fare * 1.2 }}"', SAY + '"{{ outputs.with_tip.value }}"'), "say logged"),
        (_tasks(RETURN + '"{{ inputs.fare * 1.2 }}"', SAY + '"pay {{ outputs.tip.value }}"'), "ended FAILED"),
        (lambda lab: SAY + '"pay 12.0"', "No task called with_tip"),
        (TIP + SAY + '"pay {{ inputs.fare * 1.2 }}"', "works the sum out a second time"),
        (TIP + SAY + '"pay 12.0"', "Read the number from outputs.with_tip.value"),
        (TIP + SAY + '"pay {{ outputs.with_tip }}"', "Read the number from outputs.with_tip.value"),
        (TIP + SAY + '"pay {{ outputs.with_tip.value }} dollars"', "letter by letter"),
        (TIP.replace("* 1.2", "* 0.2") + PAY, "the tip alone"),
        (TIP.replace("inputs.", "") + PAY, "is no number, or is not there"),
        (PAY + TIP, "in the order in which they are written"),
        (TIP.replace("with_tip", "with-tip") + PAY, "ids have underscores"),
        ("tasks:\n" + _indented(TIP + PAY), "`tasks:` stands inside `tasks:`"),
        (f"id: mine\nnamespace: zoomcamp\ntasks:\n{TIP}{PAY}", "`tasks:` stands inside `tasks:`"),
        (TIP.replace("  format", "   format") + PAY, "1 space right of the line above it"),
        (TIP.replace("  type", "\ttype") + PAY, "is indented with a tab"),
        (TIP.replace("- id", "-id") + PAY, "needs a space after the dash"),
        (TIP.replace('"', "") + PAY, "Put quotes around the expression"),
        (TIP.replace("debug.Return", "log.Return") + PAY, "Did you mean `io.kestra.plugin.core.debug.Return`?"),
        (TIP + PAY.replace("log.Log", "log.log"), "Types are listed with their properties at"),
        (TIP + PAY.replace("message", "format"), "`format` is no property of Log, which has description"),
        ("with_tip:\n  type: io.kestra.plugin.core.log.Log", "each of its entries begins with a dash"),
    ],
}

RIGHT = {
    "01.1": [lambda lab: _greeted(lab, wait=False, name=GRACE)],
    "01.2": ["loading {{render(vars.file)}}", "{{ 'loading ' ~ render(vars.file) }}"],
    "01.3": ["concurrency: {limit: 1, behavior: QUEUE}", "concurrency:\n  limit: 1"],
    "01.4": [
        _indented(TIP + "\n\n" + PAY, 4),
        TIP.replace("inputs.fare * 1.2", "inputs.fare + inputs.fare * 0.2") + PAY + "  level: WARN",
        "- id: with_tip\n  type: io.kestra.plugin.core.output.OutputValues\n  values:\n    sum: "
        + '"{{ inputs.fare * 120 / 100 }}"\n'
        + PAY.replace("value", "values.sum"),
    ],
}

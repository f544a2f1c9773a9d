"""Typical wrong answers of lesson 16, each with a part of the hint it must get."""

INPUT = "- id: strict\n  type: {}\n  defaults: {}\n"
LOOP = """- id: each_region
  type: io.kestra.plugin.core.flow.{}
  values: [north, south, west]
  tasks:
    - id: name
      type: io.kestra.plugin.core.debug.Return
      format: "{}"
"""
OUTPUTS = """  outputs:
    - id: name
      type: STRING
      value: "{{ outputs.name.value }}"
"""
JOINED = '- id: joined\n  type: io.kestra.plugin.core.debug.Return\n  format: "{}"\n'
UPPER = "{{ item.value | upper }}"
JOIN = "{{ loopOutputs(outputs.each_region.outputs, 'name') | join(', ') }}"
NINE = JOINED.format(JOIN)

WRONG = {
    "16.1": [
        (INPUT.format("BOOLEAN", "true"), "Invalid type: BOOLEAN"),
        (INPUT.format("STRING", "'true'"), "true and false both count as on"),
        (INPUT.format("bool", "true"), "does not take it"),
        (INPUT.format("INT", "1"), "does not take the value"),
        (INPUT.format("BOOL", "true").replace("strict", "strikt"), "strict"),
        ("strict", "no list"),
        ("- id: [", "no valid YAML"),
    ],
    "16.2": [
        (LOOP.format("ForEach", UPPER), "Invalid type"),
        (LOOP.format("Loop", "{{ taskrun.value | upper }}"), "the run ends FAILED"),
        (LOOP.format("Loop", "{{ item.value }}"), "in capitals"),
        (LOOP.format("Loop", "{{ item | upper }}"), "whole round"),
        (LOOP.format("Loop", UPPER).replace("id: name", "id: region"), "No task `name` ran"),
        (LOOP.format("Loop", "{{ item.value | uper }}"), "the run ends FAILED"),
        ("loop", "no list"),
    ],
    "16.3": [
        (LOOP.format("Loop", UPPER), "No task `joined` ran"),
        (LOOP.format("Loop", UPPER) + JOINED.format("{{ outputs.name['north'].value }}"), "the run ends FAILED"),
        (LOOP.format("Loop", UPPER) + NINE, "FAILED"),
        (
            LOOP.format("Loop", UPPER) + OUTPUTS + JOINED.format("{{ outputs.each_region.outputs[0].outputs.name }}"),
            "without SOUTH",
        ),
        (LOOP.format("Loop", "{{ item.value }}") + OUTPUTS + NINE, "without NORTH"),
        (LOOP.format("Loop", UPPER) + OUTPUTS + NINE.replace("joined", "all"), "No task `joined` ran"),
        (LOOP.format("ForEach", UPPER) + NINE, "Invalid type"),
    ],
    "16.4": [
        ("{{ true }}", "fires on Saturday too"),
        ("{{ isWeekend(trigger.date) }}", "fires on Saturday too"),
        ("isWeekend(trigger.date)", "one expression in a text"),
        ("{{ isDayWeekInMonth(trigger.date, 'MONDAY', 'FIRST') }}", "five working days"),
        ("{{ false }}", "no day"),
        (["{{ true }}"], "one expression in a text"),
        (7, "one expression in a text"),
    ],
}
RIGHT = {
    "16.1": [INPUT.format("BOOL", "false")],
    "16.2": [LOOP.format("Loop", "{{item.value|upper}}")],
    "16.3": [LOOP.format("Loop", "{{ item.value }}") + OUTPUTS + JOINED.format(f"{JOIN[:-3]} | upper }}}}")],
    "16.4": ["{{ isWeekend(trigger.date) == false }}"],
}

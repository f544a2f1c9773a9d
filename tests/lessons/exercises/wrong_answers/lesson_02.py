"""Typical wrong answers of lesson 02, each with a part of the hint it must get."""

READ = 'import json, os\nfrom kestra import Kestra\nfares = json.loads(os.environ["FARES"])\n'
AVERAGE = READ + "average = sum(fares) / len(fares)\n"


def _cleaned(lab, fares):
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / "02_python.yaml")
    return lab.kestra.execute(flow, inputs={"fares": fares})


def _script(text):
    return lambda lab: text


WRONG = {
    "02.1": [
        (lambda lab: _cleaned(lab, [1.0, -1.0, 0.0]), "Its counter says 2"),
        (lambda lab: [0.0, 0.0, 0.0, 0.0], "lab.kestra.execute"),
    ],
    "02.2": [
        (_script(AVERAGE + "print(average)"), "printing is not an output"),
        (_script(AVERAGE + 'Kestra.outputs({"mean": average})'), "asks for `average`"),
        (_script(AVERAGE + 'Kestra.outputs({"average": 15.0})'), "computed from FARES"),
        (_script(AVERAGE + "return average"), "The script itself failed"),
        (_script(AVERAGE + "import pandas"), "No module named 'pandas'"),
    ],
    "02.3": [
        (_script(READ + 'Kestra.outputs({"long_rides": 2})'), "That is an output"),
        (_script(READ + 'Kestra.counter("long_rides", sum(fare >= 50 for fare in fares))'), "is not above 50"),
        (_script(READ + 'Kestra.counter("long_rides", len(fares))'), "of them are above"),
        (_script(READ + 'Kestra.counter("rides", 2)'), "No metric called long_rides"),
        (_script(READ + 'print("long_rides", 2)'), "No metric called long_rides"),
    ],
}

"""Typical wrong answers of lesson 02, each with a part of the hint it must get."""

READ = 'import json, os\nfrom kestra import Kestra\nfares = json.loads(os.environ["FARES"])\n'
AVERAGE = READ + "average = sum(fares) / len(fares)\n"
CUMULATIVE = 'n = 0\nfor fare in fares:\n    if fare > 50:\n        n += 1\n        Kestra.counter("long_rides", n)'


def _cleaned(lab, fares):
    flow = lab.kestra.import_flow(lab.settings.root / "flows" / "02_python.yaml")
    return lab.kestra.execute(flow, inputs={"fares": fares})


def _script(text):
    return lambda lab: text


WRONG = {
    "02.1": [
        (lambda lab: _cleaned(lab, [1.0, -1.0, 0.0]), "Its counter says 2"),
        (lambda lab: [0.0, 0.0, 0.0, 0.0], "lab.kestra.execute"),
        (lambda lab: _cleaned(lab, [1.0, 2.0, 3.0, 4.0]), "Its counter says 0, and you passed 4 fares"),
        (lambda lab: _cleaned(lab, [0.0] * 5), "Its counter says 5"),
        (lambda lab: _cleaned(lab, [0.0] * 4).outputs, "is a dict"),
        (lambda lab: _cleaned(lab, [4.0]), "and you passed 1 fare. Fares"),
        (lambda lab: lab.kestra.metrics(_cleaned(lab, [0.0] * 4)), "is a list"),
        (lambda lab: _cleaned(lab, [0.0] * 4).id, "is a str"),
    ],
    "02.2": [
        (_script(AVERAGE + "print(average)"), "printing is not an output"),
        (_script(AVERAGE + 'Kestra.outputs({"mean": average})'), "asks for `average`"),
        (_script(AVERAGE + 'Kestra.outputs({"average": 15.0})'), "computed from FARES"),
        (_script(AVERAGE + "return average"), "The script itself failed"),
        (_script(AVERAGE + "import pandas"), "No module named 'pandas'"),
        (_script(AVERAGE + 'Kestra.outputs({"average": round(average)})'), "it was rounded on the way"),
        (_script(AVERAGE + 'Kestra.outputs({"average": int(average)})'), "it was rounded on the way"),
        (_script(AVERAGE + 'Kestra.counter("average", average)'), "That is a metric"),
        (_script(AVERAGE + 'Kestra.outputs({"average": [average]})'), "wants one number, without brackets"),
        (_script(AVERAGE + 'Kestra.outputs({"average": fares})'), "wants one number, without brackets"),
        (_script(AVERAGE + 'Kestra.outputs({"average": "average"})'), "no quotes, no unit"),
        (_script(AVERAGE + 'Kestra.outputs({"average": f"{average} USD"})'), "no quotes, no unit"),
        (_script(AVERAGE + 'Kestra.outputs({"average": sum(fares)})'), "computed from FARES"),
        (_script(AVERAGE + "Kestra.outputs(average)"), "got no dict"),
        (_script(AVERAGE + "Kestra.outputs(average=average)"), "unexpected keyword argument"),
        (_script(AVERAGE + "Kestra.outputs({average: average})"), "asks for `average`"),
        (_script(AVERAGE + 'outputs = {"average": average}'), "printing is not an output"),
        (_script(AVERAGE + 'print(f"{{average}}")'), "before Python sees it"),
    ],
    "02.3": [
        (_script(READ + 'Kestra.outputs({"long_rides": 2})'), "That is an output"),
        (_script(READ + 'Kestra.counter("long_rides", sum(fare >= 50 for fare in fares))'), "is not above 50"),
        (_script(READ + 'Kestra.counter("long_rides", len(fares))'), "of them are above"),
        (_script(READ + 'Kestra.counter("rides", 2)'), "No metric called long_rides"),
        (_script(READ + 'print("long_rides", 2)'), "No metric called long_rides"),
        (_script(READ + 'Kestra.counter("long_ride", 2)'), "but one called long_ride"),
        (_script(READ + 'Kestra.timer("long_rides", sum(fare > 50 for fare in fares))'), "arrived as a timer"),
        (_script(READ + 'Kestra.counter("long_rides", sum(fare for fare in fares if fare > 50))'), "fares added up"),
        (_script(READ + 'Kestra.counter("long_rides", [fare for fare in fares if fare > 50])'), "no single number"),
        (_script(READ + 'Kestra.counter("long_rides", 2)'), "1 of them are above"),
        (_script(READ + CUMULATIVE), "a counter adds up"),
        (_script(READ + "for fare in fares:\nif fare > 50:\n    pass"), "expected an indented block"),
        (_script(READ + 'Kestra.counter("long_rides", sum(fare > "50" for fare in fares))'), "'>' not supported"),
    ],
}

RIGHT = {
    "02.1": [lambda lab: _cleaned(lab, [5.0, 0.0, 0.0, -1.0, -2.5])],
    "02.2": [
        _script(AVERAGE + 'Kestra.outputs({"average": round(average, 2), "fares": len(fares)})'),
        _script(AVERAGE + 'print(\'::{"outputs": {"average": \' + str(average) + "}}::")'),
    ],
    "02.3": [
        _script(READ + 'Kestra.counter("long_rides", len([fare for fare in fares if fare > 50]))'),
        _script(READ + 'for fare in fares:\n    if fare > 50:\n        Kestra.counter("long_rides", 1)'),
    ],
}

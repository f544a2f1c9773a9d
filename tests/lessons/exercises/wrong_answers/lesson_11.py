"""Typical wrong answers of lesson 11, each with a part of the hint it must get."""

from functools import cache

BUCKET, FOLDER = "static-staging.flowio.app", "resources/kestra_test/"
TABLE = "lesson11_lens"


@cache
def _flow(lab):
    """The practice flow of the lesson, with two files loaded by hand."""
    source = (lab.settings.root / "flows" / "s3-json-ingestion.yaml").read_text()
    for old, new in {
        "interval: PT1M": "stateTtl: PT1S\n    interval: PT1S",
        "id: s3-json-ingestion": "id: s3-json-ingestion_practice",
        "defaults: lens_results": f"defaults: {TABLE}",
    }.items():
        source = source.replace(old, new)
    lab.kestra.namespace_files("com.flowio").upload(lab.settings.root / "flows" / "files" / "com.flowio")
    flow = lab.kestra.import_flow(source)
    for number in (0, 1):
        lab.s3.upload(lab.dataset.lens(number), BUCKET, f"tests/lens-{number}.json")
        lab.kestra.execute(flow, inputs={"s3_key": f"tests/lens-{number}.json"})
    return flow


def _by_hand(lab):
    return lab.kestra.executions(_flow(lab))[0]


def _dropped(name, number=7, cut=None):
    def answer(lab):
        before = lab.kestra.executions(_flow(lab))
        lab.s3.upload(lab.dataset.lens(number)[:cut], BUCKET, FOLDER + name)
        return lab.kestra.triggered(_flow(lab), "s3_trigger", known=before, check=False)[0]

    return answer


def _loaded(condition):
    def answer(lab):
        _flow(lab)
        return condition

    return answer


def _trigger(*lines, name="watch", bucket=BUCKET):
    head = (f"- id: {name}", "type: io.kestra.plugin.aws.s3.Trigger", f"bucket: {bucket}")
    return "\n  ".join((*head, *lines))


PREFIX, DELIMITER, REGEXP, ACTION = "prefix: lessons/incoming/", "delimiter: /", r"regexp: .*\.csv", "action: DELETE"

WRONG = {
    "11.1": [
        (_by_hand, "started this one yourself"),
        (_dropped("lens-7.json"), "The exercise asks for one for resources/kestra_test/mine.json"),
        (_dropped("mine.json", 3), "but 3"),
        (_dropped("mine.json", cut=500), "but something else"),
        (lambda lab: [_by_hand(lab)], "The answer is a list"),
        (_dropped("mine.json.txt"), "The exercise asks for one for resources/kestra_test/mine.json"),
        (_dropped("mine.json", 0), "but 0"),
        (lambda lab: lab.s3.upload(lab.dataset.lens(7), BUCKET, "lessons/mine.json"), "The answer is a str"),
        (_dropped("Mine.json"), "The exercise asks for one for resources/kestra_test/mine.json"),
        (lambda lab: _by_hand(lab).id, "The answer is a str"),
    ],
    "11.2": [
        (_loaded("true"), "has no currency"),
        (_loaded("stock_information = 'in stock'"), "No row fits. The texts in stock_information are 'In stock'"),
        (_loaded("extracted_price > 0"), "out of stock, too"),
        (_loaded("stock_information != 'Out of stock' AND extracted_price > 0"), "Limited stock"),
        (_loaded("stock_information LIKE '%stock'"), "has the word stock in it"),
        (_loaded("stock_information = 'Out of stock'"), "that are gone"),
        (_loaded("stock_information = 'In stock' AND extracted_price < 100"), "are in stock"),
        (_loaded("stock = 'In stock'"), "ClickHouse does not take this condition"),
        (_loaded('extracted_price IS NOT NULL AND stock_information = "In stock"'), "single quotes"),
        (_loaded("WHERE extracted_price > 0"), "begins behind WHERE"),
        (_loaded("stock_information = true"), "does not take this condition"),
        (_loaded("price != '' AND stock_information = 'Limited stock'"), "Those are the ones that are nearly gone"),
        (_loaded("extracted_price > 0 OR stock_information = 'In stock'"), "out of stock, too"),
        (_loaded(["In stock"]), "asks for text"),
    ],
    "11.3": [
        (_trigger(PREFIX, DELIMITER, ACTION), "note.txt, too"),
        (_trigger(PREFIX, REGEXP, ACTION), "Which property stops at the next slash"),
        (_trigger(PREFIX, DELIMITER, r"regexp: .*\.csv.*", ACTION), "about.csv.txt"),
        (_trigger(PREFIX, DELIMITER, r"regexp: \.csv", ACTION), "It hands out nothing"),
        (_trigger(PREFIX, DELIMITER, REGEXP, "action: NONE"), "still in the folder"),
        (
            _trigger(PREFIX, DELIMITER, REGEXP, "action: MOVE", f"moveTo: {{key: lessons/done, bucket: {BUCKET}}}"),
            "They were moved",
        ),
        (_trigger(PREFIX, DELIMITER, r"regexp: .*monday\.csv", ACTION), "monday.csv and tuesday.csv were to be"),
        (_trigger(PREFIX, DELIMITER, REGEXP, "action: REMOVE"), "there are MOVE, DELETE, NONE"),
        (_trigger(PREFIX, DELIMITER, REGEXP), "Its action is None"),
        (_trigger(PREFIX, ACTION, name="mine"), "asks for the id watch"),
        (_trigger(PREFIX, ACTION, bucket="lessons"), "The files are in"),
        (_trigger("prefix: lessons/incoming", DELIMITER, REGEXP, ACTION), "It hands out nothing"),
        (_trigger("prefix: incoming/", DELIMITER, REGEXP, ACTION), "It hands out nothing"),
        (_trigger(PREFIX, DELIMITER, "regexp: monday.csv|tuesday.csv", ACTION), "It hands out nothing"),
        (_trigger(PREFIX, DELIMITER, r"regexp: '*.csv'", ACTION), "no regular expression"),
        (_trigger(PREFIX, DELIMITER, 'regexp: ".*\\.csv"', ACTION), "This is no YAML"),
        (_trigger(PREFIX, DELIMITER, REGEXP, "action: delete"), "there are MOVE, DELETE, NONE"),
        (_trigger(PREFIX, DELIMITER, REGEXP, ACTION, "pattern: x"), "does not accept"),
        (_trigger(PREFIX, DELIMITER, REGEXP, ACTION).replace("s3.Trigger", "s3.List"), "does not accept"),
        ("id: watch", "Write a list with one trigger"),
        ("- id: [watch", "This is no YAML"),
    ],
}

RIGHT = {
    "11.1": [_dropped("mine.json")],
    "11.2": [
        _loaded("stock_information = 'In stock' AND extracted_price > 0"),
        _loaded("stock_information IN ('In stock') AND isNotNull(extracted_price)"),
    ],
    "11.3": [
        _trigger(PREFIX, DELIMITER, 'regexp: ".*[.]csv"', ACTION),
        _trigger(PREFIX, "regexp: lessons/incoming/[a-z]+\\.csv", ACTION, "maxKeys: 5"),
    ],
}

"""Typical wrong answers of lesson 10, each with a part of the hint it must get."""

from functools import partial

from tests.lessons.exercises.wrong_answers.readings import HEADER, READINGS, run

DAMAGED_KEY, SUPPLIER_KEY = "lessons/10/damaged.csv", "lessons/10/supplier.csv"
ROW = b"2025-09-02T%02d:00:00Z\tsensor-101\ttemperature\t%d.5\tGew\xe4chshaus \x96 S\xfcd\tsouth\r\n"
TAB = {"delimiter": "\\t"}
SMALL = HEADER + "2025-09-01T00:00:00Z,d1,temperature,1.5,here,west\n"


def _good():
    """61 lines, the first one with the names of the columns."""
    return [line.replace(",", ";") for line in READINGS.replace('"', "").replace(", ", " ").splitlines()[:61]]


def _damaged():
    """The lesson's file: of 61 rows, four are bad."""
    lines = _good()
    lines.append(lines[1])
    lines[7] = ";".join(lines[7].split(";")[:5])
    lines[20] = lines[20].replace("2025-09", "2025-13")
    lines[33] = lines[33].replace(".", ",")
    return "\n".join(lines).encode()


def _pair(stores):
    return partial(run, table_name="lesson_10_pair", stores=stores)


def _of_damaged(content=None, table_name="lesson_10_damaged", key=DAMAGED_KEY, **inputs):
    return partial(run, key=key, content=content or _damaged(), table_name=table_name, **inputs)


def _supplier(table_name="lesson_10_supplier", **inputs):
    rows = b"".join(ROW % (hour, 18 + hour % 6) for hour in range(24))
    return partial(run, key=SUPPLIER_KEY, content=rows, table_name=table_name, **inputs)


def _grown(lab):
    """The pair's table still has what an earlier, larger file brought."""
    run(lab, table_name="lesson_10_pair", stores=["clickhouse", "qdrant"])
    return run(lab, content=SMALL.encode(), table_name="lesson_10_pair", stores=["clickhouse", "qdrant"])


def _after(first, answer):
    """The answer, with another file in its table."""

    def prepared(lab):
        first(lab)
        return answer(lab)

    return prepared


def _in_empty(table, answer):
    """The answer, with nothing in its table before."""
    return _after(lambda lab: lab.drop_table(table), answer)


SEMICOLON = {"delimiter": ";"}
WINDOWS = {**TAB, "encoding": "windows-1252"}

WRONG = {
    "10.1": [
        (partial(run, table_name="lesson_10"), "`table_name` is to be lesson_10_pair"),
        (partial(run, key="lessons/10/nothing.csv", content=b""), "ended FAILED"),
        (partial(run, key="lessons/10/other.csv", table_name="lesson_10_pair"), "Set the input `s3_key`"),
        (_pair(["timescaledb", "clickhouse", "elasticsearch", "qdrant"]), "takes a list"),
        (_pair(["timescaledb", "elasticsearch"]), "The branches of timescaledb, elasticsearch ran"),
        (_pair(["qdrant"]), "clickhouse was left out"),
        (_pair(["clickhouse"]), "qdrant was left out"),
        (_grown, "an earlier file was larger"),
        (["clickhouse", "qdrant"], "Put what lab.kestra.execute"),
        (lambda lab: _pair(["clickhouse", "qdrant"])(lab).id, "The answer is a str"),
    ],
    "10.2": [
        (_of_damaged(), "It was cut with ','"),
        (_of_damaged(**SEMICOLON), "you accept 5 %"),
        (_of_damaged(**SEMICOLON, max_reject_percent=6), "you accept 6 %"),
        (_of_damaged(**SEMICOLON, max_reject_percent=10), "With 10 % it is in"),
        (_of_damaged(**SEMICOLON, max_reject_percent=100), "With 100 % it is in"),
        (_of_damaged(table_name="lesson_10_broken", **SEMICOLON, max_reject_percent=7), "is to be lesson_10_damaged"),
        (_of_damaged(key="lessons/10/broken.csv", **SEMICOLON, max_reject_percent=7), "Set the input `s3_key`"),
        (_of_damaged("\n".join(_good()).encode(), **SEMICOLON, max_reject_percent=7), "Upload it again"),
        (
            _after(partial(run, table_name="lesson_10_damaged"), _of_damaged(**SEMICOLON, max_reject_percent=7)),
            'lab.drop_table("lesson_10_damaged") clears it',
        ),
        (7, "The answer is an int"),
        ({"delimiter": ";", "max_reject_percent": 7}, "The answer is a dict"),
    ],
    "10.3": [
        (_supplier(), "It was cut with ','"),
        (_supplier(**TAB), "rejects.csv"),
        (_supplier(**TAB, encoding="utf-8", max_reject_percent=100), "ended FAILED"),
        (_in_empty("lesson_10_supplier", _supplier(**TAB, encoding="latin-1")), "What is between the words"),
        (_supplier(**WINDOWS, header="present"), "ended FAILED"),
        (_supplier(**WINDOWS, header="present", max_reject_percent=100), "ended FAILED"),
        (_supplier("supplier", **WINDOWS), "is to be lesson_10_supplier"),
        (_supplier(**WINDOWS, stores=["timescaledb", "clickhouse", "qdrant"]), "elasticsearch was not loaded"),
        (partial(run, table_name="lesson_10_supplier"), "Set the input `s3_key`"),
        (
            _after(partial(run, table_name="lesson_10_supplier"), _supplier(**WINDOWS)),
            'lab.drop_table("lesson_10_supplier") clears it',
        ),
    ],
}

RIGHT = {
    "10.1": [_pair(["qdrant", "clickhouse"]), partial(_pair(["clickhouse", "qdrant"]), wait=False)],
    "10.2": [
        _in_empty("lesson_10_damaged", _of_damaged(**SEMICOLON, max_reject_percent=6.6)),
        _of_damaged(**SEMICOLON, max_reject_percent=7),
    ],
    "10.3": [
        _in_empty("lesson_10_supplier", _supplier(delimiter="\t", encoding="windows-1252")),
        _supplier(**WINDOWS, header="absent"),
    ],
}

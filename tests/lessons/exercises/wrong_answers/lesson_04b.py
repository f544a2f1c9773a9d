"""Typical wrong answers of lesson 04b, each with a part of the hint it must get."""

import hashlib

from workbook.exercises.lesson_04b import APRIL, DROPOFF, KEY, PICKUP

TIMES = ("2020-12-01 08:00:00", "2020-12-01 08:10:00")


def _load(lab, month="04"):
    flow = lab.kestra.import_flow("flows/04_postgres_taxi_improved.yaml")
    return lab.kestra.execute(flow, inputs={"taxi": "green", "year": "2020", "month": month})


def _none_loaded(lab):
    lab.postgres.drop("green_trips")
    return "7YNsZK0EX3ITd5T5Yw2S9M"


def _april(lab):
    lab.postgres.drop("green_trips")
    return _load(lab)


def _after(answer):
    def loaded(lab):
        _load(lab)
        return answer

    return loaded


def _another_month(lab):
    _load(lab)
    return _load(lab, "05").id


def _second_load(lab):
    _load(lab)
    return _load(lab).id


def _sha256(parts, between="|"):
    return hashlib.sha256(between.join(parts).encode()).hexdigest()


WRONG = {
    "04b.1": [
        (_none_loaded, "has no trip of"),
        (_april, "ask green_trips for the column"),
        (_second_load, "added nothing"),
        (_another_month, "loaded green_tripdata_2020-05.csv"),
        (1, "load_id"),
        (_after(APRIL), "the file's name"),
        (_after("7YNsZK0EX3ITd5T5Yw2S9M"), "is in no row"),
        (["7YNsZK0EX3ITd5T5Yw2S9M"], "asks for text"),
    ],
    "04b.2": [
        (_sha256(KEY[1:]), "The vendor is left out"),
        (_sha256(("", *TIMES, *KEY[3:])), "seconds since 1970"),
        (_sha256(KEY, ""), "Nothing stands between"),
        (_sha256((*KEY[:5], "52.0", "17.5")), "lost a digit"),
        (hashlib.sha256("|".join(KEY).encode()).digest(), "Those are bytes"),
        (hashlib.md5("|".join(KEY).encode()).hexdigest(), "32 digits"),
        (_sha256(("None", *KEY[1:])), "the text None"),
        (_sha256(("NULL", *KEY[1:])), "the text NULL"),
        (_sha256(("", f"{PICKUP}.0", f"{DROPOFF}.0", *KEY[3:])), "no .0 behind them"),
        (_sha256(("", str(int(PICKUP) + 3600), str(int(DROPOFF) + 3600), *KEY[3:])), "another time zone"),
        (_sha256((*KEY[:5], KEY[6], KEY[5])), "The distance stands before"),
        (_sha256(KEY).upper(), "small letters"),
        ("|".join(KEY), "what is hashed"),
        (_sha256(("trip",)), "of something else"),
        ("trip", "64 hexadecimal digits"),
    ],
}
RIGHT = {"04b.1": [lambda lab: _april(lab).id]}

"""io.kestra.plugin.serdes.json: JSON to ION and back."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra
from tests.wire.kestra_tasks.files import MOMENTS, convert, converted, file, rows


def read(kestra: Kestra, text: str, **properties: Any) -> list[Any]:
    return rows(kestra, converted(kestra, text, "json.JsonToIon", **properties))


def write(kestra: Kestra, ion: str, **properties: Any) -> str:
    run = converted(kestra, ion, "json.IonToJson", **properties)
    return kestra.text(run.outputs()["uri"])


@pytest.mark.parametrize(
    ("text", "properties", "expected"),
    [
        (
            '{"a":1,"b":null}\n{"a":"x","c":[1,{"d":2.5}]}\n',
            {},
            [{"a": 1, "b": None}, {"a": "x", "c": [1, {"d": 2.5}]}],
        ),
        ("[1,2]\n3\n", {}, [[1, 2], 3]),
        ('[{"a":1},\n {"a":2}]', {"newLine": False}, [{"a": 1}, {"a": 2}]),
        ('{"a":\n1}', {"newLine": False}, [{"a": 1}]),
        ("[]", {"newLine": False}, []),
        ('{"a":12345678901234567890,"b":true}', {}, [{"a": 12345678901234567890, "b": True}]),
        ("", {}, []),
    ],
)
def test_records_of_a_json_file(kestra: Kestra, text: str, properties: dict[str, Any], expected: list[Any]) -> None:
    assert read(kestra, text, **properties) == expected


def test_charset_of_json(kestra: Kestra) -> None:
    assert read(kestra, '{"a":"é"}', charset="ISO-8859-1") == [{"a": "Ã©"}]


@pytest.mark.parametrize("text", ['{"a":1', "[1,2", "nonsense"])
def test_what_is_no_json_fails(kestra: Kestra, text: str) -> None:
    assert kestra.failure(file(text), convert("json.JsonToIon"))
    assert kestra.failure(file(text), convert("json.JsonToIon", newLine=False))


@pytest.mark.parametrize(
    ("ion", "properties", "expected"),
    [
        ('{a:1,b:null}\n{a:"x",c:[1,{d:2.5}]}', {}, '{"a":1}\n{"a":"x","c":[1,{"d":2.5}]}\n'),
        ("{a:1}\n{a:2}\n{a:3}", {"newLine": False}, '[{"a":1},{"a":2},{"a":3}]'),
        ("{a:1}", {"newLine": False}, '{"a":1}'),
        ("", {"newLine": False}, ""),
        ("", {}, ""),
        ("{a:[x::'y', z::\"t\"]}", {}, '{"a":["y","t"]}\n'),
        (
            "{a:[x::'y', z::\"t\"]}",
            {"shouldKeepAnnotations": True},
            '{"a":[{"ion_annotations":["x"],"value":"y"},{"ion_annotations":["z"],"value":"t"}]}\n',
        ),
        ('{date:"2021-05-05"}\n{date:1.5}', {"shouldKeepAnnotations": True}, '{"date":"2021-05-05"}\n{"date":1.5}\n'),
        ("{a:1}\n{a:null}", {"shouldKeepAnnotations": True, "newLine": False}, '[{"a":1},{"a":null}]'),
    ],
)
def test_json_of_an_ion_file(kestra: Kestra, ion: str, properties: dict[str, Any], expected: str) -> None:
    assert write(kestra, ion, **properties) == expected


def test_dates_and_times_as_json(kestra: Kestra) -> None:
    found = json.loads(write(kestra, MOMENTS, timeZoneId="Europe/Lisbon"), parse_float=Decimal)
    assert found == {
        "String": "string",
        "Int": 2,
        "Float": Decimal("3.2"),
        "Decimal": Decimal("1.10"),
        "Instant": "2021-05-05T10:21:12.123Z",
        "ZonedDateTime": "2021-05-05T12:21:12.123456+02:00",
        "LocalDateTime": "2021-05-05T12:21:00",
        "OffsetDateTime": "2021-05-05T12:21:12.123456+02:00",
        "LocalDate": "2021-05-05",
        "LocalTime": "12:21:12.123456",
        "OffsetTime": "12:21:12.123456+02:00",
    }


def test_moments_beside_annotations_are_in_the_zone_of_the_task(kestra: Kestra) -> None:
    found = write(kestra, "{t:2021-05-05T10:21:12.123Z}", timeZoneId="Europe/Lisbon", shouldKeepAnnotations=True)
    assert json.loads(found) == {"t": "2021-05-05T11:21:12.123+01:00[Europe/Lisbon]"}


def test_the_files_end_as_their_form_does(kestra: Kestra) -> None:
    assert converted(kestra, "{a:1}", "json.IonToJson").outputs()["uri"].endswith(".jsonl")
    assert converted(kestra, "{a:1}", "json.IonToJson", newLine=False).outputs()["uri"].endswith(".json")


def test_the_older_names(kestra: Kestra) -> None:
    run = kestra.ok(file('{"a":1}\n'), convert("json.JsonReader", id="read"), convert("json.JsonWriter", "read"))
    assert kestra.text(run.outputs()["uri"]) == '{"a":1}\n'
    assert run.metric("records")["value"] == 1

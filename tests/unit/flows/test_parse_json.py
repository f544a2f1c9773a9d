"""Task parse of s3-json-ingestion, as a function: both providers' forms, and what cannot be right."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.columns import MATCH, MATCH_ID
from ingestion.matches import Image, Price, Search, text, whole
from ingestion.parse_json import parse, read_searches, write_rows


def search(*matches: Any, **response: Any) -> dict[str, Any]:
    """A search with these visual matches."""
    return {
        "timestamp": "2025-09-01T08:00:00Z",
        "source_image_url": "https://images.example.com/1.jpg",
        "api_response": {"visual_matches": list(matches), **response},
    }


def test_a_match_fills_every_column() -> None:
    match = {"position": 3, "title": "Lamp", "price": "$5*", "extracted_price": 5.004, "currency": "$", "original": "o"}
    [row], rejects = parse([search(match, search_parameters={"q": "lamp", "type": "all"})])
    assert not rejects
    assert list(row) == [column.name for column in (MATCH_ID, *MATCH)]
    wanted = {"timestamp": "2025-09-01T08:00:00.000Z", "result_position": 3, "score": 0.33, "title": "Lamp"}
    wanted |= {"price": "$5*", "extracted_price": 5.0, "currency": "USD", "image_url": "o", "search_query": "lamp"}
    wanted |= {"feature_type": "visual_match", "partial_matches": 1, "full_matches": 0, "best_guess_labels": "lamp"}
    wanted |= {"extensions": [], "link": None, "image_width": None, "search_type": "all"}
    assert row | wanted == row


def test_the_id_follows_from_what_makes_a_match_one() -> None:
    [first], _ = parse([search({"title": "a"})])
    [again], _ = parse([search({"title": "b"})])
    [second], _ = parse([search({"title": "a", "position": 2})])
    assert first["id"] == again["id"] != second["id"]


@pytest.mark.parametrize(
    ("match", "price"),
    [
        ({"price": "$5", "extracted_price": 5, "currency": "€"}, Price("$5", 5, "EUR")),
        ({"price": {"value": "5 €", "extracted_value": 5.006, "currency": "CHF"}}, Price("5 €", 5.01, "CHF")),
        ({}, Price(None, None, None)),
    ],
)
def test_both_forms_of_a_price(match: dict[str, Any], price: Price) -> None:
    assert Price.of(match) == price


@pytest.mark.parametrize(
    ("match", "image"),
    [
        ({"image": {"link": "l", "width": 3, "height": 4}}, Image("l", 3, 4)),
        ({"image": "l", "image_width": 3, "image_height": -4}, Image("l", 3, None)),
    ],
)
def test_both_forms_of_a_picture(match: dict[str, Any], image: Image) -> None:
    assert Image.of(match) == image


def test_what_cannot_be_right_has_its_place_and_reason() -> None:
    rows, rejects = parse(
        [
            "no search",
            {"timestamp": "yesterday", "api_response": {}},
            search({"title": "good"}, "no match", {"extracted_price": "call us"}, {"position": 1}),
            search(products=3),
        ]
    )
    assert [row["title"] for row in rows] == ["good"]
    assert rejects == [
        ("[0]", "this is not a search with timestamp, source_image_url and api_response"),
        ("[1]", "timestamp 'yesterday' is not a time as 2025-09-01T00:00:00Z"),
        ("[2].api_response.visual_matches[1]", "this is a str and not an object"),
        ("[2].api_response.visual_matches[2]", "the price 'call us' is not a number from 0 to 99,999,999.99"),
        ("[2].api_response.visual_matches[3]", "an earlier match of this search has the same position"),
        ("[3]", "products is a int and not an array"),
    ]


def test_a_knowledge_graph_may_be_one_object() -> None:
    found = Search.of(search(knowledge_graph={"title": "Eiffel Tower"}))
    assert (found.web_entities, found.best_guess) == ("Eiffel Tower", "Eiffel Tower")
    rows, _ = parse([search(knowledge_graph={"title": "Eiffel Tower"})])
    assert [row["feature_type"] for row in rows] == ["knowledge_graph"]


@pytest.mark.parametrize(
    ("value", "shown"), [(None, None), ("", None), ([1], None), (1.5, "1.5"), ("a\0b\ud800", "ab?")]
)
def test_text_is_what_every_store_takes(value: Any, shown: str | None) -> None:
    assert text(value) == shown


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), (3.7, 3), (-1, None), (True, None), ("3", None), (float("nan"), None), (2**31, None)]
)
def test_whole_numbers(value: Any, number: int | None) -> None:
    assert whole(value) == number


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe\x00", "it is not JSON"),
        (b'[{"timestamp": "2025', "it is not JSON"),
        (b"a,b\n", "it is not JSON"),
        (b'"text"', "it holds a str and not an array of searches."),
        (b"3", "it holds a int and not an array of searches."),
        (b"[" * 200_000, "it is nested too deeply."),
    ],
)
def test_a_file_that_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "source.json"
    file.write_bytes(content)
    with pytest.raises(SystemExit, match=f"s3://b/k: {reason}"):
        read_searches(file, "s3://b/k")


def test_one_search_may_stand_alone(tmp_path: Path) -> None:
    file = tmp_path / "source.json"
    file.write_text("\ufeff" + json.dumps(search()))
    assert read_searches(file, "s3://b/k") == [search()]


def test_each_store_gets_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows, _ = parse([search({"title": "Lamp", "extensions": ["a", None, "b"]})])
    write_rows(rows, "lens")
    lines = {path.name: [json.loads(line) for line in path.read_text().splitlines()] for path in tmp_path.iterdir()}
    assert lines["rows.ion"] == [rows[0] | {"extensions": '["a", "b"]'}]
    assert lines["bulk.ndjson"] == [{"index": {"_index": "lens-2025.09.01", "_id": rows[0]["id"]}}, rows[0]]
    [point] = lines["points.ndjson"]
    assert (point["id"], len(point["vector"]), point["payload"]) == (rows[0]["id"], 64, rows[0])

"""Flow s3-json-ingestion: files that are dropped into the bucket land in the four stores, and move on."""

import csv as csv_reader
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.pipelines.client import NAMESPACE, PATIENCE, STORES, Content, PipelineRun, Pipelines
from tests.support.waiting import eventually

FLOW = "s3-json-ingestion"
TABLE = "lens_results"
FOLDER = "resources/kestra_test/"
COLUMNS = (
    *("id", "timestamp", "source_image_url", "search_type", "search_query", "result_position", "title", "link"),
    *("source", "price", "extracted_price", "currency", "stock_information", "thumbnail", "image_link", "image_width"),
    *("image_height", "extensions", "image_url", "image_size_bytes", "feature_type", "url", "score", "full_matches"),
    *("partial_matches", "similar_images", "web_entities", "best_guess_labels"),
)
EVERY_SECOND = "interval: PT1M # look each minute -> interval: PT1S"


@pytest.fixture(scope="module", autouse=True)
def imported(pipelines: Pipelines) -> Iterator[None]:
    pipelines.import_flow(FLOW, sooner=EVERY_SECOND)
    yield
    pipelines.remove_flow(FLOW)


def document(pipelines: Pipelines, number: int) -> bytes:
    return requests.get(f"{pipelines.environment['DATASET_URL']}/lens/{number}.json", timeout=30).content


def matches(body: bytes) -> list[dict[str, Any]]:
    """All matches of a document, counted here in the plainest way."""
    found = []
    for search in json.loads(body):
        for feature in ("visual_matches", "exact_matches", "products", "knowledge_graph"):
            part = search["api_response"].get(feature) or []
            found += [part] if isinstance(part, dict) else part
    return found


def price(match: dict[str, Any]) -> float:
    shown = match.get("price")
    return (shown.get("extracted_value") if isinstance(shown, dict) else match.get("extracted_price")) or 0


def content(*bodies: bytes) -> Content:
    found = [match for body in bodies for match in matches(body)]
    return Content(len(found), round(sum(map(price, found)), 2))


def by_trigger(pipelines: Pipelines, key: str) -> PipelineRun:
    """The one execution that was started for an object."""

    def runs() -> list[dict[str, Any]]:
        found = [pipelines.execution(run["id"]) for run in pipelines.executions(FLOW)]
        return [run for run in found if objects(run) == [key]]

    eventually(lambda: bool(runs()), PATIENCE, f"an execution for {key}")
    (run,) = runs()
    return pipelines.ended(run["id"])


def objects(execution: dict[str, Any]) -> list[str]:
    variables = (execution.get("trigger") or {}).get("variables") or {}
    return [found["key"] for found in variables.get("objects", [])]


def by_hand(pipelines: Pipelines, body: bytes | str | list[Any], table: str, **inputs: Any) -> PipelineRun:
    text = json.dumps(body) if isinstance(body, list) else body
    return pipelines.run(FLOW, s3_key=pipelines.put("tests/lens.json", text), table_name=table, **inputs)


def search(*found: Any, **more: Any) -> dict[str, Any]:
    """A search with these visual matches."""
    entry = {"timestamp": "2025-09-01T08:00:00Z", "source_image_url": "https://images.example.com/1.jpg"}
    return {**entry, "api_response": {"visual_matches": list(found)}, **more}


def everywhere(found: Content) -> dict[str, Content]:
    return dict.fromkeys(STORES, found)


def test_default_inputs_on_a_fresh_stack_and_a_second_run_changes_nothing(pipelines: Pipelines) -> None:
    body = pipelines.s3.get_object(Bucket="static-staging.flowio.app", Key="resources/kestra-test/sample-lens.json")
    exact = everywhere(content(body["Body"].read()))
    assert pipelines.run(FLOW).state == "SUCCESS"
    assert pipelines.contents(TABLE, "extracted_price") == exact
    before = pipelines.sql(f"SELECT * FROM {TABLE} ORDER BY id")
    assert pipelines.run(FLOW).state == "SUCCESS"
    assert pipelines.contents(TABLE, "extracted_price") == exact
    assert pipelines.sql(f"SELECT * FROM {TABLE} ORDER BY id") == before


def test_the_table_has_the_columns_of_the_document(pipelines: Pipelines) -> None:
    by_hand(pipelines, [search({"title": "a"})], "lens_columns")
    found = pipelines.sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'lens_columns' ORDER BY ordinal_position"
    )
    assert tuple(name for (name,) in found) == COLUMNS
    types = dict(
        pipelines.sql(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'lens_columns'::regclass AND attnum > 0"
        )
    )
    assert types["timestamp"] == "timestamp with time zone"
    assert (types["extracted_price"], types["score"]) == ("numeric(10,2)", "numeric(3,2)")
    assert (types["extensions"], types["image_size_bytes"]) == ("text[]", "bigint")
    assert pipelines.sql("SELECT count(*) FROM show_chunks('lens_columns')") == [(1,)]


def test_dropped_files_are_loaded_each_once_and_moved_and_a_broken_one_does_not_stop_them(pipelines: Pipelines) -> None:
    before = pipelines.contents(TABLE, "extracted_price")["timescaledb"]
    bodies = {f"drop-{number}.json": document(pipelines, number + 100) for number in range(3)}
    for name, body in bodies.items():
        pipelines.put(FOLDER + name, body)
        if name == "drop-1.json":
            pipelines.put(f"{FOLDER}drop-1-broken.json", b'[{"timestamp": "2025-')
    for name in bodies:
        assert by_trigger(pipelines, FOLDER + name).state == "SUCCESS"
    broken = by_trigger(pipelines, f"{FOLDER}drop-1-broken.json")
    assert broken.state == "FAILED"
    added = content(*bodies.values())
    exact = Content(before.rows + added.rows, round(before.total + added.total, 2))
    assert pipelines.contents(TABLE, "extracted_price") == everywhere(exact)
    assert pipelines.keys(f"{FOLDER}processed/") == {f"{FOLDER}processed/{name}" for name in bodies}
    failed = f"{FOLDER}failed/drop-1-broken.json"
    assert pipelines.keys(f"{FOLDER}failed/") == {failed, f"{failed}.reason.txt"}
    reason = (
        pipelines.s3.get_object(Bucket="static-staging.flowio.app", Key=f"{failed}.reason.txt")["Body"].read().decode()
    )
    assert "it is not JSON" in reason
    assert pipelines.keys(FOLDER) == pipelines.keys(f"{FOLDER}processed/") | pipelines.keys(f"{FOLDER}failed/")


def test_both_forms_of_a_price_become_columns(pipelines: Pipelines) -> None:
    flat = {"position": 1, "title": "A", "price": "$1,299.00*", "extracted_price": 1299.0, "currency": "USD"}
    flat |= {"stock_information": "In stock", "image": {"link": "https://i/1", "width": 3, "height": 4}}
    nested = {"position": 2, "title": "B", "price": {"value": "12,50 €", "extracted_value": 12.5, "currency": "€"}}
    nested |= {
        "in_stock": False,
        "image": "https://i/2",
        "image_width": 5,
        "image_height": 6,
        "extensions": ['a "b"', "c,d"],
    }
    assert by_hand(pipelines, [search(flat, nested)], "lens_prices").state == "SUCCESS"
    columns = (
        "price, extracted_price::text, currency, stock_information, image_link, image_width, image_height, extensions"
    )
    assert pipelines.sql(f"SELECT {columns} FROM lens_prices ORDER BY result_position") == [
        ("$1,299.00*", "1299.00", "USD", "In stock", "https://i/1", 3, 4, []),
        ("12,50 €", "12.50", "EUR", "Out of stock", "https://i/2", 5, 6, ['a "b"', "c,d"]),
    ]
    extensions = pipelines.clickhouse.query("SELECT extensions FROM lens_prices ORDER BY result_position").result_rows
    assert [list(words) for (words,) in extensions] == [[], ['a "b"', "c,d"]]
    assert pipelines.sql("SELECT score::text FROM lens_prices ORDER BY 1") == [("0.50",), ("1.00",)]


@pytest.mark.slow
def test_the_score_never_turns_negative(pipelines: Pipelines) -> None:
    body = [search(*({"position": place, "title": str(place)} for place in range(1, 60)))]
    assert by_hand(pipelines, body, "lens_scores").state == "SUCCESS"
    assert pipelines.sql("SELECT min(score) > 0, max(score) FROM lens_scores") == [(True, 1)]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param('[{"timestamp": "2025', "it is not JSON", id="cut short"),
        pytest.param("17", "it holds a int and not an array", id="a number"),
        pytest.param(b"[" + b" " * 64_000_000 + b"]", "64,000,000 are the most", id="huge"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused(pipelines: Pipelines, body: bytes | str, told: str) -> None:
    run = by_hand(pipelines, body, "lens_refused")
    assert (run.state, run.states["parse"]) == ("FAILED", "FAILED")
    assert told in run.errors()
    assert "Traceback" not in run.errors()
    assert pipelines.contents("lens_refused", "extracted_price") == everywhere(Content(0, 0))


GOOD = {"position": 9, "title": "good"}
NO_NUMBER = "@"
NO_SEARCH = "this is not a search with timestamp, source_image_url and api_response"
NO_TIME = "is not a time as 2025-09-01T00:00:00Z"
NO_PRICE = "is not a number from 0 to 99,999,999.99"
BAD = [
    ("a text", NO_SEARCH),
    ({"timestamp": "2025-09-01T08:00:00Z"}, NO_SEARCH),
    (search(GOOD, timestamp=None), f"timestamp 'None' {NO_TIME}"),
    (search(GOOD, timestamp="soon"), f"timestamp 'soon' {NO_TIME}"),
    (
        search(GOOD, timestamp="1815-12-10T00:00:00Z"),
        "timestamp '1815-12-10T00:00:00Z' is not between 1970 and 2099",
    ),
    (search(api_response={"visual_matches": 3}), "visual_matches is a int and not an array"),
    (search("a text"), "this is a str and not an object"),
    (search({"extracted_price": "12"}), f"the price '12' {NO_PRICE}"),
    (search({"extracted_price": -1}), f"the price '-1' {NO_PRICE}"),
    (search({"extracted_price": NO_NUMBER}), f"the price 'nan' {NO_PRICE}"),
    (search({"extracted_price": 1e9}), f"the price '1000000000.0' {NO_PRICE}"),
    (search(GOOD), "an earlier match of this search has the same position"),
]


def test_what_cannot_be_right_is_counted_with_its_place_and_the_rest_is_loaded(pipelines: Pipelines) -> None:
    body = json.dumps([search(GOOD), *(bad for bad, _ in BAD)]).replace(f'"{NO_NUMBER}"', "NaN")
    run = by_hand(pipelines, body, "lens_bad", max_reject_percent=95)
    assert run.state == "SUCCESS"
    assert run.execution["outputs"] == {"rows": 1, "rejected": len(BAD)}
    found = list(csv_reader.DictReader(io.StringIO(run.file("parse", "rejects.csv"))))
    assert [reject["where"].split("]")[0] for reject in found] == [f"[{place}" for place in range(1, len(BAD) + 1)]
    assert [reject["reason"] for reject in found] == [reason for _, reason in BAD]
    assert pipelines.contents("lens_bad", "extracted_price") == everywhere(Content(1, 0))
    refused = by_hand(pipelines, body, "lens_bad_2", max_reject_percent=91)
    assert refused.states["check_rejects"] == "FAILED"
    assert pipelines.contents("lens_bad_2", "extracted_price") == everywhere(Content(0, 0))


@pytest.mark.slow
def test_texts_stay_texts(pipelines: Pipelines) -> None:
    title = '\'; DROP TABLE lens_texts; -- {{ envs.es_user }} "quoted"\nün'
    assert by_hand(pipelines, [search({"position": 1, "title": title})], "lens_texts").state == "SUCCESS"
    assert pipelines.sql("SELECT title FROM lens_texts") == [(title,)]
    assert pipelines.clickhouse.query("SELECT title FROM lens_texts").result_rows == [(title,)]
    assert pipelines.elasticsearch.search(index="lens_texts")["hits"]["hits"][0]["_source"]["title"] == title
    ((point,), _) = pipelines.qdrant.scroll("lens_texts")
    assert point.payload["title"] == title


def test_an_empty_document_is_no_error(pipelines: Pipelines) -> None:
    run = by_hand(pipelines, [], "lens_empty")
    assert (run.state, run.states["stores"]) == ("SUCCESS", "SKIPPED")


@pytest.mark.slow
def test_like_titles_are_neighbours(pipelines: Pipelines) -> None:
    titles = ["red running shoes", "running shoes, red", "ceramic teapot", "small ceramic teapot", "desk lamp"]
    body = [search(*({"position": place, "title": title} for place, title in enumerate(titles, 1)))]
    by_hand(pipelines, body, "lens_near")
    points, _ = pipelines.qdrant.scroll("lens_near", with_vectors=True)
    for asked, like in (("red running shoes", "running shoes, red"), ("ceramic teapot", "small ceramic teapot")):
        (vector,) = (point.vector for point in points if point.payload["title"] == asked)
        found = pipelines.qdrant.query_points("lens_near", query=vector, limit=2, with_payload=True).points
        assert [point.payload["title"] for point in found] == [asked, like]


@pytest.mark.parametrize("name", ["lens; DROP TABLE x", 'lens"', "Lens"])
def test_a_table_name_with_more_than_a_name_starts_nothing(pipelines: Pipelines, name: str) -> None:
    answer = pipelines.request("POST", f"/executions/{NAMESPACE}/{FLOW}", files={"table_name": (None, name)})
    assert answer.status_code == 422
    assert "`table_name`" in answer.json()["message"]

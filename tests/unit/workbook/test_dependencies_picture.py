"""The picture of flows that start one another."""

from itertools import combinations

from workbook.pictures.dependencies import dependencies

STARTS = "starts by a trigger"


def test_flows_stand_behind_those_that_start_them() -> None:
    picture = dependencies("c", [("a", "b", STARTS), ("b", "c", STARTS), ("a", "c", STARTS)])
    left = {words: box.x for words, box in picture.texts}
    assert left["a"] < left["b"] < left["c"]
    assert "a starts by a trigger b." in picture.svg


def test_a_circle_and_a_flow_that_starts_itself_are_drawn() -> None:
    picture = dependencies("a", [("a", "b", STARTS), ("b", "a", STARTS), ("a", "a", STARTS)])
    assert {words for words, _ in picture.texts} == {"a", "b"}
    assert not any(one.overlaps(other) for (_, one), (_, other) in combinations(picture.texts, 2))

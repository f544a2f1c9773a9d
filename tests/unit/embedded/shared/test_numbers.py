"""Whole numbers in texts of clients."""

import pytest

from embedded.shared.numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("7", 7), ("-3", -3), ("-0", 0), ("007", 7), ("0" * 5000 + "8", 8), ("10", 10), ("11", None)]
    + [(text, None) for text in ("", "-", "+1", " 1", "1.0", "1e3", "1_0", "²", "٣", "x", "-4", "9" * 5000)],
)
def test_only_a_number_within_its_bounds_is_one(text: str, number: int | None) -> None:
    assert whole_number(text, -3, 10) == number


def test_bounds_may_have_64_bits_and_more() -> None:
    assert whole_number(str(2**64), 0, 2**64) == 2**64
    assert whole_number(str(2**64 + 1), 0, 2**64) is None

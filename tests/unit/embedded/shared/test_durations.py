"""Durations as users write them."""

from datetime import timedelta

import pytest

from embedded.shared.durations import duration


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("P30D", timedelta(days=30)),
        ("PT12H", timedelta(hours=12)),
        ("P1DT1H1M1S", timedelta(days=1, hours=1, minutes=1, seconds=1)),
        ("PT90M", timedelta(minutes=90)),
    ],
)
def test_durations(text: str, read: timedelta) -> None:
    assert duration(text) == read


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "P0D", "PT0S", "30", "30d", "P1M", "-P1D", "P99999D", "P" + "9" * 30 + "D"]
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"no duration|too long"):
        duration(text)

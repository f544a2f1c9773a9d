"""How items are sent in batches while the next ones are made."""

import threading
from collections.abc import Iterator

import pytest

from ingestion.batches import SENDERS, send_in_batches


def test_each_item_is_sent_once_and_each_batch_answered() -> None:
    assert sorted(send_in_batches(list, range(10), 4)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert list(send_in_batches(list, [], 4)) == []


def test_requests_overlap() -> None:
    together = threading.Barrier(SENDERS, timeout=10)
    assert list(send_in_batches(lambda batch: together.wait() >= 0, range(2 * SENDERS), 1)) == [True] * 2 * SENDERS


def test_no_more_is_made_than_is_sent_soon() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    for answered, _ in enumerate(send_in_batches(len, items(), 10), 1):
        assert len(made) <= 10 * (answered + SENDERS)


def test_an_error_ends_the_load() -> None:
    sent = []

    def send(batch: list[int]) -> None:
        sent.append(batch)
        raise ConnectionError("refused")

    with pytest.raises(ConnectionError, match="refused"):
        list(send_in_batches(send, range(100), 1))
    assert len(sent) <= SENDERS + 1

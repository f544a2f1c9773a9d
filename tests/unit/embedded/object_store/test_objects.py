"""What both object stores share: how an object's bytes are found, and how all of a bucket is listed."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded.object_store.blobs import Blobs, find_with_blob
from embedded.object_store.listing import iterate_objects


@dataclass(frozen=True)
class Item:
    """An object."""

    key: str
    blob: str = ""


class Sorted:
    """Keys in the order of their bytes, at most three in an answer."""

    def __init__(self, *keys: str) -> None:
        self._items = [Item(key) for key in sorted(keys, key=str.encode)]

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> list[Item]:
        """As a store's."""
        first = low.encode()
        found = [
            item
            for item in self._items
            if first <= item.key.encode() and (high is None or item.key.encode() < high.encode())
        ]
        return found[: min(limit, 3)]


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


def stored(blobs: Blobs, content: bytes) -> str:
    name, file = blobs.create()
    file.write(content)
    blobs.seal(file)
    return name


def test_an_object_that_is_replaced_just_before_it_is_opened_is_the_new_one(blobs: Blobs) -> None:
    gone, new = stored(blobs, b"old"), stored(blobs, b"new")
    blobs.remove([gone])
    states = iter([Item("a", gone), Item("a", new), Item("a", new)])
    found, file = find_with_blob(lambda: next(states), blobs.open)
    with file:
        assert (found.blob, file.read()) == (new, b"new")


def test_bytes_that_are_lost_are_no_reason_to_look_for_ever(blobs: Blobs) -> None:
    with pytest.raises(FileNotFoundError):
        find_with_blob(lambda: Item("a", "lost"), blobs.open)


@pytest.mark.parametrize("prefix", ["", "in/", "in/1", "nothing"])
def test_all_keys_of_a_prefix_come_once_in_their_order(prefix: str) -> None:
    keys = [f"in/{number}" for number in range(25)] + ["in/1\0", "in", "é", "\U0010ffff"]
    found = [item.key for item in iterate_objects(Sorted(*keys), "bucket", prefix)]
    assert found == sorted((key for key in keys if key.startswith(prefix)), key=str.encode)

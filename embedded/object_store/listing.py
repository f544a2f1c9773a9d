"""Lists a bucket's keys by prefix, grouped at a delimiter, page by page, as S3 and Cloud Storage do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

_FETCH = 1000


class Keyed(Protocol):
    """What a listing has to know of an object."""

    @property
    def key(self) -> str:
        """Its name in the bucket."""


Entry = TypeVar("Entry", bound=Keyed)


class Keys(Protocol[Entry]):
    """Where a listing takes objects from."""

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> Sequence[Entry]:
        """Objects in the order of their keys' bytes, from `low` to before `high`, at most `limit`."""


@dataclass
class Page(Generic[Entry]):
    """One page: objects, and prefixes that stand for several."""

    objects: list[Entry] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: str = ""
    """The last key or prefix on it."""
    truncated: bool = False


def page(store: Keys[Entry], bucket: str, prefix: str, delimiter: str, after: str, limit: int) -> Page[Entry]:
    """A page of a listing.

    Parameters:
        store: where to look.
        bucket: in which bucket.
        prefix: of the keys.
        delimiter: keys that have it after the prefix are told as one common prefix; empty for none.
        after: the page begins after this key or common prefix.
        limit: entries of a page, prefixes counted.
    """
    found: Page[Entry] = Page()
    high = _next_beyond(prefix)
    low = max(prefix, _start(after, prefix, delimiter))
    while limit:
        objects = store.keys(bucket, low, high, _FETCH)
        for item in objects:
            if item.key < low:  # of a common prefix that was told
                continue
            if len(found.objects) + len(found.prefixes) == limit:
                found.truncated = True
                return found
            common = _common(item.key, prefix, delimiter)
            if common:
                found.prefixes.append(common)
            else:
                found.objects.append(item)
            found.last = common or item.key
            low = (_next_beyond(common) or high or "") if common else item.key + "\0"
            if common and not low:
                return found
        if len(objects) < _FETCH:
            break
    return found


def every(store: Keys[Entry], bucket: str, prefix: str) -> Iterator[Entry]:
    """All objects whose keys begin with a prefix, in the order of their keys' bytes, a few held at a time."""
    low, high = prefix, _next_beyond(prefix)
    while objects := store.keys(bucket, low, high, _FETCH):
        yield from objects
        low = objects[-1].key + "\0"


def _start(after: str, prefix: str, delimiter: str) -> str:
    if not after:
        return ""
    if after.startswith(prefix) and _common(after, prefix, delimiter) == after:
        return _next_beyond(after) or after + "\0"
    return after + "\0"


def _common(key: str, prefix: str, delimiter: str) -> str | None:
    end = key.find(delimiter, len(prefix)) if delimiter else -1
    return key[: end + len(delimiter)] if end >= 0 else None


def _next_beyond(prefix: str) -> str | None:
    """The first text, in the order of UTF-8 bytes, that is beyond all that begin with a prefix."""
    for index in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[index]) + 1
        if code <= 0x10FFFF:
            return prefix[:index] + chr(0xE000 if code == 0xD800 else code)
    return None

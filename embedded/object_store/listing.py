"""Lists a bucket's keys by prefix, grouped at a delimiter, page by page, as S3 and Cloud Storage do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

_FETCH = 1000


class HasKey(Protocol):
    """An object with a key."""

    @property
    def key(self) -> str:
        """Its name in the bucket."""


Entry = TypeVar("Entry", bound=HasKey)
Entry_co = TypeVar("Entry_co", bound=HasKey, covariant=True)


class KeyRange(Protocol[Entry_co]):
    """A source of objects, ordered by key."""

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> Sequence[Entry_co]:
        """Objects in the byte order of their keys.

        Parameters:
            bucket: the bucket's name.
            low: first key, inclusive.
            high: last key, exclusive; None for no bound.
            limit: maximum number of objects.
        """


@dataclass
class Page(Generic[Entry]):
    """One page of a listing: objects and common prefixes."""

    objects: list[Entry] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: str = ""
    """The last key or prefix on it."""
    truncated: bool = False


def list_page(store: KeyRange[Entry], bucket: str, prefix: str, delimiter: str, after: str, limit: int) -> Page[Entry]:
    """List one page.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html

    Parameters:
        store: source of the objects.
        bucket: the bucket's name.
        prefix: only keys that start with it.
        delimiter: keys that contain it after the prefix are grouped into one common prefix; empty for no grouping.
        after: the page starts after this key or common prefix.
        limit: maximum number of entries, common prefixes included.
    """
    result: Page[Entry] = Page()
    high = _next_beyond(prefix)
    low = max(prefix, _start(after, prefix, delimiter))
    while limit:
        objects = store.keys(bucket, low, high, _FETCH)
        for item in objects:
            if item.key < low:  # part of a common prefix that is listed already
                continue
            if len(result.objects) + len(result.prefixes) == limit:
                result.truncated = True
                return result
            common = _common(item.key, prefix, delimiter)
            if common:
                result.prefixes.append(common)
            else:
                result.objects.append(item)
            result.last = common or item.key
            low = (_next_beyond(common) or high or "") if common else item.key + "\0"
            if common and not low:
                return result
        if len(objects) < _FETCH:
            break
    return result


def iterate_objects(store: KeyRange[Entry], bucket: str, prefix: str) -> Iterator[Entry]:
    """Yield all objects with a key prefix, in the byte order of their keys; a batch is in memory at a time.

    Parameters:
        store: source of the objects.
        bucket: the bucket's name.
        prefix: only keys that start with it.
    """
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
    """The smallest text, in UTF-8 byte order, that is greater than all texts with a prefix."""
    for index in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[index]) + 1
        if code <= 0x10FFFF:
            return prefix[:index] + chr(0xE000 if code == 0xD800 else code)
    return None

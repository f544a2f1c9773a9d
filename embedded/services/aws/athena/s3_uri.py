"""`s3://` URIs."""

from __future__ import annotations

from embedded.object_store.interface import NotFound

_SCHEMES = ("s3://", "s3a://", "s3n://")


def split_uri(location: str) -> tuple[str, str]:
    """Split `s3://bucket/key` into bucket and key.

    Raises:
        NotFound: the text is no such URI.
    """
    for scheme in _SCHEMES:
        if location.startswith(scheme):
            bucket, _, key = location.removeprefix(scheme).partition("/")
            return bucket, key
    raise NotFound(location)

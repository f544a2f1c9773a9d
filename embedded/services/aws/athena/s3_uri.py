"""Addresses in S3."""

from __future__ import annotations

from embedded.object_store.interface import NotFound

_SCHEMES = ("s3://", "s3a://", "s3n://")


def address(location: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`.

    Raises:
        NotFound: it is no such address.
    """
    for scheme in _SCHEMES:
        if location.startswith(scheme):
            bucket, _, key = location.removeprefix(scheme).partition("/")
            return bucket, key
    raise NotFound(location)

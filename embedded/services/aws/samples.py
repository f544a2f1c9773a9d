"""What a new S3 holds: the lessons' bucket with generated sensor readings and a generated image-search answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from embedded.services.aws.s3.store import About, Content, Store

BUCKET = "static-staging.flowio.app"
METRICS = "resources/kestra-test/sample-metrics.csv"
LENS = "resources/kestra-test/sample-image_search.json"


def furnish(store: Store, seed: int) -> None:
    """Put the sample into a store that is new; one that was used before stays as it is, emptied or not.

    Parameters:
        store: of all buckets.
        seed: of the generated readings.
    """
    if not store.is_new:
        return
    from embedded.shared.samples import image_search, metrics

    store.create_bucket(BUCKET)
    _put(store, METRICS, "text/csv", metrics.csv(seed=seed))
    _put(store, LENS, "application/json", [image_search.document(0, seed)])
    store.furnished()


def _put(store: Store, key: str, kind: str, chunks: Iterable[bytes]) -> None:
    name, file = store.blobs.create()
    digest, size = hashlib.md5(), 0
    with file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        store.blobs.seal(file)
    store.put(BUCKET, key, Content(name, size, digest.hexdigest()), About({"content-type": kind}))

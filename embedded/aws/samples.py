"""What a new S3 holds: the lessons' bucket with generated sensor readings."""

from __future__ import annotations

import hashlib

from embedded.aws.s3.store import About, Content, Store

BUCKET = "static-staging.flowio.app"
KEY = "resources/kestra-test/sample-metrics.csv"


def furnish(store: Store, seed: int) -> None:
    """Put the sample into a store that is new; one that was used before stays as it is, emptied or not.

    Args:
        store: of all buckets.
        seed: of the generated readings.
    """
    if not store.is_new:
        return
    from embedded.dataset import metrics  # here, as its numpy is of no use later

    store.create_bucket(BUCKET)
    name, file = store.blobs.create()
    digest, size = hashlib.md5(), 0
    with file:
        for chunk in metrics.csv(seed=seed):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        store.blobs.seal(file)
    store.put(BUCKET, KEY, Content(name, size, digest.hexdigest()), About({"content-type": "text/csv"}))
    store.furnished()

"""Seeds a new S3: the lessons' bucket with generated sensor readings and a generated image-search response."""

from __future__ import annotations

from collections.abc import Iterable

from embedded.services.aws.s3.store import ObjectMetadata, Store

BUCKET = "static-staging.flowio.app"
METRICS = "resources/kestra-test/sample-metrics.csv"
LENS = "resources/kestra-test/sample-lens.json"


def seed(store: Store, dataset_seed: int) -> None:
    """Create the sample objects in a new store; a store that was used before stays as it is, even if it is empty.

    Parameters:
        store: store of all buckets.
        dataset_seed: seed of the generated data.
    """
    if not store.is_new:
        return
    from embedded.shared.samples import image_search, metrics

    store.create_bucket(BUCKET)
    _put(store, METRICS, "text/csv", metrics.csv(seed=dataset_seed))
    _put(store, LENS, "application/json", [image_search.document(0, dataset_seed)])
    store.mark_seeded()


def _put(store: Store, key: str, kind: str, chunks: Iterable[bytes]) -> None:
    store.put(BUCKET, key, store.write(chunks), ObjectMetadata({"content-type": kind}))

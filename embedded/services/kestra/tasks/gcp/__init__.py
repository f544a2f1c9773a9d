"""Bodies of io.kestra.plugin.gcp.gcs.* and io.kestra.plugin.gcp.bigquery.*, with Google's own clients."""

from embedded.services.kestra.tasks.gcp import buckets, datasets, downloads, listing, load, objects, query

__all__ = ["buckets", "datasets", "downloads", "listing", "load", "objects", "query"]

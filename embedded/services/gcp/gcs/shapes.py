"""The shape of documents in requests to Cloud Storage: buckets, objects and what is composed.

Sources: https://cloud.google.com/storage/docs/json_api/v1/buckets and .../objects
"""

from __future__ import annotations

from embedded.services.gcp.shapes import Kind, Shape, Texts

_TEXTS = ("name", "location", "storageClass", "contentType", "contentEncoding", "contentDisposition")
_MORE = ("contentLanguage", "cacheControl", "customTime", "md5Hash", "crc32c")
_RESOURCE = {**dict.fromkeys((*_TEXTS, *_MORE), Kind.TEXT), "metadata": Texts()}
_SOURCE = {"name": Kind.TEXT, "generation": Kind.NUMBER, "objectPreconditions": {"ifGenerationMatch": Kind.NUMBER}}
DOCUMENT: Shape = {
    **_RESOURCE,
    "labels": Texts(),
    "website": {},
    "iamConfiguration": {},
    "destination": _RESOURCE,
    "sourceObjects": [_SOURCE],
}

"""The shapes of documents in requests to BigQuery.

Source: https://cloud.google.com/bigquery/docs/reference/rest
"""

from __future__ import annotations

from typing import Any

from embedded.services.gcp.shapes import Kind, Shape, Texts

_TEXT, _FLAG, _NUMBER = Kind.TEXT, Kind.FLAG, Kind.NUMBER
_DATASET_REFERENCE = {"projectId": _TEXT, "datasetId": _TEXT}
_TABLE_REFERENCE = {**_DATASET_REFERENCE, "tableId": _TEXT}
_FIELD: dict[str, Any] = {"name": _TEXT, "type": _TEXT, "mode": _TEXT, "description": _TEXT, "maxLength": _NUMBER,
                          "precision": _NUMBER, "scale": _NUMBER, "defaultValueExpression": _TEXT}  # fmt: skip
_FIELD["fields"] = [_FIELD]
_SCHEMA = {"fields": [_FIELD]}
_CSV = {"skipLeadingRows": _NUMBER, "fieldDelimiter": _TEXT, "quote": _TEXT, "allowQuotedNewlines": _FLAG,
        "encoding": _TEXT, "nullMarker": _TEXT, "allowJaggedRows": _FLAG}  # fmt: skip
_FILES = {"sourceUris": [_TEXT], "sourceFormat": _TEXT, "schema": _SCHEMA, "csvOptions": _CSV, "autodetect": _FLAG,
          "ignoreUnknownValues": _FLAG, "maxBadRecords": _NUMBER, "compression": _TEXT,
          "parquetOptions": {"enableListInference": _FLAG}}  # fmt: skip
_LAYOUT = {
    "timePartitioning": {"type": _TEXT, "field": _TEXT, "expirationMs": _NUMBER},
    "rangePartitioning": {"field": _TEXT, "range": {"start": _NUMBER, "end": _NUMBER, "interval": _NUMBER}},
    "clustering": {"fields": [_TEXT]},
}
_TYPE: dict[str, Any] = {"type": _TEXT}
_TYPE |= {"arrayType": _TYPE, "structTypes": [{"name": _TEXT, "type": _TYPE}]}
_VALUE: dict[str, Any] = {}  # `value` is a text, but clients send numbers, too
_VALUE |= {"arrayValues": [_VALUE]}
_PARAMETERS = [{"name": _TEXT, "parameterType": _TYPE, "parameterValue": _VALUE}]
_QUERY = {
    **_LAYOUT,
    **{"query": _TEXT, "useLegacySql": _FLAG, "defaultDataset": _DATASET_REFERENCE, "queryParameters": _PARAMETERS},
    **{"parameterMode": _TEXT, "destinationTable": _TABLE_REFERENCE, "createDisposition": _TEXT},
    **{"writeDisposition": _TEXT, "priority": _TEXT, "maximumBytesBilled": _NUMBER, "useQueryCache": _FLAG},
}
_LOAD = {**_FILES, **_CSV, **_LAYOUT, "destinationTable": _TABLE_REFERENCE, "createDisposition": _TEXT,
         "writeDisposition": _TEXT}  # fmt: skip

DATASET: Shape = {
    "datasetReference": _DATASET_REFERENCE,
    "labels": Texts(),
    **dict.fromkeys(("location", "friendlyName", "description"), _TEXT),
    **dict.fromkeys(("defaultTableExpirationMs", "defaultPartitionExpirationMs"), _NUMBER),
}
TABLE: Shape = {
    **_LAYOUT,
    "tableReference": _TABLE_REFERENCE,
    "schema": _SCHEMA,
    "labels": Texts(),
    "view": {"query": _TEXT, "useLegacySql": _FLAG},
    "externalDataConfiguration": _FILES,
    "expirationTime": _NUMBER,
    **dict.fromkeys(("friendlyName", "description", "location", "type"), _TEXT),
}
ROWS: Shape = {"rows": [{"insertId": _TEXT, "json": {}}], "ignoreUnknownValues": _FLAG, "skipInvalidRows": _FLAG}
JOB: Shape = {
    "configuration": {"query": _QUERY, "load": _LOAD, "labels": Texts(), "dryRun": _FLAG, "jobTimeoutMs": _NUMBER},
    "jobReference": {"projectId": _TEXT, "jobId": _TEXT, "location": _TEXT},
}
QUERY: Shape = {
    **_QUERY,
    **{"maxResults": _NUMBER, "timeoutMs": _NUMBER, "jobTimeoutMs": _NUMBER, "dryRun": _FLAG, "labels": Texts()},
    **{"location": _TEXT, "requestId": _TEXT, "formatOptions": {"useInt64Timestamp": _FLAG}},
}

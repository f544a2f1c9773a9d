"""Generated requests for the front of Google Cloud: Cloud Storage and BigQuery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.support.fuzz import Chooser, Request

STORAGE_QUERY = (
    *("maxResults", "pageToken", "prefix", "delimiter", "versions", "startOffset", "projection", "alt", "fields"),
    *("ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "generation", "uploadType", "name"),
    *("upload_id", "project", "sourceGeneration", "ifSourceGenerationMatch", "predefinedAcl"),
)
QUERY = (
    *("maxResults", "pageToken", "startIndex", "timeoutMs", "location", "minCreationTime", "selectedFields", "all"),
    *("stateFilter", "formatOptions.useInt64Timestamp", "deleteContents", "uploadType", "projectId"),
)
HEADERS = ("Range", "Content-Range", "Content-Type", "X-Upload-Content-Type", "X-Upload-Content-Length", "X-Goog-Hash",
           "If-Match", "Content-Encoding")  # fmt: skip
OBJECT = ("name", "bucket", "contentType", "metadata", "md5Hash", "crc32c", "sourceObjects", "destination", "acl",
          "location", "storageClass", "lifecycle", "customTime", "labels", "generation", "kind", "size")  # fmt: skip
TABLE = ("tableReference", "datasetReference", "schema", "fields", "name", "type", "mode", "view", "query", "labels",
         "datasetId", "tableId", "projectId", "expirationTime", "timePartitioning", "externalDataConfiguration",
         "sourceUris", "sourceFormat", "friendlyName", "description", "defaultTableExpirationMs", "clustering",
         "rangePartitioning", "csvOptions", "skipLeadingRows", "rows", "json", "insertId")  # fmt: skip
JOB = ("configuration", "query", "load", "jobReference", "jobId", "useLegacySql", "defaultDataset", "queryParameters",
       "parameterMode", "timeoutMs", "maxResults", "destinationTable", "dryRun", "labels", "jobTimeoutMs", "schema",
       "sourceUris", "name", "parameterType", "type", "parameterValue", "value", "arrayValues", "formatOptions",
       "writeDisposition", "createDisposition", "datasetId", "location", "maximumBytesBilled")  # fmt: skip
STATEMENTS = ("SELECT %s", "SELECT 1 AS `%s`", "SELECT * FROM %s", "CREATE TABLE d.t (%s INT64)", "SELECT '%s'",
              "SELECT 1 LIMIT %s", "SELECT x[%s] FROM (SELECT [1] x)", "INSERT d.t VALUES (%s)", "SELECT 1; %s",
              "SELECT NUMERIC '%s'", "SELECT DATE '%s'", "SELECT CAST(1 AS %s)", "SELECT NTH_VALUE(1, %s) OVER ()",
              "SELECT REPEAT('a', %s)", "SELECT ROUND(1.5, %s)", "DROP TABLE %s", "SELECT @a + %s")  # fmt: skip
PROJECT = "/bigquery/v2/projects/{project}"


def requests(project: str, token: str, seed: int, count: int) -> Iterator[Request]:
    """Requests with a token: half of them to BigQuery.

    Parameters:
        project: id of the project.
        token: that the front issued.
        seed: the same requests for the same seed.
        count: their number.
    """
    choose = Chooser(seed)
    for number in range(count):
        request = _bigquery(choose, project) if number % 2 else _storage(choose)
        if number % 25 == 0:
            request = _token(choose)
        elif choose.random() < 0.97:
            request.headers["Authorization"] = f"Bearer {token}"
        yield request


def _token(choose: Chooser) -> Request:
    form = {name: choose.text() for name in ("grant_type", "assertion", "scope", "a") if choose.random() < 0.7}
    if choose.random() < 0.5:
        form["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", "/token", [], headers, urlencode(form).encode())


def _request(choose: Chooser, path: str, members: tuple[str, ...], query: tuple[str, ...] = QUERY) -> Request:
    method = choose.choice(("GET", "GET", "POST", "PUT", "PATCH"))
    headers = {choose.choice(HEADERS): choose.header() for _ in range(choose.randint(0, 1))}
    headers.setdefault("Content-Type", "application/json")
    body = b"" if method in ("GET", "DELETE") else choose.json(choose.members(members, 4))
    return Request(method, path, choose.pairs(query, 2), headers, body)


def _storage(choose: Chooser) -> Request:
    path = choose.choice(("/storage/v1/b", "/storage/v1/b", "/upload/storage/v1/b", "/download/storage/v1/b"))
    if choose.random() < 0.95:
        path += "/" + choose.segment("fuzz-flowio")
    if choose.random() < 0.8:
        path += "/o"
    if path.endswith("/o") and choose.random() < 0.6:
        path += "/" + choose.segment("a.csv", "b/c")
    if choose.random() < 0.2:
        path += choose.choice(("/compose", "/rewriteTo/b/fuzz-flowio/o/x", "/copyTo/b/fuzz-flowio/o/x", "/acl"))
    request = _request(choose, path, OBJECT, STORAGE_QUERY)
    if "upload" in path and choose.random() < 0.8:
        request.method = choose.choice(("POST", "PUT"))
        request.query.append(("uploadType", choose.choice(("media", "multipart", "resumable"))))
        request.query.append(("name", choose.text()))
        request.headers["Content-Type"] = choose.choice(("multipart/related; boundary=x", "multipart/related", "a/b"))
        request.body = b"--x\r\nContent-Type: application/json\r\n\r\n" + request.body + b"\r\n--x\r\n\r\nabc\r\n--x--"
    return request


def _object(document: Any) -> dict[str, Any]:
    return document if isinstance(document, dict) else {}


def _bigquery(choose: Chooser, project: str) -> Request:
    path = PROJECT.format(project=choose.segment(project, project, project))
    draw = choose.random()
    if draw < 0.4:
        statement = choose.choice(STATEMENTS).replace("%s", choose.text())
        document = {"query": statement, "useLegacySql": False, **_object(choose.members(JOB, 1))} if draw < 0.3 else 1
        request = _request(choose, f"{path}/queries", JOB)
        request.method = "POST"
        if isinstance(document, dict):
            request.body = choose.json(document | {"query": statement, "useLegacySql": False})
        return request
    kind = choose.choice(("datasets", "jobs", "queries"))
    path += f"/{kind}"
    if choose.random() < 0.7:
        path += "/" + choose.segment("d", "a")
    if kind == "datasets" and choose.random() < 0.7:
        path += "/tables" + (f"/{choose.segment('t')}" if choose.random() < 0.7 else "")
        path += choose.choice(("", "", "/data", "/insertAll"))
    return _request(choose, path, JOB if kind != "datasets" else TABLE)

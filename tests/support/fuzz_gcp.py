"""Generated requests for the front of Google Cloud: Cloud Storage and BigQuery."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from tests.support.fuzz import Chooser, Request

STORAGE_QUERY = (
    *("maxResults", "pageToken", "prefix", "delimiter", "versions", "startOffset", "projection", "alt", "fields"),
    *("ifGenerationMatch", "ifGenerationNotMatch", "ifMetagenerationMatch", "generation", "uploadType", "name"),
    *("upload_id", "project", "sourceGeneration", "ifSourceGenerationMatch"),
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
BUCKET = "fuzz-flowio"
_O = "/storage/v1/b/{b}/o"
STORAGE = (
    *((method, "/storage/v1/b") for method in ("GET", "POST")),
    *((method, "/storage/v1/b/{b}") for method in ("GET", "PATCH", "PUT")),
    *(("GET", _O), ("GET", f"{_O}/{{o}}"), ("GET", f"/download{_O}/{{o}}"), ("PATCH", f"{_O}/{{o}}")),
    *(("PUT", f"{_O}/{{o}}"), ("POST", f"{_O}/{{o}}/compose"), ("DELETE", f"{_O}/{{o}}")),
    *(("POST", f"{_O}/a.csv/{word}/b/{{b}}/o/{{o}}") for word in ("copyTo", "rewriteTo")),
    *(("POST", f"/upload{_O}"), ("POST", f"/upload{_O}"), ("PUT", f"/upload{_O}")),
)
_T = "/datasets/{d}/tables"
BIGQUERY = (
    *(("GET", "/datasets", TABLE), ("POST", "/datasets", TABLE), ("GET", "/datasets/{d}", TABLE)),
    *((method, "/datasets/{d}", TABLE) for method in ("PATCH", "PUT")),
    *(("GET", _T, TABLE), ("POST", _T, TABLE), ("GET", f"{_T}/{{t}}", TABLE), ("GET", f"{_T}/{{t}}/data", TABLE)),
    *((method, f"{_T}/{{t}}", TABLE) for method in ("PATCH", "PUT")),
    *(
        ("POST", f"{_T}/{{t}}/insertAll", TABLE),
        ("GET", "/jobs", JOB),
        ("POST", "/jobs", JOB),
        ("GET", "/jobs/{j}", JOB),
    ),
    *(("POST", "/jobs/{j}/cancel", JOB), ("GET", "/queries/{j}", JOB)),
    *[("POST", "/queries", JOB)] * 8,
)


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


def _request(choose: Chooser, method: str, path: str, members: tuple[str, ...], query: tuple[str, ...]) -> Request:
    headers = {choose.choice(HEADERS): choose.header() for _ in range(choose.randint(0, 1))}
    headers.setdefault("Content-Type", "application/json")
    body = b"" if method in ("GET", "DELETE") else choose.json(choose.members(members, 4))
    return Request(method, path, choose.pairs(query, 2), headers, body)


def _storage(choose: Chooser) -> Request:
    method, path = choose.choice(STORAGE)
    path = path.replace("{b}", choose.segment(BUCKET)).replace("{o}", choose.segment("a.csv", "b/c"))
    request = _request(choose, method, path, OBJECT, STORAGE_QUERY)
    if path == "/storage/v1/b":
        request.query.append(("project", "p"))
    if path.startswith("/upload"):
        request.query.append(("uploadType", choose.choice(("media", "multipart", "resumable", choose.text()))))
        request.query.append(("name", choose.text()))
        request.headers["Content-Type"] = choose.choice(("multipart/related; boundary=x", "multipart/related", "a/b"))
        document = request.body if choose.random() < 0.5 else b'{"name": "n"}'
        request.body = b"--x\r\nContent-Type: application/json\r\n\r\n" + document + b"\r\n--x\r\n\r\nabc\r\n--x--"
    return request


def _bigquery(choose: Chooser, project: str) -> Request:
    method, path, members = choose.choice(BIGQUERY)
    path = f"/bigquery/v2/projects/{choose.segment(project, project, project)}{path}"
    path = (
        path.replace("{d}", choose.segment("d")).replace("{t}", choose.segment("t")).replace("{j}", choose.segment("j"))
    )
    request = _request(choose, method, path, members, QUERY)
    if path.endswith("/queries") and choose.random() < 0.8:
        statement = choose.statement()
        document = choose.members(JOB, 1) if choose.random() < 0.3 else {}
        more = document if isinstance(document, dict) else {}
        request.body = choose.json({**more, "query": statement, "useLegacySql": False})
    return request

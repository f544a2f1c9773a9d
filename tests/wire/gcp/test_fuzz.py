"""Generated requests for Google Cloud's front: answers of 4xx, soon, without a word of this machine, no traceback."""

from pathlib import Path

import google.auth.transport.requests
from google.oauth2 import service_account

from embedded.services.gcp import KEY_FILE
from tests.support import fuzz_gcp
from tests.support.fuzz import Request, fuzz_requests, served

COUNT = fuzz_requests(250)
PROJECT = "fuzz-project"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def test_no_request_fails_the_front(tmp_path: Path) -> None:
    own = {"GCP_HOME": str(tmp_path), "GCP_PORT": "{port}", "GCP_PROJECT_ID": PROJECT}
    with served("embedded.services.gcp", tmp_path, health="/_health", **own) as front:
        key = service_account.Credentials.from_service_account_file(str(tmp_path / KEY_FILE), scopes=[SCOPE])
        key.refresh(google.auth.transport.requests.Request())
        headers = {"Authorization": f"Bearer {key.token}", "Content-Type": "application/json"}

        def post(path: str, body: bytes) -> int:
            return front.send(Request("POST", path, [], headers, body))[0]

        bigquery = f"/bigquery/v2/projects/{PROJECT}"
        assert post("/storage/v1/b?project=p", b'{"name": "fuzz-flowio"}') == 200
        assert post("/upload/storage/v1/b/fuzz-flowio/o?uploadType=media&name=a.csv", b"a\n1\n") == 200
        assert post(f"{bigquery}/datasets", b'{"datasetReference": {"datasetId": "d"}}') == 200
        assert post(f"{bigquery}/queries", b'{"query": "CREATE TABLE d.t (x INT64)", "useLegacySql": false}') == 200
        front.check(fuzz_gcp.requests(PROJECT, key.token, seed=1, count=COUNT))

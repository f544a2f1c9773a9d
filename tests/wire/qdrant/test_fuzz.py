"""Generated requests for Qdrant's front: answers of 4xx, soon, without a word of this machine, and no traceback."""

from pathlib import Path

from tests.support import fuzz_qdrant
from tests.support.fuzz import Request, fuzz_requests, served

COUNT = fuzz_requests(150)
JSON = {"Content-Type": "application/json"}


def test_no_request_fails_the_front(tmp_path: Path) -> None:
    with served("embedded.services.qdrant", tmp_path, str(tmp_path / "data"), "{port}", health="/readyz") as front:
        front.check(fuzz_qdrant.requests(seed=1, count=COUNT))
        for path, status in {
            "/collections/a%2Fb": 404,
            "/collections/a%2Fb/points/1": 404,
            "/collections//points/1": 404,
            "/nowhere": 404,
            "/collections/a/points/a%2Fb": 400,
            "/collections/a/points/" + "9" * 5000: 400,
            "/collections/a/snapshots": 501,
            "/telemetry": 501,
        }.items():
            assert front.send(Request("GET", path))[0] == status, path[:80]
        body = b'{"vectors": {"size": 2, "distance": "Dot"}}'
        assert front.send(Request("PUT", "/collections/a%3Fb", [], JSON, body))[0] == 422
        assert front.send(Request("PUT", "/collections/b%20c", [], JSON, body))[0] == 200
        assert front.send(Request("GET", "/collections/b%20c"))[0] == 200

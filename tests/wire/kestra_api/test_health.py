"""Health, version, and who gets in."""

import requests

from catalog import versions
from tests.wire.kestra_api.client import Api, Server


def test_health_needs_no_password(server: Server) -> None:
    answer = requests.get(f"{server.url}/health", timeout=5)
    assert (answer.status_code, answer.json()) == (200, {"status": "UP"})


def test_configs_tells_the_version(api: Api) -> None:
    assert api.get("/api/v1/configs").json()["version"] == versions.KESTRA

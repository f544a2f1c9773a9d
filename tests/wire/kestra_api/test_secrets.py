"""Canaries: a secret of the environment and a SECRET input are found nowhere but where a task uses them."""

import json
from pathlib import Path

import pytest

from tests.wire.kestra_api.client import Api
from tests.wire.kestra_api.conftest import SECRET

NAMESPACE = "secrets.wire"
INPUT = "canary-of-the-input"
DEFAULT = "canary-of-the-default"
FLOW = f"""
id: guarded
namespace: {NAMESPACE}
inputs:
  - {{id: password, type: SECRET}}
  - {{id: other, type: SECRET, required: false}}
tasks:
  - {{id: hash, type: io.kestra.plugin.core.debug.Return, format: "{{{{ inputs.password | sha256 }}}}"}}
  - {{id: say, type: io.kestra.plugin.core.log.Log, message: "It is {{{{ secret('WIRE_CANARY') }}}}"}}
"""


@pytest.fixture(scope="module")
def execution(api: Api) -> dict:
    api.flow(FLOW)
    return api.run(NAMESPACE, "guarded", {"password": INPUT, "other": DEFAULT})


def assert_hidden(text: str) -> None:
    for canary in (SECRET, INPUT, DEFAULT):
        assert canary not in text


def test_answers_hold_no_secret(api: Api, execution: dict) -> None:
    assert execution["state"]["current"] == "SUCCESS"
    assert_hidden(json.dumps(execution))
    own = f"/executions/{execution['id']}"
    filters = {"filters[namespace][EQUALS]": NAMESPACE}
    for path, params in (
        (own, {}),
        (f"{own}/flow", {}),
        (f"{own}/graph", {}),
        ("/executions/search", filters),
        ("/executions/export/by-query/csv", filters),
        (f"{own}/follow", {}),
        (f"/logs/{execution['id']}", {}),
        (f"/logs/{execution['id']}/download", {}),
        (f"/logs/{execution['id']}/follow", {}),
        ("/logs/search", filters),
        (f"/metrics/{execution['id']}", {}),
        ("/secrets", {}),
    ):
        answer = api.get(path, params=params)
        assert answer.status_code == 200, (path, answer.text)
        assert_hidden(answer.text)


def test_eval_shows_no_secret(api: Api, execution: dict) -> None:
    run = execution["taskRunList"][0]["id"]
    for path in ("eval", f"eval/{run}"):
        for expression in ("secret('WIRE_CANARY')", "inputs", "inputs.password", "secret('WIRE_CANARY') | upper"):
            url = f"/executions/{execution['id']}/{path}"
            answer = api.post(url, data=f"{{{{ {expression} }}}}", headers={"Content-Type": "text/plain"})
            assert answer.status_code == 200, answer.text
            assert_hidden(answer.text)
            assert_hidden(answer.text.lower())


def test_validated_inputs_are_masked(api: Api, execution: dict) -> None:
    fields = {"password": (None, INPUT)}
    answer = api.post(f"/executions/{NAMESPACE}/guarded/validate", files=fields).json()
    assert answer["inputs"][0]["value"] == "******"
    assert_hidden(json.dumps(answer))


def test_files_and_the_log_of_the_server_hold_no_secret(api: Api, execution: dict) -> None:
    home = api.server.storage.parent
    for file in (path for path in home.rglob("*") if path.is_file()):
        assert_hidden(file.read_text(errors="replace"))
    assert api.server.log.is_relative_to(home)


def test_values_are_for_their_owner_only(api: Api) -> None:
    assert api.put(f"/namespaces/{NAMESPACE}/kv/key", data='"x"', headers={"Content-Type": "text/plain"}).ok
    api.post(f"/namespaces/{NAMESPACE}/files", params={"path": "/a/b.txt"}, files={"fileContent": ("b", b"x")})
    written = list(api.server.storage.rglob("*"))
    assert any(path.is_file() for path in written)
    assert not [path for path in (*written, api.server.storage) if open_to_others(path)]


def open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)

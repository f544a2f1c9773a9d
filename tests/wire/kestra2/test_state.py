"""The state of the engine of 2.0 survives a crash and a stop; the state of 1.3 is another."""

from pathlib import Path

import pytest

from tests.support.stack import kill_engines, own_stack
from tests.support.waiting import eventually
from tests.wire.kestra2.conftest import client_of
from workbook.errors import WorkbookError
from workbook.kestra import KestraClient

FLOW = """id: kept
namespace: two.state
tasks:
  - id: make
    type: io.kestra.plugin.core.debug.Return
    format: made
"""


def answers(kestra: KestraClient) -> bool:
    try:
        kestra.ping()
    except WorkbookError:
        return False
    return True


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    with own_stack(tmp_path, "kestra", KESTRA_VERSION="2.0") as stack:
        kestra = client_of(stack)
        run = kestra.execute(kestra.import_flow(FLOW))
        kestra.kv("two.state")["limit"] = 42
        kill_engines(str(tmp_path))
        eventually(lambda: answers(kestra), what="another start")
        assert kestra.execution(run.id).output("make") == {"value": "made"}
        assert dict(kestra.kv("two.state")) == {"limit": 42}
        assert kestra.execute("two.state/kept").state == "SUCCESS"


@pytest.mark.slow
def test_the_versions_have_a_state_each(tmp_path: Path) -> None:
    for version in ("2.0", "1.3"):
        with own_stack(tmp_path, "kestra", KESTRA_VERSION=version) as stack:
            kestra = client_of(stack)
            assert kestra.version.startswith(version)
            assert kestra.executions(namespace="two.state") == []
            kestra.execute(kestra.import_flow(FLOW))

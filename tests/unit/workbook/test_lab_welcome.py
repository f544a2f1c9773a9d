"""What `make lab` tells whoever waits for the page."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from workbook.jupyter.server import welcome

SERVER = cast(
    Any,
    SimpleNamespace(connection_url="http://localhost:8888/lab", identity_provider=SimpleNamespace(token="a-token")),
)
LOG = Path("/elsewhere/jupyterlab.log")


@pytest.fixture(autouse=True)
def no_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The learner's own stack is not this one."""
    for name in ("KESTRA_URL", "CONSOLE_URL", "EMBEDDED_LEASE"):
        monkeypatch.delenv(name, raising=False)


def test_it_names_the_address_with_its_token() -> None:
    assert "\n    http://localhost:8888/lab?token=a-token\n" in welcome(SERVER, LOG)


def test_it_names_kestras_address_where_the_console_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESTRA_URL", "http://127.0.0.1:18080")
    assert "console" not in welcome(SERVER, LOG)
    monkeypatch.setenv("CONSOLE_URL", "http://127.0.0.1:18180")
    assert "The console, with flows and executions on the screen, is at\n\n    http://127.0.0.1:18080\n" in welcome(
        SERVER, LOG
    )


def test_it_says_what_ctrl_c_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "stops JupyterLab; your work stays" in welcome(SERVER, LOG)
    monkeypatch.setenv("EMBEDDED_LEASE", "a-lease")
    assert "stops JupyterLab and the stack; your work stays" in welcome(SERVER, LOG)

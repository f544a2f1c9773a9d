"""When the engine counts as running."""

from typing import Any
from unittest.mock import Mock

import pytest

from embedded.services.kestra.engine import Engine


@pytest.mark.parametrize(
    ("states", "running"),
    [
        ([], False),
        ([None], False),
        ([True, None], False),
        ([True, False], False),
        ([True, True], True),
    ],
)
def test_a_service_without_a_state_is_not_up(states: list[bool | None], running: bool) -> None:
    """A service has no state for a moment after its thread has started."""

    def service(up: bool | None) -> Any:
        return Mock(getState=lambda: None if up is None else Mock(isRunning=lambda: up))

    engine = Engine(Mock())
    engine._services = [service(up) for up in states]
    assert engine.running is running

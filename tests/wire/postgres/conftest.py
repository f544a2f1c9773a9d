"""The command on the real services."""

from tests.wire.supervision.conftest import real

__all__ = ["real"]

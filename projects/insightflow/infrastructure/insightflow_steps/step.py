"""The protocol of a step."""

from typing import Protocol


class Step(Protocol):
    """A resource on AWS."""

    name: str
    """Kind and name, for people."""

    def up(self) -> str:
        """Create or update the resource; returns what was done. Raises StepError, ClientError."""

    def down(self) -> str:
        """Delete the resource if it exists; returns what was done. Raises StepError, ClientError."""

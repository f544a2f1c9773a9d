"""What a step is."""

from typing import Protocol


class Step(Protocol):
    """One thing on AWS."""

    name: str
    """Kind and name, for people."""

    def up(self) -> str:
        """Make it, or bring it to what it should be; says what was done. Raises StepError, ClientError."""

    def down(self) -> str:
        """Take it away if it is there; says what was done. Raises StepError, ClientError."""

"""Other parameters than the committed ones, by lesson: a lesson must hold for them too."""

from typing import Any

OTHER: dict[str, dict[str, Any]] = {}

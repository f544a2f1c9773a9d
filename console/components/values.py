"""Values as they may be shown: what is secret stays so."""

from __future__ import annotations

from typing import Any

MASK = "******"
_ENCRYPTED = "io.kestra.datatype:aes_encrypted"


def masked(value: Any) -> Any:
    """A value of an execution in which what Kestra keeps encrypted is replaced by a mask."""
    if isinstance(value, dict):
        if value.get("type") == _ENCRYPTED:
            return MASK
        return {key: masked(inner) for key, inner in value.items()}
    return [masked(inner) for inner in value] if isinstance(value, list) else value

"""What commands ask of the supervisor: one JSON line each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Up:
    """Start services.

    Attributes:
        only: their names; all if empty.
        lease: a name for the lease; with one, the services stop again when the caller hangs up.
        within: the lease of the `run` that the caller is in: what it starts ends with that.
        environ: the caller's environment, whose settings hold; those of the supervisor's own if it is empty.
    """

    only: tuple[str, ...] = ()
    lease: str = ""
    within: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Down:
    """Stop everything."""


@dataclass(frozen=True)
class Stop:
    """Stop some services.

    Attributes:
        names: of the services.
    """

    names: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """Describe the services."""


@dataclass(frozen=True)
class Env:
    """List the variables of the services that are ready."""


Message = Up | Down | Stop | Status | Env
_KINDS: dict[str, type[Message]] = {"up": Up, "down": Down, "stop": Stop, "status": Status, "env": Env}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def encode(message: Message) -> bytes:
    """Write a message as a line."""
    return json.dumps({"do": _NAMES[type(message)], **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Message:
    """Read a message from its line.

    Raises:
        ValueError: it is none.
    """
    values: dict[str, Any] = json.loads(line)
    kind: Callable[..., Message] | None = _KINDS.get(values.pop("do", ""))
    if kind is None:
        raise ValueError("the supervisor does not know this request")
    try:
        return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})
    except TypeError as error:
        raise ValueError(f"the supervisor does not take this request: {error}") from error

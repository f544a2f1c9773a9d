"""What happened to the engine, as its state folder tells: messages that were set aside, and why the engine last ended.

`EngineGuard.java` writes the messages, one file each, in the folder `set-aside`; `launch` writes `ended.json`. The file
`last-end` is there from the end of an engine to the next start, which judges by it: see `Suspects.java`.
"""

import json
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = "set-aside"
ENDED = "ended.json"
LAST_END = "last-end"
MEMORY, FAILURE = "memory", "failure"


@dataclass(frozen=True)
class Incidents:
    """What happened to an engine.

    Attributes:
        count: how many messages were set aside.
        last: the last of them: `setAside` (a moment), `queue`, `execution`, `reason` and its `file`; empty if none was.
        ended: why and when the engine last ended by itself, `reason` and `at`; empty if it never did.
    """

    count: int
    last: dict[str, Any]
    ended: dict[str, Any]

    def __bool__(self) -> bool:
        return bool(self.count or self.ended)

    @property
    def notice(self) -> str:
        """One line for `status`; empty if nothing happened."""
        parts = []
        if self.count:
            messages = "1 message" if self.count == 1 else f"{self.count} messages"
            parts.append(f"{messages} could not be processed; the last is kept in {self.last.get('file', FOLDER)}")
        if self.ended:
            parts.append(f"the engine ended at {self.ended['at']} and was started again: {self.ended['reason']}")
        return "; ".join(parts)


def read(home: Path) -> Incidents:
    """What happened to the engine with this state folder."""
    files = sorted(home.joinpath(FOLDER).glob("*.json"), key=_written)
    entries = list(_entries(files[-1:]))
    return Incidents(len(files), entries[0] if entries else {}, next(_entries([home / ENDED]), {}))


def memory_command(home: Path) -> str:
    """What Java is to run when it has no more memory, before it exits: the next start then knows why."""
    return f"echo {MEMORY} > {shlex.quote(str(home / LAST_END))}"


def take_end(home: Path) -> str:
    """How the last engine ended, once: `MEMORY`, `FAILURE`, or empty when it was stopped or killed."""
    file = home / LAST_END
    end = file.read_text().strip() if file.exists() else ""
    if end == MEMORY:
        _write_end(home, "Java ran out of memory")
    file.unlink(missing_ok=True)
    return end


def write_end(home: Path, reason: str) -> None:
    """Keep why the engine has ended by itself."""
    home.joinpath(LAST_END).write_text(FAILURE)
    _write_end(home, reason)


def _write_end(home: Path, reason: str) -> None:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    home.joinpath(ENDED).write_text(json.dumps({"at": at, "reason": reason}))


def _written(file: Path) -> float:
    return file.stat().st_mtime


def _entries(files: list[Path]) -> Iterator[dict[str, Any]]:
    """The files' contents without the messages themselves, which may hold anything. One that is gone is left out."""
    for file in files:
        try:
            content = json.loads(file.read_text())
        except (OSError, ValueError):
            continue
        yield {name: value for name, value in content.items() if name != "message"} | {"file": str(file)}

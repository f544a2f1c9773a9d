"""What a terminal shows, against a file or a pipe."""

import io
import os
import pty
import re
import select
import termios
from pathlib import Path

from embedded.supervision.progress import Progress


def _snapshot(name: str, state: str, **other: object) -> dict[str, object]:
    return {"name": name, "state": state, "ready_seconds": None, "error": "", "detail": ""} | other


def _show(progress: Progress) -> None:
    progress.service(_snapshot("web", "waiting"))
    progress.service(_snapshot("quiet", "starting", detail="x" * 500))
    progress.note("a note")
    progress.service(_snapshot("web", "ready", ready_seconds=1.26))


def test_a_file_gets_plain_lines(tmp_path: Path) -> None:
    out = io.StringIO()
    _show(Progress(out))
    assert out.getvalue() == "  web        waiting\n  quiet      starting\na note\n  web        ready    in 1.3 s\n"


def test_a_terminal_gets_one_line_a_service_that_never_wraps() -> None:
    columns = 80
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        termios.tcsetwinsize(theirs, (24, columns))
        _show(Progress(terminal))
        shown = ""
        while select.select([ours], [], [], 0.2)[0]:
            shown += os.read(ours, 65536).decode()
    os.close(ours)
    lines = [re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line) for line in shown.split("\r\n")]
    assert max(len(line) for line in lines) < columns
    assert lines[-3].startswith("  web        ready    in 1.3 s")
    assert lines[-2].startswith("  quiet      starting xxx")
    assert shown.count("a note") == 1

"""What `status` and `/health` tell of the engine's past."""

import json
import shlex
from pathlib import Path

from embedded.services.kestra import incidents


def test_nothing_happened(tmp_path: Path) -> None:
    happened = incidents.read(tmp_path)
    assert not happened
    assert happened.notice == ""
    assert incidents.take_end(tmp_path) == ""


def test_messages_are_counted_and_the_last_is_shown_without_its_text(tmp_path: Path) -> None:
    folder = tmp_path / incidents.FOLDER
    folder.mkdir()
    for number in (1, 2):
        content = {"queue": "Execution", "number": str(number), "reason": "broken", "message": "a secret"}
        (folder / f"Execution-{number}.json").write_text(json.dumps(content))
    happened = incidents.read(tmp_path)
    assert happened.count == 2
    assert happened.last["reason"] == "broken"
    assert "message" not in happened.last
    assert happened.notice.startswith("2 messages could not be processed")
    assert str(folder) in happened.notice


def test_an_end_is_told_to_the_next_start_once_and_stays_to_be_read(tmp_path: Path) -> None:
    incidents.write_end(tmp_path, "the database is closed")
    assert incidents.take_end(tmp_path) == incidents.FAILURE
    assert incidents.take_end(tmp_path) == ""
    assert incidents.read(tmp_path).ended["reason"] == "the database is closed"
    assert "was started again: the database is closed" in incidents.read(tmp_path).notice


def test_java_tells_that_it_is_out_of_memory(tmp_path: Path) -> None:
    home = tmp_path / "with a blank"
    home.mkdir()
    echo, text, into, file = shlex.split(incidents.memory_command(home))
    assert (echo, into, file) == ("echo", ">", str(home / incidents.LAST_END))
    Path(file).write_text(text + "\n")
    assert incidents.take_end(home) == incidents.MEMORY
    assert "memory" in incidents.read(home).ended["reason"]

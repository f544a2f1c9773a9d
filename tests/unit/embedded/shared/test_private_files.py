"""What was readable for others is its owner's alone after a start."""

import os
import stat
from pathlib import Path

import pytest

from embedded.shared.private_files import make_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_folder_and_all_in_it_are_taken_from_others(tmp_path: Path) -> None:
    top, outside = tmp_path / "top", tmp_path / "outside"
    inner, tool, link = top / "inner", top / "inner" / "tool", top / "link"
    inner.mkdir(parents=True)
    for file in (tool, outside):
        file.write_text("x")
    link.symlink_to(outside)
    for path, bits in ((outside, 0o644), (tool, 0o755), (inner, 0o775), (top, 0o755)):
        path.chmod(bits)
    make_private(top)
    assert [mode(path) for path in (top, inner, tool)] == [0o700, 0o700, 0o700]
    assert mode(outside) == 0o644, "a link is not followed"


def test_what_is_in_a_private_folder_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    file = tmp_path / "file"
    file.write_text("x")
    file.chmod(0o644)
    make_private(tmp_path)
    assert mode(file) == 0o644


@pytest.mark.skipif(os.geteuid() == 0, reason="root may change everybody's files")
def test_a_folder_of_somebody_else_is_named() -> None:
    with pytest.raises(PermissionError, match="/"):
        make_private(Path("/"))

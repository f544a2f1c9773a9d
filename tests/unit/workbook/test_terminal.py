"""The shell of JupyterLab's terminal."""

from pathlib import Path

import pytest

from workbook.jupyter.terminal import HERE, shell_command


@pytest.mark.parametrize(
    ("shell", "command"),
    [
        ("/bin/bash", ["/bin/bash", "--rcfile", str(HERE / "bashrc"), "-i"]),
        ("/bin/zsh", ["/usr/bin/env", f"ZDOTDIR={HERE}", "/bin/zsh", "-i"]),
        ("/usr/bin/tcsh", ["/usr/bin/tcsh"]),
    ],
)
def test_each_shell_reads_the_projects_settings(shell: str, command: list[str]) -> None:
    assert shell_command(shell) == command


def test_fish_gets_its_settings_as_a_command() -> None:
    assert shell_command("/usr/bin/fish")[:2] == ["/usr/bin/fish", "-C"]


def test_without_a_word_of_the_learners_shell_there_is_one() -> None:
    assert Path(shell_command(None)[0]).is_file()


@pytest.mark.parametrize("name", ["bashrc", ".zshrc"])
def test_the_learners_own_settings_come_first(name: str) -> None:
    """They may put another Python before all else, as pyenv does."""
    lines = (HERE / name).read_text().splitlines()
    own = next(number for number, line in enumerate(lines) if "if [ -r ~/" in line)
    path = next(number for number, line in enumerate(lines) if line.startswith('export PATH="$VIRTUAL_ENV/bin:'))
    assert own < path

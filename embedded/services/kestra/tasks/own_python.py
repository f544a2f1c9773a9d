"""A Python environment for one task: what `pip` installs in it is gone with the task.

It is a virtual environment made by hand, in milliseconds: links and small files over the clean interpreter that all
tasks share, whose `pip` it uses. As in a container, `pip install` in all its forms, `--user` and `--prefix` among them,
`pip uninstall` and a virtual environment that the task makes itself do what they do anywhere.
"""

from pathlib import Path

CONFIGURATION = "pyvenv.cfg"
USER_BASE = "user"

# A virtual environment refuses `--user` unless it shows the packages of the Python that it is made from. So this one
# says that it does, and hides them when the interpreter starts.
HIDE_BASE_PACKAGES = """import site
import sys

_hidden = [sys.path.index(folder) for folder in site.getsitepackages([sys.base_prefix]) if folder in sys.path]
if _hidden:
    del sys.path[min(_hidden) :]
"""
PIP = """#!/bin/sh
exec "{python}" -m pip "$@"
"""


def create(shared: Path, folder: Path) -> Path:
    """Make an environment.

    Parameters:
        shared: the interpreter of the environment that is shared, whose packages are seen from the new one.
        folder: of the new environment; it does not exist yet.

    Returns:
        The folder of the environment's commands.
    """
    shared_home = shared.parent.parent
    [shared_packages] = shared_home.glob("lib/python3.*/site-packages")
    packages = folder / shared_packages.relative_to(shared_home)
    commands = folder / "bin"
    packages.mkdir(parents=True)
    commands.mkdir()
    (folder / CONFIGURATION).write_text(_configuration((shared_home / CONFIGURATION).read_text()))
    (packages / "shared.pth").write_text(f"{shared_packages}\n")
    (packages / "sitecustomize.py").write_text(HIDE_BASE_PACKAGES)
    version = packages.parent.name
    (commands / "python").symlink_to(shared.resolve())
    for name in ("python3", version):
        (commands / name).symlink_to("python")
    for name in ("pip", "pip3"):
        script = commands / name
        script.write_text(PIP.format(python=commands / "python"))
        script.chmod(0o755)
    return commands


def variables(folder: Path) -> dict[str, str]:
    """The variables of the scripts that run in an environment, beside the path of its commands."""
    return {"PYTHONUSERBASE": str(folder / USER_BASE), "PIP_NO_WARN_SCRIPT_LOCATION": "1"}


def user_commands(folder: Path) -> Path:
    """Where `pip install --user` puts commands."""
    return folder / USER_BASE / "bin"


def _configuration(shared: str) -> str:
    """The configuration of the shared environment, which names the Python that it is made from."""
    kept = [line for line in shared.splitlines() if not line.startswith(("include-system-site-packages", "command"))]
    return "\n".join([*kept, "include-system-site-packages = true", ""])
